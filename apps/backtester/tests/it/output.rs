//! What a run and a check put out.

use market::Timeframe;
use serde_json::Value;

use super::{Desk, SMA_CROSS, waves};

fn desk() -> (Desk, std::path::PathBuf) {
    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, waves(2_000));
    let strategy = desk.write("x.yaml", SMA_CROSS);
    (desk, strategy)
}

fn json(desk: &Desk, strategy: &std::path::Path, args: &[&str]) -> Value {
    let mut all = vec!["--symbol", "BTC/USDT", "--json", "-"];
    all.extend(args);
    serde_json::from_str(desk.run(strategy, &all).succeeds()).expect("JSON")
}

#[test]
fn a_run_writes_a_table_json_and_html() {
    let (desk, strategy) = desk();
    let said = desk.run(&strategy, &["--symbol", "BTC/USDT", "--json", "out.json", "--html", "deep/out.html"]);
    let table = said.succeeds();
    for part in ["sma_cross", "Total return", "Sharpe", "deep/out.html"] {
        assert!(table.contains(part), "`{part}` is not in\n{table}");
    }
    assert!(table.lines().all(|line| line.chars().count() <= 80));
    let written: Value = serde_json::from_str(&testkit::read_text(&desk.path("out.json"))).expect("JSON");
    assert!(written["trades"].as_array().is_some_and(|trades| trades.len() > 10));
    let html = testkit::read_text(&desk.path("deep/out.html"));
    assert!(html.starts_with("<!doctype html>") || html.starts_with("<!DOCTYPE html>"));
    assert!(!desk.path("deep/out.html.partial").exists());
}

#[test]
fn a_run_repeats_to_the_byte() {
    let (desk, strategy) = desk();
    assert_eq!(json(&desk, &strategy, &[]), json(&desk, &strategy, &[]));
}

#[test]
fn flags_change_the_run() {
    let (desk, strategy) = desk();
    let plain = json(&desk, &strategy, &[]);
    let equity = |report: &Value| report["metrics"]["final_equity"].as_f64().expect("a number");
    assert!(equity(&json(&desk, &strategy, &["--taker-fee", "0"])) > equity(&plain));
    assert!(equity(&json(&desk, &strategy, &["--slippage", "0.01"])) < equity(&plain));
    assert_ne!(equity(&json(&desk, &strategy, &["--size", "50%"])), equity(&plain));
    assert_ne!(equity(&json(&desk, &strategy, &["--set", "slow=40"])), equity(&plain));
    assert_eq!(json(&desk, &strategy, &["--set", "slow=40"])["setup"]["params"]["slow"], 40.0);
    let later = json(&desk, &strategy, &["--from", "2024-02-01"]);
    assert!(later["trades"][0]["entry_time"].as_i64() >= Some(1_706_745_600_000));
}

#[test]
fn the_past_before_the_range_warms_the_strategy_up() {
    let (desk, strategy) = desk();
    let whole = json(&desk, &strategy, &["--from", "2024-02-01"]);
    let cut = Desk::new();
    cut.store("BTC/USDT", Timeframe::H1, waves(2_000).skip(31 * 24 - 21));
    assert_eq!(json(&cut, &strategy, &["--from", "2024-02-01"])["trades"], whole["trades"]);
}

#[test]
fn holes_are_told_with_the_trades_that_touched_them() {
    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, waves(2_000).enumerate().filter(|(i, _)| i % 40 != 7).map(|(_, c)| c));
    let strategy = desk.write("x.yaml", SMA_CROSS);
    let said = desk.run(&strategy, &["--symbol", "BTC/USDT"]);
    let table = said.succeeds();
    assert!(table.contains("50 candles are missing in 50 holes"), "{table}");
    assert!(table.contains("touched a hole"), "{table}");
}

#[test]
fn check_tells_what_a_strategy_reads_and_its_plan() {
    let (desk, strategy) = desk();
    let path = strategy.to_str().expect("UTF-8");
    let said = desk.backtester(&["check", path]);
    for part in ["sma_cross is well-formed", "1h candle", "sma(close, 5)", "crossover(#0, #1)", "20 of them"] {
        assert!(said.succeeds().contains(part), "`{part}` is not in\n{}", said.out);
    }
    let said = desk.backtester(&["check", path, "--json", "--set", "slow=50"]);
    let report: Value = serde_json::from_str(said.succeeds()).expect("JSON");
    assert_eq!(report["warm_up"], 50);
    let broken = desk.write("y.yaml", &SMA_CROSS.replace("crossover(", "crosover("));
    let said = desk.backtester(&["check", broken.to_str().expect("UTF-8"), "--json"]);
    said.fails_with(&["y.yaml has a mistake"]);
    let report: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(report["mistakes"][0]["start"], serde_json::json!({ "line": 10, "column": 10 }));
}

