//! Perpetuals: what is refused where data is missing, and what finer candles settle.

use market::{Candle, Timeframe};
use serde_json::Value;

use super::{Desk, waves};

const HOUR_MS: i64 = 3_600_000;
const START_MS: i64 = 1_704_067_200_000;
const SYMBOL: &str = "BTC/USDT:USDT";

/// Long and short by turns, with a stop and a target near enough to be reached in one candle.
const SWING: &str = "name: swing
timeframe: 1h
long:
  enter: hour() % 4 == 0
short:
  enter: hour() % 4 == 2
protect:
  stop: 0.2%
  take: 0.2%
leverage: 3
";

/// A store with 100 hours of candles, their mark prices and their funding.
fn desk() -> (Desk, std::path::PathBuf) {
    let desk = Desk::new();
    desk.store(SYMBOL, Timeframe::H1, waves(100));
    desk.store_perpetual(SYMBOL, Timeframe::H1, waves(100), &rates(0..13));
    let strategy = desk.write("x.yaml", SWING);
    (desk, strategy)
}

/// A rate every eight hours, stamped a little late.
fn rates(which: std::ops::Range<i64>) -> Vec<(i64, f64)> {
    which.map(|index| (START_MS + index * 8 * HOUR_MS + 7, 0.0001)).collect()
}

fn json(desk: &Desk, strategy: &std::path::Path, args: &[&str]) -> Value {
    let mut all = vec!["--symbol", SYMBOL, "--json", "-"];
    all.extend(args);
    serde_json::from_str(desk.run(strategy, &all).succeeds()).expect("JSON")
}

#[test]
fn market_and_leverage_follow_from_symbol_and_file() {
    let (desk, strategy) = desk();
    let report = json(&desk, &strategy, &["--maintenance-margin-rate", "0.01"]);
    assert_eq!(report["setup"]["market"], "perpetual");
    assert_eq!(report["setup"]["leverage"], 3.0);
    assert_eq!(report["setup"]["maintenance_margin_rate"], 0.01);
    let sides: Vec<&Value> = report["trades"].as_array().expect("trades").iter().map(|trade| &trade["side"]).collect();
    assert!(sides.contains(&&"long".into()) && sides.contains(&&"short".into()), "{sides:?}");
    desk.run(&strategy, &["--symbol", SYMBOL, "--leverage", "126"]).fails_with(&["leverage is 126", "from 1 to 125"]);
    desk.run(&strategy, &["--symbol", SYMBOL, "--maintenance-margin-rate", "1"]).fails_with(&["from 0 to below 1"]);
}

#[test]
fn missing_funding_is_refused_with_its_hole() {
    let desk = Desk::new();
    desk.store(SYMBOL, Timeframe::H1, waves(100));
    let mut some = rates(0..4);
    some.extend(rates(6..13));
    desk.store_perpetual(SYMBOL, Timeframe::H1, waves(100), &some);
    let strategy = desk.write("x.yaml", SWING);
    desk.run(&strategy, &["--symbol", SYMBOL]).fails_with(&[
        "funding rates of binance BTC/USDT:USDT are missing",
        "from 2024-01-02T00:00:00Z to 2024-01-03T00:00:00Z",
        "fetch --kind funding",
        "--missing-funding zero",
    ]);
    // The range before the hole is whole.
    json(&desk, &strategy, &["--to", "2024-01-02"]);
    let report = json(&desk, &strategy, &["--missing-funding", "zero"]);
    assert!(report["warnings"].to_string().contains("count as zero"), "{}", report["warnings"]);
}

#[test]
fn missing_mark_prices_are_refused_with_their_hole() {
    let desk = Desk::new();
    desk.store(SYMBOL, Timeframe::H1, waves(100));
    let marks = waves(100).enumerate().filter(|(hour, _)| !(30..33).contains(hour)).map(|(_, candle)| candle);
    desk.store_perpetual(SYMBOL, Timeframe::H1, marks, &rates(0..13));
    let strategy = desk.write("x.yaml", SWING);
    desk.run(&strategy, &["--symbol", SYMBOL]).fails_with(&[
        "mark prices of binance BTC/USDT:USDT are missing",
        "from 2024-01-02T06:00:00Z to 2024-01-02T09:00:00Z",
        "fetch --kind mark",
    ]);
    json(&desk, &strategy, &["--missing-funding", "zero"]);
}

#[test]
fn a_spot_market_takes_no_leverage() {
    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, waves(100));
    let strategy = desk.write("x.yaml", SWING);
    desk.run(&strategy, &["--symbol", "BTC/USDT", "--leverage", "3"]).fails_with(&["--leverage is for perpetuals"]);
}

/// The candles of the base in four, the low or the high first by turns.
fn quarters(count: i64) -> impl Iterator<Item = Candle> {
    waves(count).enumerate().flat_map(|(index, candle)| {
        let turns = if index % 2 == 0 { [candle.high, candle.low] } else { [candle.low, candle.high] };
        let path = [candle.open, turns[0], turns[1], candle.close, candle.close];
        (0..4).map(move |quarter| {
            let (open, close) = (path[quarter], path[quarter + 1]);
            Candle {
                open_time_ms: candle.open_time_ms + quarter as i64 * HOUR_MS / 4,
                open,
                high: open.max(close),
                low: open.min(close),
                close,
                volume: 1.0,
            }
        })
    })
}

#[test]
fn finer_candles_settle_what_is_ambiguous() {
    let (desk, strategy) = desk();
    let coarse = json(&desk, &strategy, &["--fills", "both"]);
    let bars = |report: &Value| report["metrics"]["ambiguous_bars"].as_u64().expect("a count");
    assert!(bars(&coarse) > 5);
    let equity = |figures: &Value| figures["final_equity"].as_f64().expect("a number");
    let (worst, best) = (equity(&coarse["metrics"]), equity(&coarse["at_best"]));
    assert_eq!(worst, equity(&json(&desk, &strategy, &[])["metrics"]), "the rule is the loss");
    assert_eq!(best, equity(&json(&desk, &strategy, &["--fills", "optimistic"])["metrics"]));
    desk.run(&strategy, &["--symbol", SYMBOL, "--detail", "15m"]).fails_with(&[
        "no candles",
        "15m",
        "backfiller fetch",
    ]);
    desk.run(&strategy, &["--symbol", SYMBOL, "--detail", "1h"]).fails_with(&["not finer"]);
    desk.store(SYMBOL, Timeframe::M15, quarters(100));
    let fine = json(&desk, &strategy, &["--detail", "15m"]);
    assert_eq!(bars(&fine), 0);
    let settled = fine["settled"].as_array().expect("a list");
    assert!(settled.len() > 5 && settled.iter().any(|one| one["reason"] == "take"), "{settled:?}");
    let truth = equity(&fine["metrics"]);
    assert!(worst < truth && truth < best, "{worst} < {truth} < {best}");
    let said = desk.run(&strategy, &["--symbol", SYMBOL, "--detail", "15m"]);
    assert!(said.succeeds().contains("Detail: 15m candles settled"), "{}", said.out);
}
