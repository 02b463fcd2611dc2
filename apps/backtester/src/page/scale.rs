//! Scales: from values to places along an axis, with round ticks.

use market::{Timeframe, format_utc};
use report::Unit;

/// Width and height of a drawing, in its own measure.
pub(super) const WHOLE: f64 = 10_000.0;
/// Ticks of an axis at most, about.
const TICKS: f64 = 7.0;
/// Most ticks of an axis of time.
const MOST_TIMES: usize = 7;
/// A high over a low from which on money is drawn in multiples.
const WIDE: f64 = 4.0;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// What is counted along an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Of {
    /// Unix milliseconds.
    Time,
    Unit(Unit),
}

/// From values to places along one axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) of: Of,
    /// Whether equal distances are equal multiples.
    pub(super) is_log: bool,
}

impl Scale {
    /// From the lowest to the highest of the values.
    pub(super) fn over(of: Of, values: impl Iterator<Item = f64>) -> Self {
        let known = values.filter(|value| value.is_finite());
        let (low, high) = known.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        match (low, high) {
            (low, high) if low < high => Scale { low, high, of, is_log: false },
            (low, _) if low.is_finite() => {
                let around = low.abs().max(1.0) * 0.01;
                Scale { low: low - around, high: low + around, of, is_log: false }
            }
            _ => Scale { low: 0.0, high: 1.0, of, is_log: false },
        }
    }

    /// Equal distances for equal multiples, where money grows or shrinks so much that else little would be seen.
    pub(super) fn log_if_wide(self) -> Self {
        let is_log = self.of == Of::Unit(Unit::Quote) && self.low > 0.0 && self.high / self.low > WIDE;
        Scale { is_log, ..self }
    }

    /// With a little air above and below.
    pub(super) fn with_air(self) -> Self {
        if self.is_log {
            let air = (self.high / self.low).powf(0.04);
            return Scale { low: self.low / air, high: self.high * air, ..self };
        }
        let air = (self.high - self.low) * 0.04;
        Scale { low: self.low - air, high: self.high + air, ..self }
    }

    /// Where a value lies, from 0 to 1.
    pub(super) fn share(&self, value: f64) -> f64 {
        if self.is_log {
            return (value / self.low).ln() / (self.high / self.low).ln();
        }
        (value - self.low) / (self.high - self.low)
    }

    /// A place along the drawing.
    pub(super) fn across(&self, value: f64) -> f64 {
        (self.share(value) * WHOLE).round()
    }

    /// A place from the top of the drawing.
    pub(super) fn down(&self, value: f64) -> f64 {
        ((1.0 - self.share(value)) * WHOLE).round()
    }

    /// Round values along it with their labels.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        match self.of {
            Of::Time => times(self.low as i64, self.high as i64),
            Of::Unit(unit) if self.is_log => self.round_multiples(unit),
            Of::Unit(unit) => self.round_values(unit),
        }
    }

    fn round_values(&self, unit: Unit) -> Vec<(f64, String)> {
        let step = nice((self.high - self.low) / TICKS).max(if unit == Unit::Count { 1.0 } else { 0.0 });
        let first = (self.low / step).ceil() as i64;
        let last = (self.high / step).floor() as i64;
        // Zero has no sign.
        (first..=last).map(|n| n as f64 * step + 0.0).map(|value| (value, label(value, step, unit))).collect()
    }

    /// From many to few a decade: the first that are few enough.
    fn round_multiples(&self, unit: Unit) -> Vec<(f64, String)> {
        let of_decade = |times: &'static [f64]| -> Vec<(f64, String)> {
            let powers = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
            let all = powers.flat_map(|power| times.iter().map(move |times| times * 10.0_f64.powi(power)));
            let seen = all.filter(|value| (self.low..=self.high).contains(value));
            seen.map(|value| (value, label(value, value, unit))).collect()
        };
        let all = [&[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0][..], &[1.0, 2.0, 5.0], &[1.0]].map(of_decade);
        let few = all.iter().find(|ticks| ticks.len() <= MOST_TIMES);
        few.unwrap_or(&all[all.len() - 1]).clone()
    }

    /// As the script reads it.
    pub(super) fn name(&self) -> &'static str {
        match self.of {
            Of::Time => "time",
            Of::Unit(Unit::Quote) => "quote",
            Of::Unit(Unit::Share) => "share",
            Of::Unit(Unit::Ratio) => "ratio",
            Of::Unit(Unit::Count) => "count",
        }
    }
}

/// 1, 2 or 5 times a power of ten, at least `least`.
fn nice(least: f64) -> f64 {
    let power = 10.0_f64.powf(least.log10().floor());
    let times = [1.0, 2.0, 5.0].into_iter().find(|times| times * power >= least * (1.0 - 1e-9));
    times.unwrap_or(10.0) * power
}

