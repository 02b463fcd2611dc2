//! What doing nothing would have given: all cash bought at the first open, no fees.

use execution::RunResult;
use market::{CandleSlice, Timeframe};

use crate::Figures;
use crate::figures::equity_figures;

/// The figures of buying at the first open with all cash and holding, marked at each close.
#[must_use]
pub fn buy_and_hold(candles: CandleSlice<'_>, timeframe: Timeframe, cash: f64) -> Figures {
    let quantity = candles.open.first().map_or(0.0, |open| cash / open);
    let equity = candles.close.iter().map(|close| quantity * close).collect();
    let held = RunResult { initial_cash: cash, equity, bars_held: candles.len(), ..RunResult::default() };
    equity_figures(candles, timeframe, &held)
}
