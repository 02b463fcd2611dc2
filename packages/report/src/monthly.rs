//! The return of each calendar month.

use market::{Timeframe, format_utc};

use crate::Report;

/// The return of one calendar month (UTC).
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub(crate) struct MonthlyReturn {
    /// The month, as `2024-01`.
    pub(crate) month: String,
    /// Its last equity over the last one before it, less one.
    pub(crate) value: f64,
}

impl Report<'_> {
    /// The return of each month with candles, the first one against the initial cash. A month whose
    /// return is no number, because nothing was left before it, is not listed.
    pub(crate) fn monthly_returns(&self) -> Vec<MonthlyReturn> {
        let (times_ms, equity) = (self.candles.open_time_ms, &self.result.equity);
        let mut months = Vec::new();
        let mut before = self.result.initial_cash;
        let mut start = 0;
        while let Some(&first_ms) = times_ms.get(start) {
            let month_ms = Timeframe::Month1.open_of(first_ms);
            let end_ms = Timeframe::Month1.next_open(month_ms);
            let end = start + times_ms[start..].partition_point(|&time_ms| time_ms < end_ms);
            let value = equity[end - 1] / before - 1.0;
            if value.is_finite() {
                months.push(MonthlyReturn { month: format_utc(month_ms)[..7].to_owned(), value });
            }
            (start, before) = (end, equity[end - 1]);
        }
        months
    }
}
