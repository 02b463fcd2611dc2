//! `explain`: why a strategy does what it does at one candle.

use market::Timeframe;
use serde_json::Value;

use super::looking::{call, desk};
use super::{Desk, waves};

#[test]
fn an_explanation_tells_every_part_and_why_not() {
    let (desk, strategy) = desk();
    let said = call(&desk, &["explain"], &strategy, &["--at", "2024-01-01T18:30"]);
    let text = said.succeeds();
    for part in [
        "the candle from 2024-01-01T18:00:00Z to 2024-01-01T19:00:00Z",
        "sma(close, length)",
        "above and close > slow",
        "long.exit does not fire",
        "`close / (close - close) > 1` is false (close / (close - close) is unknown)",
        "2 * atr(3)",
    ] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    let early = call(&desk, &["explain"], &strategy, &["--at", "2024-01-01T02:00"]);
    assert!(early.succeeds().contains("long.enter does not fire: not all that it reads is warm yet"));
}

/// Equal but for the last digit: an explanation reads no more of the past than it needs.
pub(super) fn near(value: &Value, text: &str) -> bool {
    let (a, b) = (value.as_f64().expect("a number"), text.parse::<f64>().expect("a number"));
    (a / b - 1.0).abs() < 1e-14
}

#[test]
fn an_explanation_as_json_agrees_with_the_values() {
    let (desk, strategy) = desk();
    let said = call(&desk, &["strategy", "explain"], &strategy, &["--at", "2024-01-01T14:00", "--json"]);
    let json: Value = serde_json::from_str(said.succeeds()).expect("JSON");
    let values = call(&desk, &["values"], &strategy, &[]);
    let row: Vec<&str> = values.succeeds().lines().nth(15).expect("a row").split(',').collect();
    assert_eq!(json["candle"]["open_time_ms"].to_string(), row[0]);
    assert_eq!(json["names"][0]["name"], "calm");
    assert!(near(&json["names"][0]["value"], row[6]));
    assert_eq!(json["names"][1]["value"], row[7] == "1");
    assert!(near(&json["names"][2]["value"], row[8]));
    assert_eq!(json["names"][0]["parts"][1]["expression"], "length");
    let fired = json["fired"].as_array().expect("a list");
    for rule in ["long.enter", "long.exit"] {
        assert_eq!(json["rules"][rule]["value"] == Value::Bool(true), fired.contains(&Value::from(rule)));
        let why_not = json["rules"][rule]["why_not"].as_array().expect("a list");
        assert_eq!(why_not.is_empty(), fired.contains(&Value::from(rule)), "{rule}: {why_not:?}");
    }
}

#[test]
fn what_cannot_be_explained_is_told() {
    let (desk, strategy) = desk();
    call(&desk, &["explain"], &strategy, &["--at", "2030-01-01"])
        .fails_with(&["outside the stored candles", "2024-01-01"]);
}

/// A file with rules of both sides, of which the first always fires.
pub(super) fn both_sides(more: &str) -> String {
    format!(
        "name: both\ntimeframe: 1h\nlet:\n  total: obv()\nlong:\n  enter: close > 0\nshort:\n  enter: close > 0\n{more}"
    )
}

#[test]
fn on_spot_the_rules_of_short_have_no_say() {
    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, waves(40));
    desk.store("BTC/USDT:USDT", Timeframe::H1, waves(40));
    let strategy = desk.write("x.yaml", &both_sides(""));
    let said = call(&desk, &["explain"], &strategy, &[]);
    for part in ["The rules of `short` take no part", "without a position   enters long at the next open"] {
        assert!(said.succeeds().contains(part), "`{part}` is not in\n{}", said.out);
    }
    assert!(!said.out.contains("short.enter fires") && !said.out.contains("holding a short"), "{}", said.out);
    let said = call(&desk, &["explain"], &strategy, &["--json"]);
    let json: Value = serde_json::from_str(said.succeeds()).expect("JSON");
    assert_eq!(json["fired"], serde_json::json!(["long.enter"]));
    assert!(json["warnings"][0].as_str().is_some_and(|text| text.contains("take no part")), "{}", json["warnings"]);
    let db = desk.path("x.db");
    let db = db.to_str().expect("UTF-8");
    let said = desk.backtester(&["explain", "x.yaml", "--db", db, "--symbol", "BTC/USDT:USDT"]);
    assert!(said.succeeds().contains("short.enter fires") && said.out.contains("holding a short"), "{}", said.out);
    let said = desk.backtester(&["check", "x.yaml"]);
    assert!(said.succeeds().contains("goes long and short; on spot, long only"), "{}", said.out);
    let short = desk.write("s.yaml", "name: s\ntimeframe: 1h\nshort:\n  enter: close > 0\n");
    call(&desk, &["explain"], &short, &[]).fails_with(&["s only goes short"]);
}

