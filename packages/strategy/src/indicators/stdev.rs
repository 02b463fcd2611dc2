//! `stdev(x, n)` and `variance(x, n)`: spread of the population.
//!
//! The mean of squared distances from the mean of the last n values, and its root. Lookback n − 1.
//! TA-Lib `STDDEV` and `VAR`, Pine `ta.stdev` and `ta.variance`.

use super::moments::{Statistic, moments};
use super::{Family, Function, Gives, SERIES_AND_LENGTH, Shift};
use crate::plan::{Builder, Memory, Operand};

pub(super) const STDEV: Function = Function {
    name: "stdev",
    family: Family::Volatility,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "standard deviation of the last n values, as a population",
    formula: "√ of the mean of squared distances from the mean of the last n values",
    warm_up: "n - 1",
    talib: Some("STDDEV"),
    pine: Some("ta.stdev"),
    shift: Shift::Ignores,
    build: |builder, arguments| stdev(builder, arguments[0].series(), arguments[1].length()),
};

pub(super) const VARIANCE: Function = Function {
    name: "variance",
    family: Family::Volatility,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "the square of that of x",
    about: "variance of the last n values, as a population",
    formula: "the mean of squared distances from the mean of the last n values",
    warm_up: "n - 1",
    talib: Some("VAR"),
    pine: Some("ta.variance"),
    shift: Shift::Ignores,
    build: |builder, arguments| {
        let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
        let make = || -> Box<dyn crate::plan::Step> { Box::new(moments(n, Variance(Spread::new(n)))) };
        builder.step("variance", &[x], &[n as f64], (n - 1, Memory::Window), make)
    },
};

/// Adds the steps of `stdev(x, n)`.
pub(super) fn stdev(builder: &mut Builder, x: Operand, n: usize) -> Operand {
    let x = builder.column(x);
    let make = || -> Box<dyn crate::plan::Step> { Box::new(moments(n, Deviation(Spread::new(n)))) };
    builder.step("stdev", &[x], &[n as f64], (n - 1, Memory::Window), make)
}

/// Mean and variance from the sums of distances from a pivot and of their squares.
pub(super) struct Spread {
    one_nth: f64,
}

impl Spread {
    pub(super) fn new(n: usize) -> Self {
        Spread { one_nth: 1.0 / n as f64 }
    }

    pub(super) fn terms([x]: [f64; 1], [pivot]: [f64; 1]) -> [f64; 2] {
        let distance = x - pivot;
        [distance, distance * distance]
    }

    /// The mean, as a distance from the pivot, and the variance.
    pub(super) fn read(&self, [distances, squares]: [f64; 2]) -> (f64, f64) {
        let mean = distances * self.one_nth;
        // Rounding may leave less than nothing. There is no NaN here that `max` could hide.
        (mean, (squares * self.one_nth - mean * mean).max(0.0))
    }
}

struct Deviation(Spread);

impl Statistic<1, 2> for Deviation {
    fn terms(values: [f64; 1], pivot: [f64; 1]) -> [f64; 2] {
        Spread::terms(values, pivot)
    }

    fn read(&self, sums: [f64; 2], _: [f64; 1], _: [f64; 1]) -> f64 {
        self.0.read(sums).1.sqrt()
    }
}

struct Variance(Spread);

impl Statistic<1, 2> for Variance {
    fn terms(values: [f64; 1], pivot: [f64; 1]) -> [f64; 2] {
        Spread::terms(values, pivot)
    }

    fn read(&self, sums: [f64; 2], _: [f64; 1], _: [f64; 1]) -> f64 {
        self.0.read(sums).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::BLOCK;

    /// The last deviation of a window over the values.
    fn last(n: usize, values: &[f64]) -> f64 {
        let mut window = moments(n, Deviation(Spread::new(n)));
        let mut out = [f64::NAN; BLOCK];
        let mut at = 0;
        for block in values.chunks(BLOCK) {
            at = block.len() - 1;
            window.run([block], &mut out[..=at]);
        }
        out[at]
    }

    #[test]
    fn nothing_drifts_in_a_million_candles() {
        let values: Vec<f64> = (0..1_000_000_u64).map(|index| (index * 7_919 % 10_007) as f64 + 3e4).collect();
        let fresh = last(20, &values[values.len() - 20..]);
        assert!((last(20, &values) / fresh - 1.0).abs() < 1e-12);
    }

    #[test]
    fn large_values_leave_no_trace() {
        let values = [1e9, 1e-8, 3e-8, 1e9, 1e-8, 3e-8, 1e-8, 3e-8, 1e9, 1e9, 1e9, 1e9];
        for (end, expected) in [(8, 1e-8), (12, 0.0)] {
            assert!((last(4, &values[..end]) - expected).abs() <= 1e-20, "of {:?}", &values[..end]);
        }
    }
}
