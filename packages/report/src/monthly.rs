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
    /// The return of each month with candles.
    pub(crate) fn monthly_returns(&self) -> Vec<MonthlyReturn> {
        monthly_returns(self.candles.open_time_ms, &self.result.equity, self.result.initial_cash)
    }
}

/// The return of each month with candles, the first one against the initial cash. A month whose
/// return is no number, because nothing was left before it, is not listed.
fn monthly_returns(times_ms: &[i64], equity: &[f64], initial_cash: f64) -> Vec<MonthlyReturn> {
    let mut months = Vec::new();
    let mut before = initial_cash;
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

#[cfg(test)]
mod tests {
    use market::parse_when;

    use super::*;

    #[track_caller]
    fn check(days: &[(&str, f64)], expected: &[(&str, f64)]) {
        let times_ms: Vec<i64> = days.iter().map(|(day, _)| parse_when(day, 0).unwrap()).collect();
        let equity: Vec<f64> = days.iter().map(|(_, equity)| *equity).collect();
        let months = monthly_returns(&times_ms, &equity, 100.0);
        let found: Vec<(&str, f64)> = months.iter().map(|month| (month.month.as_str(), month.value)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn months_are_measured_against_what_was_there_before() {
        check(&[], &[]);
        check(&[("2023-12-30", 90.0), ("2023-12-31", 150.0)], &[("2023-12", 0.5)]);
        check(
            &[("2023-12-31", 200.0), ("2024-01-01", 90.0), ("2024-01-31", 100.0)],
            &[("2023-12", 1.0), ("2024-01", -0.5)],
        );
        // A month without candles has no return, nor has one that starts with nothing.
        check(
            &[("2023-01-01", 200.0), ("2023-03-01", 0.0), ("2023-04-01", 0.0)],
            &[("2023-01", 1.0), ("2023-03", -1.0)],
        );
    }
}