#[test]
fn an_entry_with_a_negative_distance_is_not_told_as_one() {
    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, waves(40));
    desk.store("BTC/USDT:USDT", Timeframe::H1, waves(40));
    let strategy = desk.write("x.yaml", &both_sides("protect:\n  stop: 1 - close\n"));
    let said = call(&desk, &["explain"], &strategy, &[]);
    let part = "stays out: long would be entered, but the distance of `stop` is negative, -";
    assert!(said.succeeds().contains(part), "{}", said.out);
    let source = both_sides("  exit: close < 0\nprotect:\n  stop: close / (close - close)\n");
    let strategy = desk.write("x.yaml", &source.replacen("enter: close > 0", "enter: close < 0", 1));
    let db = desk.path("x.db");
    let db = db.to_str().expect("UTF-8");
    let said = desk.backtester(&["explain", strategy.to_str().unwrap(), "--db", db, "--symbol", "BTC/USDT:USDT"]);
    let part = "leaves at the next open; short would be entered, but the distance of `stop` is unknown";
    assert!(said.succeeds().contains(part), "{}", said.out);
}

/// The text and the JSON of an explanation of a file with this entry, at the last of the closes.
fn explained(entry: &str, closes: &[f64]) -> (String, Value) {
    let desk = Desk::new();
    let candles = waves(closes.len() as i64).zip(closes).map(|(candle, &close)| market::Candle {
        high: 200.0,
        low: 1.0,
        close,
        ..candle
    });
    desk.store("BTC/USDT", Timeframe::H1, candles);
    let source = format!(
        "name: x\ntimeframe: 1h\nparams:\n  bar: 40\nlet:\n  x: close\n  up: crossover(x, bar)\nlong:\n  enter: \"{entry}\"\n"
    );
    let strategy = desk.write("x.yaml", &source);
    let text = call(&desk, &["explain"], &strategy, &[]).succeeds().to_owned();
    let said = call(&desk, &["explain"], &strategy, &["--json"]);
    let json: Value = serde_json::from_str(said.succeeds()).expect("JSON");
    (text, json["rules"]["long.enter"].clone())
}

#[test]
fn crossings_are_told_with_the_candle_before() {
    let (text, json) = explained("crossover(x, bar)", &[39.0, 45.5, 47.0]);
    let part = "long.enter does not fire: `crossover(x, bar)` is false (x is 47, was 45.5; bar is 40, was 40).";
    assert!(text.contains(part), "{text}");
    assert_eq!((&json["parts"][0]["value"], &json["parts"][0]["before"]), (&47.0.into(), &45.5.into()));
    let (text, json) = explained("up", &[39.0, 45.5]);
    let part = "long.enter fires: `up`, which is `crossover(x, bar)`, is true (x is 45.5, was 39; bar is 40, was 40).";
    assert!(text.contains(part), "{text}");
    assert_eq!(json["would_have_to_change"], Value::Null);
    let (text, _) = explained("falling(x, 2) and x > 1", &[3.0, 4.0, 5.0, 4.5]);
    assert!(text.contains("`falling(x, 2)` is false (x is 4.5, was 5)"), "{text}");
    // A comparison does not ask for the candle before.
    let (text, json) = explained("x > bar", &[39.0, 38.0]);
    assert!(text.contains("(x is 38, bar is 40)") && json["parts"][0].get("before").is_none(), "{text}");
}

#[test]
fn what_would_have_to_change_is_all_or_one() {
    let (text, json) = explained("x > 1 and x > 50 and (x > 60 or not (x > 30 and bar > 30))", &[39.0, 45.5]);
    let part = "long.enter does not fire; all of these would have to change:
  - `x > 50` is false (x is 45.5)
  - one of these:
    - `x > 60` is false (x is 45.5)
    - `x > 30` is true (x is 45.5)
    - `bar > 30` is true (bar is 40)
";
    assert!(text.contains(part), "{text}");
    let tree = serde_json::json!({ "all": ["x > 50", { "one": ["x > 60", "x > 30", "bar > 30"] }] });
    assert_eq!(json["would_have_to_change"], tree);
    let (text, _) = explained("x > 60 or x > 70", &[39.0, 45.5]);
    assert!(text.contains("long.enter does not fire; one of these would have to change:"), "{text}");
    let (text, _) = explained("x > 1 and (x > 2 or x > 70)", &[39.0, 45.5]);
    assert!(text.contains("long.enter fires: `x > 1` is true (x is 45.5); `x > 2` is true (x is 45.5)."), "{text}");
}
