//! `explain` and `values`: what a strategy sees.

use market::Timeframe;
use serde_json::Value;

use super::{Desk, SMA_CROSS, waves};

const STRATEGY: &str = "name: looking
timeframe: 1h
params:
  length: 5
let:
  calm: sma(close, length)
  above: close > calm
  slow: sma(close, 3) @ 4h
long:
  enter: above and close > slow
  exit: not above or close / (close - close) > 1
protect:
  stop: 2 * atr(3)
cooldown: 2
";

/// A store with 40 hours, and the 4h candles of only the first 20.
fn desk() -> (Desk, std::path::PathBuf) {
    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, waves(40));
    let four = waves(5).enumerate().map(|(index, candle)| market::Candle {
        open_time_ms: 1_704_067_200_000 + index as i64 * 4 * 3_600_000,
        ..candle
    });
    desk.store("BTC/USDT", Timeframe::H4, four);
    let strategy = desk.write("x.yaml", STRATEGY);
    (desk, strategy)
}

fn call(desk: &Desk, command: &[&str], strategy: &std::path::Path, args: &[&str]) -> super::Said {
    let db = desk.path("x.db");
    let mut all = command.to_vec();
    all.extend([strategy.to_str().expect("UTF-8"), "--db", db.to_str().expect("UTF-8"), "--symbol", "BTC/USDT"]);
    all.extend(args);
    desk.backtester(&all)
}

#[test]
fn values_are_a_row_a_candle_and_empty_where_unknown() {
    let (desk, strategy) = desk();
    call(&desk, &["values"], &strategy, &["--csv", "deep/v.csv"]).succeeds();
    let text = testkit::read_text(&desk.path("deep/v.csv"));
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0], ["open_time_ms", "open", "high", "low", "close", "volume", "calm", "above", "slow"]);
    assert_eq!(rows.len(), 41);
    assert_eq!(rows[1][0], "1704067200000");
    // `calm` needs five candles, and so does the condition that reads it.
    assert_eq!((rows[4][6], rows[4][7]), ("", ""));
    assert!(rows[5][6].parse::<f64>().is_ok() && ["0", "1"].contains(&rows[5][7]));
    // Three 4h candles have closed with the twelfth hour; after the twentieth they are missing.
    assert_eq!(rows[11][8], "");
    assert_ne!(rows[12][8], "");
    assert_ne!(rows[23][8], "");
    assert_eq!(rows[24][8], "");
    let close = |row: usize| rows[row][4].parse::<f64>().expect("a number");
    let mean = (1..=5).map(close).sum::<f64>() / 5.0;
    assert!((rows[5][6].parse::<f64>().expect("a number") / mean - 1.0).abs() < 1e-15);
}

#[test]
fn values_of_a_range_are_those_of_the_whole() {
    let (desk, strategy) = desk();
    let whole = call(&desk, &["values"], &strategy, &[]);
    let part =
        call(&desk, &["strategy", "values"], &strategy, &["--from", "2024-01-01T10:00", "--to", "2024-01-01T20:00"]);
    let whole: Vec<&str> = whole.succeeds().lines().collect();
    let part: Vec<&str> = part.succeeds().lines().collect();
    assert_eq!(part.len(), 11);
    assert_eq!(part[0], whole[0]);
    assert_eq!(part[1..], whole[11..21]);
}

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

