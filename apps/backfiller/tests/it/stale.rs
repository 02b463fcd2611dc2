//! Answers out of a cache, or from a server that lags behind: true once, and by now neither the whole nor final.

use serde_json::{Value, json};

use crate::liar::{Asked, Liar, MINUTE_MS, NOW_MS, Reply, What, honest};
use crate::run::{Desk, stderr};

/// Where the candles begin: four hours ago.
const BEGIN_MS: i64 = NOW_MS - 240 * MINUTE_MS;

fn minute(number: i64) -> i64 {
    BEGIN_MS + number * MINUTE_MS
}

fn fresh(asked: &Asked) -> Reply {
    Some(honest(asked, BEGIN_MS, |_| false))
}

/// What a fresh answer was in the minute `then`: that candle was forming, and had another close.
fn stale(then: i64) -> Liar {
    Liar::open(move |asked| {
        let rows = honest(asked, BEGIN_MS, |time| time > minute(then));
        Some(rows.into_iter().map(|(time, close)| (time, if time == minute(then) { "2.25" } else { close })).collect())
    })
}

#[track_caller]
fn run(desk: &Desk, liar: &Liar, args: &[&str], code: i32) -> Value {
    let output = desk.run(&[args, &["--base-url", &liar.url, "--json"]].concat());
    assert_eq!(output.status.code(), Some(code), "{} {}", stderr(&output), String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The rows of a table, and how many of them have the close that is final.
fn rows(desk: &Desk, table: &str) -> (i64, i64) {
    let database = rusqlite::Connection::open(desk.db()).unwrap();
    let sql = format!("SELECT count(*), count(*) FILTER (WHERE close = 1.25) FROM {table}");
    database.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
}

const FETCH: [&str; 9] =
    ["fetch", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m", "--since", "4h"];
const FETCH_MARKS: [&str; 11] = [
    "fetch",
    "--exchange",
    "binanceusdm",
    "--symbol",
    "BTC/USDT:USDT",
    "--timeframe",
    "1m",
    "--since",
    "4h",
    "--kind",
    "mark",
];

#[test]
fn what_was_forming_in_a_stale_answer_is_left_for_the_next_fetch() {
    for (args, table) in [(&FETCH[..], "ohlcv_data"), (&FETCH_MARKS[..], "mark_prices")] {
        let desk = Desk::new();
        let told = run(&desk, &stale(200), args, 0);
        assert_eq!((&told["new"], &told["until"]), (&json!(200), &json!(market::format_utc(minute(200)))));
        assert_eq!(rows(&desk, table), (200, 200));
        // From another minute on the cache has something else.
        run(&desk, &stale(230), args, 0);
        run(&desk, &Liar::open(fresh), args, 0);
        assert_eq!(rows(&desk, table), (239, 239), "nothing of it had to be corrected, nor set aside");
        assert_eq!(desk.json(&["status"])["quarantine"], json!([]));
    }
}

#[test]
fn a_stale_answer_speaks_against_nothing_that_is_stored() {
    let desk = Desk::new();
    run(&desk, &Liar::open(fresh), &FETCH, 0);
    for then in [5, 100, 238] {
        let told = run(&desk, &stale(then), &["verify", "--exchange", "binance", "--all", "--fix"], 0);
        assert_eq!((&told["good"], &told["series"][0]["compared"]), (&json!(true), &json!(then)), "{told}");
    }
    assert_eq!(rows(&desk, "ohlcv_data"), (239, 239));
}

#[test]
fn a_stale_answer_proves_no_absence() {
    let desk = Desk::new();
    let without = |asked: &Asked, (from, to): (i64, i64)| {
        Some(honest(asked, BEGIN_MS, |time| (minute(from)..minute(to)).contains(&time)))
    };
    let holed = Liar::open(move |asked| without(asked, (100, 140)));
    run(&desk, &holed, &FETCH, 0);
    rusqlite::Connection::open(desk.db()).unwrap().execute("DELETE FROM gaps", []).unwrap();
    let repair = ["repair", "--exchange", "binance"];
    let told = run(&desk, &stale(120), &repair, 3);
    assert_eq!((&told["found"], &told["proven"], &told["open"]), (&json!(20), &json!(0), &json!(20)), "{told}");
    let told = run(&desk, &Liar::open(fresh), &repair, 0);
    assert_eq!((&told["found"], &told["open"]), (&json!(20), &json!(0)), "{told}");
    assert_eq!(rows(&desk, "ohlcv_data"), (239, 239));
}

#[test]
fn of_what_comes_behind_the_last_row_of_a_dead_market_repair_proves_nothing() {
    let last_ms = NOW_MS - 10 * 1_440 * MINUTE_MS;
    let (begin_ms, desk) = (last_ms - 60 * MINUTE_MS, Desk::new());
    let ended = move |asked: &Asked| Some(honest(asked, begin_ms, |time| asked.id == "BTCUSDT" && time > last_ms));
    let fails = Liar::open(move |asked| ended(asked).filter(|rows| !rows.is_empty()));
    let fetch = ["fetch", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m", "--since", "12d"];
    assert_eq!(desk.run(&[&fetch[..], &["--base-url", &fails.url]].concat()).status.code(), Some(1));
    let told = run(&desk, &Liar::open(ended), &["repair", "--exchange", "binance"], 0);
    assert_eq!((&told["proven"], &told["found"]), (&json!(0), &json!(0)), "{told}");
}

#[test]
fn a_hole_before_the_newest_candle_of_all_is_filled_or_proven() {
    // Nobody has traded for two hours, and what came last is stored.
    let quiet = |asked: &Asked, without: (i64, i64)| {
        let is_without = |time: i64| (minute(without.0)..minute(without.1)).contains(&time) || time > minute(120);
        Some(honest(asked, BEGIN_MS, is_without))
    };
    let repair = ["repair", "--exchange", "binance"];
    for (lacks, found, proven) in [((0, 0), 40, 0), ((90, 120), 10, 30)] {
        let desk = Desk::new();
        let rows = (0..=120).filter(|number| !(80..120).contains(number));
        let rows: String = rows.map(|number| format!("{},1.5,2.5,0.5,1.25,9\n", minute(number))).collect();
        let file = desk.write("a.csv", &rows);
        let import = ["import", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m"];
        desk.json(&[&import[..], &[file.to_str().unwrap()]].concat());
        let told = run(&desk, &Liar::open(move |asked| quiet(asked, lacks)), &repair, 0);
        assert_eq!(
            (&told["found"], &told["proven"], &told["open"]),
            (&json!(found), &json!(proven), &json!(0)),
            "{told}"
        );
    }
}

#[test]
fn what_a_fetch_leaves_is_asked_for_with_the_candle_behind_it() {
    let desk = Desk::new();
    let liar = Liar::open(fresh);
    run(&desk, &liar, &FETCH, 0);
    let asked: Vec<_> = liar.asked().iter().map(|asked| (asked.what, asked.since_ms, asked.end_ms)).collect();
    assert_eq!(asked, [(What::Candles, minute(0), minute(240) - 1)], "all in one question");
}
