//! Every example strategy through the real program: over real candles where they are there, or made ones.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use market::{Candle, Candles, Series, Symbol, Timeframe};
use serde_json::Value;

use super::Desk;

/// Most candles of one series: half a year of hours, more than a month of quarters of one.
const MOST_CANDLES: usize = 4_000;

/// The files of `strategies`.
fn book() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../strategies");
    let paths = std::fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.extension().is_some_and(|ending| ending == "yaml")).collect()
}

/// Candles by symbol and timeframe: real ones of an hour or a quarter of one, or made ones where those are absent;
/// longer ones are made of them.
#[derive(Default)]
struct Markets(HashMap<(Symbol, Timeframe), Candles>);

impl Markets {
    fn candles(&mut self, symbol: &Symbol, timeframe: Timeframe) -> Vec<Candle> {
        let source = if timeframe < Timeframe::H1 { Timeframe::M15 } else { Timeframe::H1 };
        let candles = self.0.entry((symbol.clone(), source)).or_insert_with(|| {
            let file = format!("binance_{}{}_{source}", symbol.base(), symbol.quote());
            testkit::shared_candles(&file).unwrap_or_else(|| made(symbol, source))
        });
        fold(candles, timeframe)
    }

    /// Puts what the strategy reads into the store, up to where all of it ends.
    fn fill(&mut self, desk: &Desk, series: &[Series]) {
        let all: Vec<Vec<Candle>> = series.iter().map(|one| self.candles(&one.symbol, one.timeframe)).collect();
        let last_ms = |candles: &Vec<Candle>| candles.last().map(|candle| candle.open_time_ms);
        let end_ms = all.iter().filter_map(last_ms).min().expect("candles");
        for (series, candles) in series.iter().zip(all) {
            let end = candles.partition_point(|candle| candle.open_time_ms <= end_ms);
            let newest = &candles[end.saturating_sub(MOST_CANDLES)..end];
            desk.store(&series.symbol.to_string(), series.timeframe, newest.iter().copied());
        }
    }
}

fn fold(candles: &Candles, timeframe: Timeframe) -> Vec<Candle> {
    let mut folded: Vec<Candle> = Vec::new();
    for candle in candles.iter() {
        let open_time_ms = timeframe.open_of(candle.open_time_ms);
        match folded.last_mut().filter(|last| last.open_time_ms == open_time_ms) {
            Some(last) => {
                last.high = last.high.max(candle.high);
                last.low = last.low.min(candle.low);
                last.close = candle.close;
                last.volume += candle.volume;
            }
            None => folded.push(Candle { open_time_ms, ..candle }),
        }
    }
    folded
}

/// A market that drifts, swings and has wicks, another for each symbol.
pub(super) fn made(symbol: &Symbol, timeframe: Timeframe) -> Candles {
    let mut dice = symbol.to_string().bytes().fold(7_u64, |seed, byte| seed * 31 + u64::from(byte));
    let mut roll = move || {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 40) as f64 / f64::from(1 << 24)
    };
    let (mut drift, mut close) = (0.0, 100.0_f64);
    let candle = |index: i64| {
        if index % 120 == 0 {
            drift = 0.003 * (roll() - 0.48);
        }
        let open = close;
        close *= 1.0 + drift + 0.015 * (roll() - 0.5);
        let (high, low) = (open.max(close) * (1.0 + 0.003 * roll()), open.min(close) * (1.0 - 0.003 * roll()));
        let open_time_ms = 1_704_067_200_000 + index * timeframe.longest_ms();
        Candle { open_time_ms, open, high, low, close, volume: 1.0 + 9.0 * roll() }
    };
    (0..24_000).map(candle).collect()
}

/// The candles that a strategy reads, as `backtester check --json` tells them.
fn series(checked: &Value, own: &Symbol) -> Vec<Series> {
    let of = |told: &Value| {
        let symbol = told["symbol"].as_str().map_or(own.clone(), |symbol| symbol.parse().expect("a symbol"));
        let timeframe = told["timeframe"].as_str().and_then(|name| name.parse().ok());
        Series::new("binance", symbol, timeframe.expect("a timeframe"))
    };
    let others = checked["others"].as_array().expect("a list");
    std::iter::once(checked).chain(others).map(of).collect()
}

#[test]
fn every_example_backtests() {
    let mut markets = Markets::default();
    for path in book() {
        let desk = Desk::new();
        let file = path.to_str().expect("UTF-8");
        let checked: Value =
            serde_json::from_str(desk.backtester(&["check", file, "--json"]).succeeds()).expect("JSON");
        // What compares with bitcoin trades another coin.
        let with_bitcoin = checked["others"].to_string().contains("BTC/USDT");
        let own = if with_bitcoin { "ETH/USDT" } else { "BTC/USDT" };
        markets.fill(&desk, &series(&checked, &own.parse().expect("a symbol")));
        let said = desk.run(&path, &["--symbol", own, "--json", "-"]);
        let report: Value = serde_json::from_str(said.succeeds()).expect("JSON");
        let trades = report["trades"].as_array().map_or(0, Vec::len);
        assert!(trades >= 2, "{file} traded {trades} times");
        let equity = report["metrics"]["final_equity"].as_f64();
        assert!(equity.is_some_and(|equity| equity > 0.0), "{file} ends with {equity:?}");
    }
}
