//! Stored candles held against the exchange again.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::liar::{Asked, Liar, MINUTE_MS, NOW_MS, Reply, honest};
use crate::run::{Desk, stderr};

const BEGIN_MS: i64 = NOW_MS - 3_000 * MINUTE_MS;

/// Has every candle, as it had them when they were fetched.
fn then(asked: &Asked) -> Reply {
    Some(honest(asked, BEGIN_MS, |_| false))
}

/// Another close has come of every hundredth candle, and one candle is gone.
fn now(asked: &Asked) -> Reply {
    let rows = honest(asked, BEGIN_MS, |time| time == BEGIN_MS + 50 * MINUTE_MS);
    let changed = |time: i64| (time - BEGIN_MS) / MINUTE_MS % 100 == 7;
    Some(rows.into_iter().map(|(time, close)| (time, if changed(time) { "1.75" } else { close })).collect())
}

/// A desk with what the exchange had then.
fn desk() -> Desk {
    let desk = Desk::new();
    let liar = Liar::open(then);
    let args = [
        "fetch",
        "--exchange",
        "binance",
        "--symbol",
        "BTC/USDT",
        "--timeframe",
        "1m",
        "--since",
        "2025-01-02T22:00:00Z",
    ];
    assert!(desk.run(&[&args[..], &["--base-url", &liar.url]].concat()).status.success());
    desk
}

