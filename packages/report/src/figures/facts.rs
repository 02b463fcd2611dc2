//! What several figures are computed from, computed once.

use execution::RunResult;
use market::{CandleSlice, Timeframe};

pub(crate) const DAY_MS: i64 = 86_400_000;

/// A run, with what several figures need of it.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The run.
    pub result: &'a RunResult,
    /// How many candles the range has.
    pub candles: usize,
    /// Days from the first open to the last close.
    pub days: f64,
    /// The return of each UTC day that has candles, the first one against the initial cash.
    pub daily_returns: Vec<f64>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(candles: CandleSlice<'_>, timeframe: Timeframe, result: &'a RunResult) -> Self {
        let times_ms = candles.open_time_ms;
        let span_ms = match (times_ms.first(), times_ms.last()) {
            (Some(&first), Some(&last)) => timeframe.next_open(last) - first,
            _ => 0,
        };
        Facts {
            result,
            candles: times_ms.len(),
            days: span_ms as f64 / DAY_MS as f64,
            daily_returns: daily_returns(times_ms, &result.equity, result.initial_cash),
        }
    }

    /// Last equity over initial cash; `None` without candles or without cash.
    #[must_use]
    pub fn growth(&self) -> Option<f64> {
        let last = *self.result.equity.last()?;
        (self.result.initial_cash > 0.0).then(|| last / self.result.initial_cash)
    }

    /// The mean daily return; `None` where there is no day.
    #[must_use]
    pub fn mean_daily_return(&self) -> Option<f64> {
        let days = self.daily_returns.len();
        (days > 0).then(|| self.daily_returns.iter().sum::<f64>() / days as f64)
    }

    /// Net profits of the closed trades; `None` where there is no trade.
    #[must_use]
    pub fn profits(&self) -> Option<impl Iterator<Item = f64> + '_> {
        let trades = &self.result.trades;
        (!trades.is_empty()).then(|| trades.iter().map(|trade| trade.pnl))
    }
}

/// The return of each UTC day with candles: its last equity over that of the day before.
fn daily_returns(times_ms: &[i64], equity: &[f64], initial_cash: f64) -> Vec<f64> {
    let mut returns = Vec::new();
    let mut before = initial_cash;
    let mut day_end_ms = i64::MIN;
    for (index, &time_ms) in times_ms.iter().enumerate() {
        if time_ms < day_end_ms {
            continue;
        }
        if index > 0 {
            returns.push(equity[index - 1] / before - 1.0);
            before = equity[index - 1];
        }
        day_end_ms = (time_ms.div_euclid(DAY_MS) + 1) * DAY_MS;
    }
    returns.extend(equity.last().map(|last| last / before - 1.0));
    returns
}
