//! Fetching what a perpetual needs: candles, mark prices, funding.

use std::time::Duration;

use db::{Cause, Data, Place, Store};
use market::{FundingRate, Series, Symbol, Timeframe};
use serde_json::json;

use crate::run::{Desk, stderr};
use crate::venue::{FUNDING_MS, NOW_MS, Venue};

const MINUTE_MS: i64 = 60_000;

fn symbol() -> Symbol {
    "BTC/USDT:USDT".parse().unwrap()
}

fn venue(holes: &'static [i64]) -> Venue {
    Venue::open(holes, Duration::ZERO)
}

fn args<'a>(venue: &'a Venue, since: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    let fixed =
        ["fetch", "--exchange", "binanceusdm", "--symbol", "BTC/USDT:USDT", "--base-url", &venue.url, "--since"];
    [&fixed[..], &[since], rest].concat()
}

#[test]
fn candles_of_perpetuals_are_fetched_as_those_of_spot() {
    let (desk, venue) = (Desk::new(), venue(&[]));
    let done = desk.json(&args(&venue, "1h", &["--timeframe", "1m"]));
    assert_eq!(
        (&done["new"], &done["symbol"], &done["kind"]),
        (&json!(59), &json!("BTC/USDT:USDT"), &json!("candles"))
    );
    let store = Store::open_existing(desk.db()).unwrap();
    let candles = store.candles(&Series::new("binanceusdm", symbol(), Timeframe::M1), None, None).unwrap();
    assert_eq!((candles.len(), candles.close[0], candles.volume[0]), (59, 1.25, 9.0));
    let instrument = store.instrument("binanceusdm", &symbol()).unwrap().unwrap();
    assert_eq!((instrument.tick.to_string(), instrument.min_notional.to_string()), ("0.1".into(), "100".into()));
}

#[test]
fn marks_are_stored_apart_and_not_asked_for_again() {
    let (desk, venue) = (Desk::new(), venue(&[]));
    let fetch = |since| {
        let done = desk.json(&args(&venue, since, &["--timeframe", "1m", "--kind", "mark"]));
        (done["new"].clone(), done["known"].clone(), venue.asked()[0])
    };
    assert_eq!(fetch("1d"), (json!(1_439), json!(0), NOW_MS - 1_440 * MINUTE_MS));
    assert_eq!(fetch("1d"), (json!(0), json!(1), NOW_MS - 2 * MINUTE_MS), "only the newest is asked for again");
    assert_eq!(fetch("25h"), (json!(60), json!(1_439), NOW_MS - 1_500 * MINUTE_MS));
    let store = Store::open_existing(desk.db()).unwrap();
    let marks = store.marks(&Series::new("binanceusdm", symbol(), Timeframe::M1), None, None).unwrap();
    assert_eq!((marks.len(), marks.close[0]), (1_499, 1.75));
    assert!(store.series().unwrap().is_empty(), "a mark price is no candle");
}

#[test]
fn holes_in_marks_are_told_and_leave_those_of_candles_alone() {
    let (desk, venue) = (Desk::new(), venue(&[NOW_MS - 100 * MINUTE_MS]));
    let done = desk.json(&args(&venue, "3h", &["--timeframe", "1m", "--kind", "mark"]));
    assert_eq!((&done["new"], &done["holes"][0]["missing"]), (&json!(178), &json!(1)));
    let store = Store::open_existing(desk.db()).unwrap();
    let series = Series::new("binanceusdm", symbol(), Timeframe::M1);
    assert_eq!(store.gaps(&Place::of(&series, Data::Candles)).unwrap(), []);
    let output = desk.run(&args(&venue, "3h", &["--timeframe", "1m", "--kind", "mark"]));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("binanceusdm BTC/USDT:USDT 1m mark: 0 new, 1 known"), "it is stepped over: {text}");
    let gaps = store.gaps(&Place::of(&series, Data::Mark)).unwrap();
    assert_eq!((gaps.len(), gaps[0].cause, gaps[0].is_explained()), (1, Cause::Absent, true));
}

#[test]
fn funding_is_fetched_whole_minutes_and_holes_told() {
    let (desk, venue) = (Desk::new(), venue(&[NOW_MS - 2 * FUNDING_MS]));
    let fetch = || desk.json(&args(&venue, "2d", &["--kind", "funding"]));
    let done = fetch();
    assert_eq!((&done["new"], &done["known"], &done["timeframe"]), (&json!(5), &json!(0), &json!(null)));
    assert_eq!((&done["first"], &done["last"]), (&json!("2025-01-03T00:00:00Z"), &json!("2025-01-04T16:00:00Z")));
    assert_eq!(done["holes"], json!([{"from": "2025-01-04T00:00:00Z", "to": "2025-01-04T16:00:00Z"}]));
    assert_eq!((&fetch()["new"], &fetch()["known"]), (&json!(0), &json!(5)));
    let store = Store::open_existing(desk.db()).unwrap();
    let rates = store.funding("binanceusdm", &symbol(), None, None).unwrap();
    assert_eq!(rates[0], FundingRate { time_ms: NOW_MS - 6 * FUNDING_MS, rate: 0.0001 });

    // A timeframe means nothing.
    let text = desk.run(&args(&venue, "2d", &["--kind", "funding", "--timeframe", "1h"])).stdout;
    let text = String::from_utf8(text).unwrap();
    let expected = "binanceusdm BTC/USDT:USDT funding: 0 new, 5 known, 2025-01-03T00:00:00Z … 2025-01-04T16:00:00Z\n\
                    holes 1, the first 2025-01-04T00:00:00Z … 2025-01-04T16:00:00Z: the exchange has no rates there\n";
    assert_eq!(text, expected);
}

/// One clear error; what the arguments alone show is told before a store is made.
#[track_caller]
fn check_refused(exchange: &str, symbol: &str, kind: &str, expected: &str) {
    let (desk, venue) = (Desk::new(), venue(&[]));
    let mut args = args(&venue, "1d", &["--kind", kind, "--timeframe", "1h"]);
    (args[2], args[4]) = (exchange, symbol);
    let output = desk.run(&args);
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.starts_with("error: ") && error.contains(expected), "{error}");
    assert_eq!(desk.path("data").exists(), error.contains("has no symbol"), "{error}");
}

#[test]
fn what_is_of_no_perpetual_gets_one_clear_error() {
    check_refused("binance", "BTC/USDT", "mark", "--kind mark is of perpetuals, and BTC/USDT is spot; expected");
    check_refused("binance", "BTC/USDT", "funding", "a symbol such as BTC/USDT:USDT");
    check_refused(
        "binance",
        "BTC/USDT:USDT",
        "mark",
        "binance has no symbol BTC/USDT:USDT; expected one it lists; it has BTC/USDT",
    );
    check_refused(
        "binanceusdm",
        "BTC/USDT",
        "candles",
        "binanceusdm has no symbol BTC/USDT; expected one it lists; it has BTC/USDT:USDT",
    );
}
