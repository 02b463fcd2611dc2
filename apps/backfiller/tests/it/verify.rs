//! Stored candles held against the exchange again.

use std::time::Duration;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::liar::{Asked, FAR, Liar, MINUTE_MS, NOW_MS, Reply, honest};
use crate::run::{Desk, stderr};
use crate::venue::{self, Odd, Venue};

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
    let told = verify(&desk, &liar, &["--all", "--fix"], 3)["series"][0]["differing"].take();
    assert_eq!(
        (&told[0]["columns"], &told[0]["believed"], &told[0]["fixed"]),
        (&json!({"close": {"old": 2.0, "new": 9.0}}), &json!(false), &json!(false))
    );
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

/// Fetches a day from an exchange, then verifies with --fix against another that has these candles otherwise.
#[track_caller]
fn check_fix(odd: &'static [Odd], code: i32, fixed: u64) {
    let desk = Desk::new();
    let fetch = |venue: &Venue| {
        let args = ["fetch", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m", "--since", "1d"];
        desk.json(&[&args[..], &["--base-url", &venue.url]].concat());
    };
    fetch(&Venue::open(&[], Duration::ZERO));
    let venue = Venue::open_with(&[], odd, Duration::ZERO);
    let args = ["verify", "--all", "--fix", "--exchange", "binance", "--base-url", &venue.url, "--json"];
    let output = desk.run(&args);
    assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let differing = told["series"][0]["differing"].as_array().unwrap();
    assert_eq!(differing.len(), odd.len());
    assert_eq!(differing.iter().filter(|row| row["fixed"] == true).count() as u64, fixed);
}

#[test]
fn the_first_candle_of_a_place_is_judged_by_what_is_stored() {
    const FAR: [&str; 5] = ["1500", "2500", "500", "1250", "9"];
    const NEAR: [&str; 5] = ["1.5", "2.5", "0.5", "1.5", "9"];
    const FIRST_MS: i64 = venue::NOW_MS - 1_440 * MINUTE_MS;
    check_fix(&[(FIRST_MS, NEAR)], 0, 1);
    check_fix(&[(FIRST_MS, FAR)], 3, 0);
    // The first of the second place, and of the last one.
    check_fix(&[(FIRST_MS + 999 * MINUTE_MS, FAR)], 3, 0);
    check_fix(&[(FIRST_MS, FAR), (FIRST_MS + MINUTE_MS, NEAR), (FIRST_MS + 999 * MINUTE_MS, FAR)], 3, 1);
}

#[test]
fn a_proof_goes_when_the_exchange_has_the_candle_after_all() {
    let desk = Desk::new();
    let hole = |time: i64| (100..103).contains(&((time - BEGIN_MS) / MINUTE_MS));
    let lacking = Liar::open(move |asked| Some(honest(asked, BEGIN_MS, hole)));
    let args = ["fetch", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m", "--since"];
    let fetch = |liar: &Liar| desk.json(&[&args[..], &["2025-01-02T22:00:00Z", "--base-url", &liar.url]].concat());
    fetch(&lacking);
    verify(&desk, &lacking, &["--all"], 0);
    assert_eq!(desk.json(&["gaps"])["series"][0]["holes"][0]["explained"], true);

    let honest = Liar::open(then);
    assert_eq!(fetch(&honest)["new"], 0, "what is proven is not asked for again");
    assert_eq!(verify(&desk, &honest, &["--all"], 3)["series"][0]["lacking"].as_array().unwrap().len(), 3);
    assert_eq!(desk.json(&["gaps"])["series"][0]["holes"][0]["explained"], false);
    desk.json(&["repair", "--exchange", "binance", "--base-url", &honest.url]);
    verify(&desk, &honest, &["--all"], 0);
}

#[test]
fn a_refusal_goes_when_the_exchange_has_mended_the_candle() {
    const ODD: [Odd; 1] = [(venue::NOW_MS - 200 * MINUTE_MS, ["1500", "2500", "500", "1250", "9"])];
    let desk = Desk::new();
    let args = ["fetch", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m", "--since", "6h"];
    let (then, now) = (Venue::open_with(&[], &ODD, Duration::ZERO), Venue::open(&[], Duration::ZERO));
    desk.json(&[&args[..], &["--base-url", &then.url]].concat());
    let verified = |venue: &Venue| {
        let args = ["verify", "--all", "--exchange", "binance", "--base-url", &venue.url];
        desk.run(&args).status.code()
    };
    assert_eq!((verified(&then), verified(&now)), (Some(0), Some(3)));
    desk.json(&["repair", "--exchange", "binance", "--base-url", &now.url]);
    assert_eq!(verified(&now), Some(0));
}

/// A market whose price is thousands of times what it was from minute 200 on, without the minutes of `hole`. It is fetched
/// from each of these minutes on to the end, one after the other; then so many of its candles were refused, and fetch,
/// verify and repair agree on all.
#[track_caller]
fn check_redenominated(hole: fn(i64) -> bool, from: &[&str], refused: i64) {
    let minute = |time: i64| (time - BEGIN_MS) / MINUTE_MS;
    let liar = Liar::open(move |asked| {
        let rows = honest(asked, BEGIN_MS, |time| hole(minute(time))).into_iter();
        Some(rows.map(|(time, close)| (time, if minute(time) >= 200 { FAR } else { close })).collect())
    });
    let desk = Desk::new();
    let url = ["--exchange", "binance", "--base-url", &liar.url];
    for range in from {
        let range: Vec<&str> = range.split(' ').collect();
        desk.json(&[&["fetch", "--symbol", "BTC/USDT", "--timeframe", "1m"], &range[..], &url].concat());
    }
    let database = Connection::open(desk.db()).unwrap();
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM quarantine WHERE rule = 'jump'"), refused);
    for _ in 0..2 {
        verify(&desk, &liar, &["--all"], 0);
        let output = desk.run(&[&["repair"], &url[..]].concat());
        assert_eq!(output.status.code(), Some(0), "{} {}", stderr(&output), String::from_utf8_lossy(&output.stdout));
        assert_eq!(count("SELECT count(*) FROM quarantine WHERE rule = 'jump'"), refused);
    }
    let stored =
        "SELECT count(*) FROM quarantine q JOIN ohlcv_data c ON c.timestamp * 1000 || ',' = substr(q.raw, 1, 14)";
    assert_eq!(count(stored), 0, "what is stored is not refused too");
}

#[test]
fn a_market_that_is_redenominated_loses_one_candle_at_most_and_all_agree() {
    let all = "--since 2025-01-02T22:00:00Z";
    check_redenominated(|_| false, &[all], 1);
    check_redenominated(|minute| minute == 201 || minute == 202, &[all], 1);
    check_redenominated(|minute| (201..240).contains(&minute) && minute % 2 == 1, &[all], 1);
    check_redenominated(|minute| minute == 199, &[all], 1);
    // Ends right behind the jump, and goes on: 2025-01-03T01:20 is minute 200.
    let begun = "--since 2025-01-02T22:00:00Z --until 2025-01-03T01:22:00Z";
    check_redenominated(|_| false, &[begun, all], 1);
    let before = "--since 2025-01-02T22:00:00Z --until 2025-01-03T01:20:00Z";
    check_redenominated(|_| false, &[before, all], 1);
    // Further back later.
    check_redenominated(|_| false, &["--since 2025-01-03T01:20:00Z", all], 0);
    check_redenominated(|_| false, &["--since 2025-01-03T02:00:00Z", all], 1);
}
