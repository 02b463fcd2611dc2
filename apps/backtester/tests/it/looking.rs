//! `values`, and what `explain`, `values` and `check` have in common: what a strategy sees.

use market::Timeframe;
use serde_json::Value;

use super::explaining::{both_sides, near};
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
pub(super) fn desk() -> (Desk, std::path::PathBuf) {
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

pub(super) fn call(desk: &Desk, command: &[&str], strategy: &std::path::Path, args: &[&str]) -> super::Said {
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

#[test]
fn what_an_average_needs_of_a_period_before_is_read_too() {
    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, waves(40 * 24));
    let text = "name: x\ntimeframe: 1h\nlet:\n  a: sma(vwap('week'), 20)\nlong:\n  enter: close > a\n";
    let strategy = desk.write("x.yaml", text);
    let rows = |args: &[&str]| {
        let said = call(&desk, &["values"], &strategy, args);
        said.succeeds().lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    // Four hours into a week; the average reaches back into the one before.
    let whole = rows(&["--to", "2024-01-22T09:00"]);
    let late = rows(&["--from", "2024-01-22T04:00", "--to", "2024-01-22T09:00"]);
    assert_eq!(late.len(), 5);
    assert_eq!(late, whole[whole.len() - 5..]);
}
