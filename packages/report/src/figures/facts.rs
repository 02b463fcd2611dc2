//! What several figures are computed from, computed once.

use execution::RunResult;
use market::Timeframe;

use crate::{Curve, TradeSums};

pub(crate) const DAY_MS: i64 = 86_400_000;

/// A run, with what several figures need of it.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The run.
    pub result: &'a RunResult,
    /// Its closed trades.
    pub trades: TradeSums,
    /// How many candles the range has.
    pub candles: usize,
    /// Days from the first open to the last close.
    pub days: f64,
    /// Equity after the last candle; `None` without candles.
    pub last_equity: Option<f64>,
    /// The deepest fall below a peak, as a share of it; `None` without candles or without cash.
    pub deepest: Option<f64>,
    /// The return of each UTC day that has candles, the first one against the initial cash.
    pub daily_returns: Vec<f64>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(curve: &Curve, trades: TradeSums, timeframe: Timeframe, result: &'a RunResult) -> Self {
        let span_ms = curve.span_ms.map_or(0, |(first_ms, last_ms)| timeframe.next_open(last_ms) - first_ms);
        Facts {
            result,
            trades,
            candles: curve.candles,
            days: span_ms as f64 / DAY_MS as f64,
            last_equity: curve.last,
            deepest: curve.last.filter(|_| curve.initial_cash() > 0.0).map(|_| curve.worst() - 1.0),
            daily_returns: curve.daily_returns(),
        }
    }

    /// Last equity over initial cash; `None` without candles or without cash.
    #[must_use]
    pub fn growth(&self) -> Option<f64> {
        let last = self.last_equity?;
        (self.result.initial_cash > 0.0).then(|| last / self.result.initial_cash)
    }

    /// The mean daily return; `None` where there is no day.
    #[must_use]
    pub fn mean_daily_return(&self) -> Option<f64> {
        let days = self.daily_returns.len();
        (days > 0).then(|| self.daily_returns.iter().sum::<f64>() / days as f64)
    }
}
