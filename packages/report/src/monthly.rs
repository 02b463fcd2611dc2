//! The return of each calendar month.

use market::{Timeframe, format_utc};

/// The return of one calendar month (UTC).
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub(crate) struct MonthlyReturn {
    /// The month, as `2024-01`.
    pub(crate) month: String,
    /// Its last equity over the last one before it, less one.
    pub(crate) value: f64,
}

/// The months of a run, gathered as they come.
#[derive(Debug, Clone)]
pub(crate) struct Months {
    /// Equity at the end of the month before.
    before: f64,
    /// The month that is not over, and equity after its last candle so far.
    now: Option<(i64, f64)>,
    over: Vec<MonthlyReturn>,
}

impl Months {
    /// None yet, and the cash at the start.
    pub(crate) fn new(initial_cash: f64) -> Self {
        Months { before: initial_cash, now: None, over: Vec::new() }
    }

    /// Takes the equity after the next candles, which open at these times (Unix milliseconds).
    pub(crate) fn add(&mut self, times_ms: &[i64], equity: &[f64]) {
        let mut start = 0;
        while let Some(&first_ms) = times_ms.get(start) {
            let month_ms = Timeframe::Month1.open_of(first_ms);
            let end_ms = Timeframe::Month1.next_open(month_ms);
            // A time that is in no month of the calendar is a step by itself.
            let end = (start + times_ms[start..].partition_point(|&time_ms| time_ms < end_ms)).max(start + 1);
            if let Some((now_ms, last)) = self.now.filter(|(now_ms, _)| *now_ms != month_ms) {
                self.over.extend(self.value(now_ms, last));
                self.before = last;
            }
            self.now = Some((month_ms, equity[end - 1]));
            start = end;
        }
    }

    /// The return of each month with candles, the first one against the initial cash. A month whose return is no
    /// number, because nothing was left before it, is not listed.
    pub(crate) fn returns(&self) -> Vec<MonthlyReturn> {
        let now = self.now.and_then(|(month_ms, last)| self.value(month_ms, last));
        self.over.iter().cloned().chain(now).collect()
    }

    fn value(&self, month_ms: i64, last: f64) -> Option<MonthlyReturn> {
        let value = last / self.before - 1.0;
        value.is_finite().then(|| MonthlyReturn { month: format_utc(month_ms)[..7].to_owned(), value })
    }
}

#[cfg(test)]
mod tests {
    use market::parse_when;

    use super::*;

    #[track_caller]
    fn check(days: &[(&str, f64)], expected: &[(&str, f64)]) {
        let times_ms: Vec<i64> = days.iter().map(|(day, _)| parse_when(day, 0).unwrap()).collect();
        let equity: Vec<f64> = days.iter().map(|(_, equity)| *equity).collect();
        for block in 1..=days.len().max(1) {
            let mut months = Months::new(100.0);
            times_ms
                .chunks(block)
                .zip(equity.chunks(block))
                .for_each(|(times_ms, equity)| months.add(times_ms, equity));
            let months = months.returns();
            let found: Vec<(&str, f64)> = months.iter().map(|month| (month.month.as_str(), month.value)).collect();
            assert_eq!(found, expected, "in blocks of {block}");
        }
    }

    #[test]
    fn a_time_beyond_the_calendar_ends_nothing() {
        let mut months = Months::new(100.0);
        months.add(&[0, 1_782_000_000_000_000, i64::MAX], &[200.0, 100.0, 50.0]);
        assert_eq!(months.returns()[0], MonthlyReturn { month: "1970-01".to_owned(), value: 1.0 });
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