#[test]
fn values_that_nobody_reads_to_the_end_are_no_error() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, waves(5_000));
    desk.write("x.yaml", SMA_CROSS);
    let mut child = Command::new(env!("CARGO_BIN_EXE_backtester"))
        .args(["values", "x.yaml", "--db", "x.db", "--symbol", "BTC/USDT"])
        .current_dir(desk.folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut line = String::new();
    let mut out = BufReader::with_capacity(64, child.stdout.take().expect("its output"));
    out.read_line(&mut line).expect("a line");
    drop(out);
    let output = child.wait_with_output().expect("it ends");
    assert!(line.starts_with("open_time_ms,"), "{line}");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

/// Equal but for the last digit: an explanation reads no more of the past than it needs.
fn near(value: &Value, text: &str) -> bool {
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

/// Names that no rule reads, with more history than the rules need: none.
const UNREAD: &str = "name: unread
timeframe: 1h
let:
  a: sma(close, 20)
  v: vwap('month')
  w: sma(close, 5) @ 4h
  u: vwap('month') @ 4h
long:
  enter: close > open
";

#[test]
fn names_that_no_rule_reads_have_their_history_too() {
    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, waves(1_000));
    let four = waves(250).enumerate().map(|(index, candle)| market::Candle {
        open_time_ms: 1_704_067_200_000 + index as i64 * 4 * 3_600_000,
        ..candle
    });
    desk.store("BTC/USDT", Timeframe::H4, four);
    let strategy = desk.write("x.yaml", UNREAD);
    let whole = call(&desk, &["values"], &strategy, &[]);
    let rows = |text: &str| -> Vec<Vec<String>> {
        text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
    };
    let whole = rows(whole.succeeds());
    let part = call(&desk, &["values"], &strategy, &["--from", "2024-02-10"]);
    let part = rows(part.succeeds());
    let begin = whole.iter().position(|row| row[0] == part[1][0]).expect("the candle is in both");
    for (whole, part) in whole[begin..].iter().zip(&part[1..]) {
        for column in 6..10 {
            let number = |row: &[String]| row[column].parse::<f64>().unwrap_or(f64::NAN);
            let (whole, part) = (number(whole), number(part));
            assert!((part / whole - 1.0).abs() < 1e-13, "column {column}: {part} is not {whole}");
        }
    }
    let said = call(&desk, &["explain"], &strategy, &["--at", "2024-02-10", "--json"]);
    let json: Value = serde_json::from_str(said.succeeds()).expect("JSON");
    for (index, column) in (6..10).enumerate() {
        assert!(near(&json["names"][index]["value"], &whole[begin][column]), "{} {:?}", json["names"], whole[begin]);
    }
}

#[test]
fn running_totals_read_nothing_older() {
    let desk = Desk::new();
    let check = |rule: &str, text: &str, whole: bool| {
        desk.write("x.yaml", &format!("name: x\ntimeframe: 1h\nlong:\n  enter: \"{rule}\"\n"));
        let said = desk.backtester(&["check", "x.yaml"]);
        assert!(said.succeeds().contains(text), "`{text}` is not in\n{}", said.out);
        let said = desk.backtester(&["check", "x.yaml", "--json"]);
        let json: Value = serde_json::from_str(said.succeeds()).expect("JSON");
        assert_eq!(json["whole_history"], whole, "{rule}");
    };
    check("obv() > sma(obv(), 20)", "19 of them to warm up, and none older", false);
    check("close > sma(close, 20)", "19 of them to warm up, and none older", false);
    check("close > ema(close, 20)", "19 of them to warm up, and 277 more to settle", true);
    check("close > vwap('week')", "0 of them to warm up, and all since the start of the 1w", true);
}

/// A file with rules of both sides, of which the first always fires.
fn both_sides(more: &str) -> String {
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

#[test]
fn the_level_of_a_running_total_is_warned_of() {
    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, waves(40));
    let strategy = desk.write("x.yaml", &both_sides("").replacen("close > 0", "total > 0", 1));
    for command in ["explain", "values"] {
        let said = call(&desk, &[command], &strategy, &[]);
        said.succeeds();
        assert!(said.err.contains("warning: `enter` depends on the level of `obv()`"), "{command}: {}", said.err);
    }
    let said = call(&desk, &["explain"], &strategy, &["--json"]);
    let json: Value = serde_json::from_str(said.succeeds()).expect("JSON");
    let warnings = json["warnings"].to_string();
    assert!(warnings.contains("line 6: `enter` depends on the level") && warnings.contains("take no part"));
}

#[test]
fn of_rules_out_of_rust_the_names_are_told() {
    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, waves(40));
    let source = "name: r\ntimeframe: 1h\nparams:\n  lines: 3\n  length: 5\n  far: 2\nlet:\n  calm: sma(close, length)\n\
                  rust: grid\nprotect:\n  stop: far * atr(3)\n";
    let rust = desk.write("r.yaml", source);
    let said = call(&desk, &["values"], &rust, &[]);
    assert!(said.succeeds().lines().nth(6).is_some_and(|row| row.split(',').count() == 7), "{}", said.out);
    assert!(said.out.starts_with("open_time_ms,open,high,low,close,volume,calm\n"));
    let explained = call(&desk, &["explain"], &rust, &[]);
    explained.fails_with(&["r.yaml cannot be explained: its rules are Rust (`rust: grid`)", "values"]);
    assert!(!explained.err.contains("mistake"), "{}", explained.err);
    desk.run(&rust, &["--symbol", "BTC/USDT"]).succeeds();
    let unread = desk.write("u.yaml", "name: r\ntimeframe: 1h\nparams:\n  length: 5\nrust: grid\n");
    call(&desk, &["values"], &unread, &[]).fails_with(&["`grid` knows no param `length`, and no expression reads it"]);
}
