//! Runs are stored with everything they follow from, and made again to the byte.

use market::{Candle, Timeframe};
use serde_json::Value;

use super::{Desk, SMA_CROSS, Said, waves};

const SYMBOL: &str = "BTC/USDT";

fn desk() -> (Desk, std::path::PathBuf) {
    let desk = Desk::new();
    desk.store(SYMBOL, Timeframe::H1, waves(500));
    let strategy = desk.write("x.yaml", SMA_CROSS);
    (desk, strategy)
}

/// A command about stored runs.
fn about(desk: &Desk, args: &[&str]) -> Said {
    let db = desk.path("x.db");
    let mut all = args.to_vec();
    all.extend(["--db", db.to_str().expect("UTF-8")]);
    desk.backtester(&all)
}

fn json(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {} {}", said.out, said.err))
}

/// Makes run 1 again and expects a verdict; gives the comparison.
#[track_caller]
fn rerun(desk: &Desk, is_same: bool) -> Value {
    let said = about(desk, &["rerun", "1"]);
    assert_eq!(said.code, Some(if is_same { 0 } else { 3 }), "{} {}", said.out, said.err);
    let verdict = said.out.lines().last().unwrap_or_default();
    assert!(verdict.starts_with(if is_same { "the same, byte for byte" } else { "different" }), "{}", said.out);
    let comparison = json(&about(desk, &["rerun", "1", "--json"]));
    assert_eq!(comparison["same"], is_same);
    comparison
}

#[test]
fn a_run_is_stored_listed_and_shown() {
    let (desk, strategy) = desk();
    let said = desk.run(&strategy, &["--symbol", SYMBOL, "--set", "slow=40", "--taker-fee", "0.0004"]);
    assert_eq!(said.succeeds().trim_end().lines().last(), Some("Run 1"));
    desk.run(&strategy, &["--symbol", SYMBOL, "--from", "2024-01-05", "--no-record"]).succeeds();
    let report = json(&desk.run(&strategy, &["--symbol", SYMBOL, "--from", "2024-01-05", "--json", "-"]));
    assert_eq!(report["run"], 2, "one that is not to be recorded has no number");

    let list = about(&desk, &["runs"]);
    let rows: Vec<&str> = list.succeeds().lines().collect();
    assert_eq!(rows.len(), 3, "{}", list.out);
    for part in ["sma_cross", "binance BTC/USDT 1h", "2024-01-01 00:00", "2024-01-21 20:00"] {
        assert!(rows[1].contains(part), "`{part}` is not in {}", rows[1]);
    }
    assert_eq!(json(&about(&desk, &["runs", "--json", "--last", "1"]))[0]["run"], 2);

    let shown = json(&about(&desk, &["runs", "show", "1", "--json"]));
    let manifest = &shown["manifest"];
    assert_eq!(manifest["strategy"]["text"], SMA_CROSS);
    assert_eq!(manifest["strategy"]["params"], serde_json::json!({ "fast": 5.0, "slow": 40.0 }));
    assert_eq!(manifest["account"]["taker_fee"], 0.0004);
    assert_eq!(manifest["range"]["asked_from_ms"], Value::Null);
    assert_eq!(manifest["data"]["parts"][0]["count"], 500);
    let shown = about(&desk, &["runs", "show", "2"]);
    for part in ["Total return", "\"read_from_ms\"", SMA_CROSS.trim_end()] {
        assert!(shown.succeeds().contains(part), "`{part}` is not in {}", shown.out);
    }
    about(&desk, &["runs", "show", "7"]).fails_with(&["no run 7", "the newest is 2", "backtester runs"]);
}

#[test]
fn the_same_run_again_has_the_same_number() {
    let (desk, strategy) = desk();
    let run = |args: &[&str]| {
        let mut all = vec!["--symbol", SYMBOL, "--json", "-"];
        all.extend(args);
        desk.run(&strategy, &all).out
    };
    assert_eq!(run(&[]), run(&[]));
    assert_eq!(serde_json::from_str::<Value>(&run(&["--cash", "5000"])).expect("JSON")["run"], 2);
}