#[track_caller]
fn verify(desk: &Desk, liar: &Liar, more: &[&str], code: i32) -> Value {
    let args = ["verify", "--exchange", "binance", "--base-url", &liar.url, "--json"];
    let output = desk.run(&[&args[..], more].concat());
    assert_eq!(output.status.code(), Some(code), "{} {}", stderr(&output), String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn values_that_changed_after_the_close_are_told_and_fixed_on_request() {
    let desk = desk();
    let all = verify(&desk, &Liar::open(then), &["--all"], 0);
    assert_eq!(
        (&all["good"], &all["seed"], &all["series"][0]["compared"]),
        (&json!(true), &json!(null), &json!(2_999))
    );

    let told = verify(&desk, &Liar::open(now), &["--all"], 3)["series"][0].take();
    assert_eq!(told["differing"].as_array().unwrap().len(), 30);
    let first = &told["differing"][0];
    assert_eq!(
        (&first["open_time_ms"], &first["columns"], &first["fixed"]),
        (&json!(BEGIN_MS + 7 * MINUTE_MS), &json!({"close": {"old": 1.25, "new": 1.75}}), &json!(false))
    );
    assert_eq!(told["not_at_exchange"][0]["open_time_ms"], BEGIN_MS + 50 * MINUTE_MS);
    let database = Connection::open(desk.db()).unwrap();
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM corrections"), 0, "nothing changes unasked");

    let fixed = verify(&desk, &Liar::open(now), &["--all", "--fix"], 3);
    assert_eq!(fixed["series"][0]["differing"][29]["fixed"], true, "the one that is gone still differs");
    assert_eq!(count("SELECT count(*) FROM corrections WHERE old_close = 1.25 AND why LIKE 'verify: %'"), 30);
    assert_eq!(count("SELECT count(*) FROM ohlcv_data WHERE close = 1.75"), 30);
    assert_eq!(count("SELECT count(*) FROM ohlcv_data"), 2_999, "nothing is deleted");
    assert_eq!(verify(&desk, &Liar::open(now), &["--all"], 3)["series"][0]["differing"], json!([]));
    // All is fixed: good again.
    verify(&desk, &Liar::open(then), &["--all", "--fix"], 0);
    verify(&desk, &Liar::open(then), &["--all"], 0);
}

#[test]
fn what_the_store_lacks_is_told() {
    let desk = desk();
    let database = Connection::open(desk.db()).unwrap();
    database.execute("DELETE FROM ohlcv_data WHERE timestamp = ?1", [BEGIN_MS / 1_000 + 6_000]).unwrap();
    // A forming candle is nobody's business.
    database
        .execute("INSERT INTO ohlcv_data VALUES ('binance', 'BTC/USDT', '1m', ?1, 1, 1, 1, 1, 1, 0)", [NOW_MS / 1_000])
        .unwrap();
    let told = verify(&desk, &Liar::open(then), &["--all"], 3)["series"][0].take();
    assert_eq!(
        told["lacking"],
        json!([{"open_time": "2025-01-02T23:40:00Z", "open_time_ms": BEGIN_MS + 100 * MINUTE_MS}])
    );
    assert_eq!((&told["differing"], &told["compared"]), (&json!([]), &json!(2_998)));
    let liar = Liar::open(then);
    let text = desk.run(&["verify", "--all", "--exchange", "binance", "--base-url", &liar.url]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("2025-01-02T23:40:00Z at the exchange, and not stored: repair brings it"), "{text}");
}

#[test]
fn a_sample_is_drawn_again_by_its_seed() {
    let desk = desk();
    let places = |seed: &[&str]| {
        let liar = Liar::open(then);
        let json = verify(&desk, &liar, &[&["--sample", "1"], seed].concat(), 0);
        (json["seed"].as_u64().unwrap(), liar.asked())
    };
    let (seed, asked) = places(&[]);
    assert_eq!((asked.len(), asked[0].limit), (1, 1_000), "a place is a page");
    assert_eq!(places(&["--seed", &seed.to_string()]), (seed, asked));
}

#[test]
fn values_that_are_not_believed_are_not_taken() {
    let desk = desk();
    let odd = BEGIN_MS + 200 * MINUTE_MS;
    let liar = Liar::open(move |asked| {
        let rows = honest(asked, BEGIN_MS, |_| false).into_iter();
        Some(rows.map(|(time, close)| (time, if time == odd { "2.0" } else { close })).collect())
    });
    verify(&desk, &liar, &["--all", "--fix"], 0);
    // High below close: no exchange means that.
    let liar = Liar::open(move |asked| {
        let rows = honest(asked, BEGIN_MS, |_| false).into_iter();
        Some(rows.map(|(time, close)| (time, if time == odd { "9.0" } else { close })).collect())
    });
    verify(&desk, &liar, &["--all", "--fix"], 0);
    let database = Connection::open(desk.db()).unwrap();
    let close: f64 = database
        .query_row("SELECT close FROM ohlcv_data WHERE timestamp = ?1", [odd / 1_000], |row| row.get(0))
        .unwrap();
    assert!((close - 2.0).abs() < 1e-12, "{close}");
}

#[test]
fn a_short_or_empty_page_is_no_difference() {
    let desk = desk();
    let liar = Liar::open(|asked| {
        if asked.number % 3 == 1 {
            Some(Vec::new())
        } else {
            then(asked).map(|mut rows| {
                rows.truncate(400);
                rows
            })
        }
    });
    assert_eq!(verify(&desk, &liar, &["--all"], 0)["series"][0]["compared"], 2_999);
}

#[test]
fn a_series_that_fails_is_told_with_the_others() {
    let desk = desk();
    let file = desk.write("e.csv", &format!("{BEGIN_MS},1.5,2.5,0.5,1.25,9\n"));
    desk.json(&[
        "import",
        "--exchange",
        "binance",
        "--symbol",
        "ETH/USDT",
        "--timeframe",
        "1m",
        file.to_str().unwrap(),
    ]);
    let liar = Liar::open(|asked| if asked.id == "BTCUSDT" { None } else { then(asked) });
    let output = desk.run(&["verify", "--all", "--exchange", "binance", "--base-url", &liar.url, "--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(json["series"][0]["error"].is_string() && json["series"][1]["compared"] == 1, "{json}");
    assert!(stderr(&output).contains("binance BTC/USDT 1m failed: "), "{}", stderr(&output));
}