fn label(value: f64, step: f64, unit: Unit) -> String {
    let (value, step) = if unit == Unit::Share { (value * 100.0, step * 100.0) } else { (value, step) };
    let decimals = (-(step.log10() + 1e-9).floor()).max(0.0) as usize;
    let number = if decimals == 0 { Unit::Count.written(value) } else { format!("{value:.decimals$}") };
    if unit == Unit::Share { format!("{number} %") } else { number }
}

/// Begins of years, months, days or hours, whichever are few enough.
fn times(low_ms: i64, high_ms: i64) -> Vec<(f64, String)> {
    let begins = |of: Timeframe| {
        let first = std::iter::successors(Some(of.open_of(low_ms)), move |time_ms| Some(of.next_open(*time_ms)));
        first.skip_while(move |time_ms| *time_ms < low_ms).take_while(move |time_ms| *time_ms <= high_ms)
    };
    let months = |time_ms: i64| {
        let text = format_utc(time_ms);
        let number = |part: Option<&str>| part.and_then(|part| part.parse::<i64>().ok()).unwrap_or(0);
        number(text.get(..4)) * 12 + number(text.get(5..7)) - 1
    };
    let some = |of: Timeframe, every: i64, number: &dyn Fn(i64) -> i64, from: usize, to: usize| {
        let all = begins(of).filter(|time_ms| number(*time_ms) % every == 0);
        all.map(|time_ms| (time_ms as f64, format_utc(time_ms)[from..to].replace('T', " "))).collect::<Vec<_>>()
    };
    let days = (high_ms - low_ms) / DAY_MS;
    let years = [120, 60, 24, 12].map(|every| (Timeframe::Month1, every, 0, 4));
    let of_months = [6, 3, 2, 1].map(|every| (Timeframe::Month1, every, 0, 7));
    let of_days = [10, 5, 2, 1].map(|every| (Timeframe::D1, every, 5, 10));
    let of_hours = [12, 6, 3, 1].map(|every| (Timeframe::H1, every, 5, 16));
    let finer = if days > 60 { &[][..] } else { &[of_days, of_hours][..] };
    let all = [years, of_months].into_iter().chain(finer.iter().copied()).flatten();
    let ticks = all.map(|(of, every, from, to)| match of {
        Timeframe::Month1 => some(of, every, &months, from, to),
        Timeframe::D1 => some(of, every, &|time_ms| time_ms / DAY_MS, from, to),
        _ => some(of, every, &|time_ms| time_ms / HOUR_MS, from, to),
    });
    // From coarse to fine: the finest that fits.
    ticks.take_while(|ticks| ticks.len() <= MOST_TIMES).last().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(of: Of, low: f64, high: f64, expected: &[&str]) {
        let labels: Vec<String> =
            Scale { low, high, of, is_log: false }.log_if_wide().ticks().into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, expected);
    }

    #[test]
    fn ticks_are_round() {
        check(Of::Unit(Unit::Quote), 8_700.0, 17_000.0, &["10,000", "12,000", "14,000", "16,000"]);
        check(Of::Unit(Unit::Quote), 6_000.0, 70_000.0, &["10,000", "20,000", "50,000"]);
        check(Of::Unit(Unit::Quote), 0.02, 900.0, &["0.1", "1", "10", "100"]);
        check(Of::Unit(Unit::Quote), -1.0, 9.0, &["0", "2", "4", "6", "8"]);
        check(Of::Unit(Unit::Share), -0.12, 0.31, &["-10 %", "0 %", "10 %", "20 %", "30 %"]);
        check(Of::Unit(Unit::Share), 0.0, 0.004, &["0.0 %", "0.1 %", "0.2 %", "0.3 %", "0.4 %"]);
        check(Of::Unit(Unit::Ratio), -1.0, 1.2, &["-1.0", "-0.5", "0.0", "0.5", "1.0"]);
        check(Of::Unit(Unit::Count), 0.0, 2.0, &["0", "1", "2"]);
    }

    #[test]
    fn times_are_begins_of_what_is_few_enough() {
        let (year, day) = (1_704_067_200_000.0, DAY_MS as f64);
        let check = |days: f64, expected: &[&str]| check(Of::Time, year, year + days * day, expected);
        check(366.0 * 3.0, &["2024-01", "2024-07", "2025-01", "2025-07", "2026-01", "2026-07", "2027-01"]);
        check(200.0, &["2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06", "2024-07"]);
        check(4.0, &["01-01", "01-02", "01-03", "01-04", "01-05"]);
        check(0.125, &["01-01 00:00", "01-01 01:00", "01-01 02:00", "01-01 03:00"]);
    }

    #[test]
    fn a_scale_over_one_value_or_none_is_one_too() {
        for values in [&[][..], &[f64::NAN], &[5.0], &[0.0, 0.0]] {
            let scale = Scale::over(Of::Unit(Unit::Quote), values.iter().copied());
            assert!(scale.low < scale.high && !scale.ticks().is_empty(), "{values:?}");
        }
    }
}
