//! Tests of strategy files as a whole, through the public interface.

mod errors;
mod examples;
mod hostile;
mod indicators;
mod language;
mod laws;
mod levels;
mod mistakes;
mod parity;
mod reference;
mod schema;
mod whole_candles;

use market::{Candle, Candles};
use strategy::{Decision, StrategyFile, load};

/// A file with these lines in `let` and rules that never fire.
fn file_with(timeframe: &str, lets: &[(&str, &str)]) -> String {
    let lets: String = lets.iter().map(|(name, expr)| format!("  {name}: {}\n", quoted(expr))).collect();
    format!("name: test\ntimeframe: {timeframe}\nlet:\n{lets}long:\n  enter: close < 0\n")
}

/// The expression in double quotes, as YAML takes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[track_caller]
fn loaded(source: &str) -> StrategyFile {
    load(source, &[]).unwrap_or_else(|problems| panic!("{}", problems.render("test.yaml", source, false)))
}

/// The lines and decisions of a file over candles that come in one piece.
#[track_caller]
fn run(source: &str, candles: &Candles) -> (Vec<Vec<f64>>, Vec<Decision>) {
    let mut strategy = loaded(source).strategy;
    let mut lines = vec![Vec::new(); strategy.description().lines.len()];
    let mut decisions = Vec::new();
    strategy.run(candles.as_slice(), &mut decisions, Some(&mut lines));
    (lines, decisions)
}

/// Hourly candles with these closes, and a range of one around them.
fn candles_of(closes: &[f64]) -> Candles {
    let candle = |(index, &close): (usize, &f64)| Candle {
        open_time_ms: index as i64 * 3_600_000,
        open: close,
        high: close + 1.0,
        low: close - 1.0,
        close,
        volume: 10.0,
    };
    closes.iter().enumerate().map(candle).collect()
}