#[test]
fn a_level_that_means_nothing_is_warned_of_and_runs() {
    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, waves(40));
    let path = desk.write("x.yaml", "name: x\ntimeframe: 1h\nlong:\n  enter: close > 9 and obv() > 0\n");
    let (path, db) = (path.to_str().expect("UTF-8"), desk.path("x.db"));
    let told = "`enter` depends on the level of `obv()`";
    let said = desk.backtester(&["check", path]);
    assert!(said.succeeds().contains("well-formed"));
    assert!(said.err.contains(&format!("warning: {told}")) && said.err.contains("x.yaml:4:24"), "{}", said.err);
    let check: Value = serde_json::from_str(desk.backtester(&["check", path, "--json"]).succeeds()).expect("JSON");
    assert_eq!(check["warnings"][0]["start"]["column"], 24);
    let run = ["run", path, "--db", db.to_str().expect("UTF-8"), "--symbol", "BTC/USDT"];
    let said = desk.backtester(&run);
    let told_of_run = said.succeeds().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told_of_run.contains(told), "{told_of_run}");
}

#[test]
fn completions_are_printed() {
    assert!(Desk::new().backtester(&["completions", "bash"]).succeeds().contains("_backtester"));
}

#[test]
fn trades_equity_and_signals_are_written_as_tables() {
    let (desk, strategy) = desk();
    let said = desk.run(&strategy, &["--symbol", "BTC/USDT", "--out", "deep/tables", "--json", "x.json"]);
    assert!(said.succeeds().contains("Trades, equity and signals are in deep/tables"), "{}", said.out);
    let report: Value = serde_json::from_str(&testkit::read_text(&desk.path("x.json"))).expect("JSON");
    let rows = |name: &str| {
        let text = testkit::read_text(&desk.path(&format!("deep/tables/{name}.csv")));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        reader.deserialize().map(|row| row.expect("a row")).collect::<Vec<std::collections::BTreeMap<String, String>>>()
    };
    let (trades, equity, signals) = (rows("trades"), rows("equity"), rows("signals"));
    let told = report["trades"].as_array().expect("a list");
    assert_eq!(trades.len(), told.len());
    for (row, trade) in trades.iter().zip(told) {
        for name in ["entry_price", "exit_price", "quantity", "fees", "pnl"] {
            assert_eq!(row[name].parse::<f64>().ok(), trade[name].as_f64(), "{name}");
        }
        assert_eq!(
            (row["entry_time_ms"].parse().ok(), row["reason"].as_str()),
            (trade["entry_time"].as_i64(), trade["reason"].as_str().expect("a word"))
        );
    }
    assert_eq!(equity.len(), 2_000);
    let last = equity.last().expect("a row")["equity"].parse::<f64>().ok();
    assert_eq!(last, report["metrics"]["final_equity"].as_f64());
    // An hour before the entry, and every entry and exit of a crossing is a signal.
    assert_eq!(
        signals[0]["candle_time_ms"].parse::<i64>().ok(),
        told[0]["entry_time"].as_i64().map(|time| time - 3_600_000)
    );
    let taken = signals.iter().filter(|signal| signal["outcome"] == "taken").count();
    assert_eq!(taken, 2 * told.len() + usize::from(!report["open"].is_null()));
    let mut files: Vec<String> = std::fs::read_dir(desk.path("deep/tables"))
        .expect("a folder")
        .map(|file| file.expect("a file").file_name().into_string().expect("UTF-8"))
        .collect();
    files.sort();
    let expected = ["equity.csv", "equity.parquet", "signals.csv", "signals.parquet", "trades.csv", "trades.parquet"];
    assert_eq!(files, expected);
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let (desk, strategy) = desk();
    desk.write("taken", "a file");
    desk.run(&strategy, &["--symbol", "BTC/USDT", "--out", "taken"])
        .fails_with(&["taken/trades.csv cannot be written"]);
}