#[test]
fn the_manifest_is_in_json_and_page() {
    let (desk, strategy) = desk();
    desk.run(&strategy, &["--symbol", SYMBOL, "--json", "x.json", "--html", "x.html"]).succeeds();
    let report: Value = serde_json::from_str(&testkit::read_text(&desk.path("x.json"))).expect("JSON");
    let hash = report["manifest"]["data"]["hash"].as_str().expect("a hash");
    assert_eq!(report["provenance"]["data_hash"], hash);
    let page = testkit::read_text(&desk.path("x.html"));
    assert!(page.contains(hash) && page.contains(r#""run":1,"manifest":{"#));
}

#[test]
fn a_run_repeats_without_its_file_and_with_later_candles() {
    let (desk, strategy) = desk();
    desk.run(&strategy, &["--symbol", SYMBOL, "--set", "slow=17", "--size", "33.3%"]).succeeds();
    std::fs::write(&strategy, SMA_CROSS.replace("crossover", "crossunder")).expect("it is written");
    desk.store(SYMBOL, Timeframe::H1, waves(600));
    assert_eq!(rerun(&desk, true)["strategy_file"], "changed");
    std::fs::remove_file(strategy).expect("it was there");
    assert_eq!(rerun(&desk, true)["strategy_file"], "gone");
}

#[test]
fn a_perpetual_repeats_without_its_brackets_and_notices_other_funding() {
    let desk = Desk::new();
    let symbol = "BTC/USDT:USDT";
    let rates: Vec<(i64, f64)> = (0..63).map(|index| (1_704_067_200_000 + index * 8 * 3_600_000, 0.0001)).collect();
    desk.store(symbol, Timeframe::H1, waves(500));
    desk.store_perpetual(symbol, Timeframe::H1, waves(500), &rates);
    let strategy = desk.write("x.yaml", SMA_CROSS);
    let brackets =
        desk.write("b.json", r#"{"leverageBrackets": {"BTC/USDT:USDT": [["0", "0.0041"], ["20000", "0.0123"]]}}"#);
    let path = brackets.to_str().expect("UTF-8");
    desk.run(&strategy, &["--symbol", symbol, "--leverage", "3", "--leverage-brackets", path]).succeeds();
    std::fs::remove_file(brackets).expect("it was there");
    rerun(&desk, true);
    // Finer mark prices of another level: the longest that are whole are taken, so the same ones as before.
    let high = |candle: Candle| Candle { high: candle.high + 1.0, ..candle };
    desk.store_perpetual(symbol, Timeframe::M30, waves(500).map(high), &[]);
    rerun(&desk, true);
    desk.store_perpetual(symbol, Timeframe::H1, [], &[(1_704_067_200_000 + 100 * 3_600_000, 0.0002)]);
    let data = &rerun(&desk, false)["data"];
    assert_eq!((&data[0]["what"], &data[1]), (&"funding of binance BTC/USDT:USDT".into(), &Value::Null));
}

#[test]
fn a_candle_that_changed_is_told_with_its_series_and_what_it_did() {
    let (desk, strategy) = desk();
    desk.run(&strategy, &["--symbol", SYMBOL]).succeeds();
    rerun(&desk, true);
    let series = market::Series::new("binance", SYMBOL.parse().expect("a symbol"), Timeframe::H1);
    let mut store = db::Store::open(desk.path("x.db")).expect("the store opens");
    for candle in waves(500).skip(200).take(40) {
        let wrong = Candle { high: candle.high + 9.0, close: candle.close + 9.0, ..candle };
        store.correct(&series, &wrong, "a test", 0).expect("it is corrected");
    }
    let said = about(&desk, &["rerun", "1"]);
    for part in
        ["The data has changed, candles of binance BTC/USDT 1h:", "(500, from 2024-01-01T00:00:00Z to", "Sharpe: "]
    {
        assert!(said.out.contains(part), "`{part}` is not in\n{}", said.out);
    }
    let comparison = rerun(&desk, false);
    let data = comparison["data"].as_array().expect("a list");
    assert_eq!(data.len(), 1);
    assert_eq!(data[0]["what"], "candles of binance BTC/USDT 1h");
    assert_ne!(data[0]["then"]["hash"], data[0]["now"]["hash"]);
    assert!(comparison["figures"].as_array().is_some_and(|figures| !figures.is_empty()), "{comparison}");
    assert_eq!(comparison["program"], Value::Null);
}

#[test]
fn only_runs_are_made_again() {
    let (desk, strategy) = desk();
    desk.run(&strategy, &["--symbol", SYMBOL]).succeeds();
    let mut store = db::Store::open(desk.path("x.db")).expect("the store opens");
    let run = store.run(1).expect("it is read").expect("it is there").run;
    store.put_run(&db::NewRun { kind: "search".into(), ..run.clone() }).expect("it is stored");
    let manifest = run.manifest.replacen('{', r#"{"moon":1,"#, 1);
    store.put_run(&db::NewRun { manifest, ..run }).expect("it is stored");
    about(&desk, &["rerun", "2"]).fails_with(&["another kind, `search`"]);
    about(&desk, &["rerun", "3"]).fails_with(&["manifest of run 3", "moon"]);
    about(&desk, &["rerun", "4"]).fails_with(&["no run 4"]);
}

/// A store that has no room left for another page: files may not grow past a size.
#[cfg(unix)]
#[test]
fn a_run_that_cannot_be_stored_is_told_all_the_same() {
    let (desk, strategy) = desk();
    let db = desk.path("x.db");
    // Another process has the store open, as a trader has.
    let _open = db::Store::open(&db).expect("the store opens");
    let command = format!(
        "trap '' XFSZ; ulimit -f 4; exec {} run {} --db {} --symbol {SYMBOL}",
        env!("CARGO_BIN_EXE_backtester"),
        strategy.display(),
        db.display(),
    );
    let output = std::process::Command::new("sh").args(["-c", &command]).output().expect("a shell");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{err}");
    assert!(err.contains("warning: the run is not stored"), "{err}");
    assert!(out.contains("Total return") && !out.contains("Run 1"), "{out}");
    assert_eq!(about(&desk, &["runs"]).succeeds().trim_end(), "No runs are stored yet; `backtester run` stores each.");
}
