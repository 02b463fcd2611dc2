//! What leads into the language: a file to start from, the reference, the schema.

use market::Timeframe;
use serde_json::Value;

use super::book::made;
use super::{Desk, SMA_CROSS};

#[test]
fn a_new_file_is_checked_and_runs_at_once() {
    let desk = Desk::new();
    let said = desk.backtester(&["new", "deep/first_try.yaml"]);
    for part in ["backtester check deep/first_try.yaml", "backtester run deep/first_try.yaml --symbol BTC/USDT"] {
        assert!(said.succeeds().contains(part), "`{part}` is not in\n{}", said.out);
    }
    let checked = desk.backtester(&["check", "deep/first_try.yaml"]);
    assert!(checked.succeeds().contains("first_try is well-formed"), "{}", checked.out);
    let candles = made(&"BTC/USDT".parse().expect("a symbol"), Timeframe::H1);
    desk.store("BTC/USDT", Timeframe::H1, candles.iter().take(4_000));
    let report = desk.run(&desk.path("deep/first_try.yaml"), &["--symbol", "BTC/USDT", "--json", "-"]);
    let report: Value = serde_json::from_str(report.succeeds()).expect("JSON");
    assert!(report["trades"].as_array().is_some_and(|trades| trades.len() > 3), "it hardly trades");
}

#[test]
fn a_new_file_has_the_timeframe_that_is_asked_for() {
    let desk = Desk::new();
    desk.backtester(&["new", "slow.yml", "--timeframe", "1d"]).succeeds();
    let said = desk.backtester(&["check", "slow.yml", "--json"]);
    let checked: Value = serde_json::from_str(said.succeeds()).expect("JSON");
    assert_eq!((&checked["timeframe"], &checked["name"]), (&"1d".into(), &"slow".into()));
    desk.backtester(&["new", "x.yaml", "--timeframe", "7h"]).fails_with(&["7h", "6h"]);
}

#[test]
fn a_new_file_takes_the_place_of_none() {
    let desk = Desk::new();
    let path = desk.write("mine.yaml", SMA_CROSS);
    desk.backtester(&["new", "mine.yaml"]).fails_with(&["mine.yaml is there already", "another name"]);
    assert_eq!(testkit::read_text(&path), SMA_CROSS);
    desk.backtester(&["new", "mine"]).fails_with(&["must end in .yaml"]);
    desk.backtester(&["new", "my first.yaml"]).fails_with(&["gives no good name"]);
    desk.backtester(&["new", "/proc/nowhere/x.yaml"]).fails_with(&["/proc/nowhere/x.yaml cannot be written"]);
}

#[test]
fn the_reference_tells_all_or_one() {
    let desk = Desk::new();
    let page = desk.backtester(&["reference"]);
    assert!(page.succeeds().starts_with("# Functions") && page.out.contains("\n### `sma(x, n)`\n"), "{}", page.out);
    let one = desk.backtester(&["reference", "rsi"]);
    for part in ["rsi(x, n)", "0 to 100", "TA-Lib", "ta.rsi", "rsi(close, 14)"] {
        assert!(one.succeeds().contains(part), "`{part}` is not in\n{}", one.out);
    }
    // By the name that it has elsewhere, too.
    assert_eq!(desk.backtester(&["reference", "ta.rsi"]).succeeds(), one.out);
    let macd = desk.backtester(&["reference", "MACD", "--json"]);
    let list: Value = serde_json::from_str(macd.succeeds()).expect("JSON");
    assert_eq!((&list[0]["name"], &list[0]["warm_up_of_example"]), (&"macd".into(), &33.into()));
    let all: Value = serde_json::from_str(desk.backtester(&["reference", "--json"]).succeeds()).expect("JSON");
    assert_eq!(all.as_array().map(Vec::len), Some(strategy::functions().len()));
    desk.backtester(&["reference", "smaa"]).fails_with(&["no function `smaa`", "did you mean `sma`?"]);
    desk.backtester(&["reference", "astrology"]).fails_with(&["no function `astrology`", "known: sma, ema"]);
}

#[test]
fn the_schema_is_printed() {
    let said = Desk::new().backtester(&["schema"]);
    let schema: Value = serde_json::from_str(said.succeeds()).expect("JSON");
    assert_eq!(schema, strategy::schema::schema());
}
