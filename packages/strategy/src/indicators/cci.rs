//! `cci(n)`: commodity channel index.
//!
//! How far hlc3 stands from its mean over n candles, in units of 0.015 mean deviations; 0 where all are
//! equal, as TA-Lib has it. Lookback n − 1. TA-Lib `CCI`, Pine `ta.cci(hlc3, n)`.

use super::sums::Sums;
use super::window::Past;
use super::{Family, Function, Gives, Parameter, Shift};
use crate::plan::{Inputs, Memory, Step};

/// Longest window: the deviations of all its values are looked at anew with each candle.
const MAX_CCI_LENGTH: usize = 10_000;

pub(super) const CCI: Function = Function {
    name: "cci",
    family: Family::Momentum,
    parameters: &[Parameter::Length("n", 2, MAX_CCI_LENGTH)],
    gives: Gives::Number,
    unit: "0.015 mean deviations",
    about: "commodity channel index: how far hlc3 stands from its mean, measured by its mean deviation",
    formula: "(hlc3 − sma(hlc3, n)) / (0.015 · the mean of |hlc3 − sma| over n candles); 0 where all are equal",
    warm_up: "n - 1",
    talib: Some("CCI"),
    pine: Some("ta.cci"),
    shift: Shift::Depends,
    build: |builder, arguments| {
        let n = arguments[0].length();
        builder.step("cci", &[], &[n as f64], (n - 1, Memory::Window), || Box::new(Cci::new(n)))
    },
};

/// A distance from the mean below this share of the two is rounding; TA-Lib's bound.
const NO_DISTANCE: f64 = 1e-14;

struct Cci {
    n: usize,
    sums: Sums,
    past: Past,
}

impl Cci {
    fn new(n: usize) -> Self {
        Cci { n, sums: Sums::new(n), past: Past::new(n - 1) }
    }
}

impl Step for Cci {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let candles = inputs.candles;
        let values = self.past.room(out.len());
        let typical = &mut values[self.n - 1..];
        let prices = candles.high.iter().zip(candles.low).zip(candles.close);
        for (typical, ((high, low), close)) in typical.iter_mut().zip(prices) {
            *typical = (high + low + close) / 3.0;
        }
        self.sums.extend(typical);
        self.sums.means(self.n, out);
        for (out, window) in out.iter_mut().zip(values.windows(self.n)) {
            let typical = window[self.n - 1];
            let distance = typical - *out;
            let deviation = distances(window, *out) / self.n as f64;
            let none = distance.abs() <= NO_DISTANCE * (typical + *out);
            *out = if none { 0.0 } else { distance / (0.015 * deviation) };
        }
    }
}

/// The sum of the distances of all values from one, in eight parts that do not wait for each other.
fn distances(values: &[f64], from: f64) -> f64 {
    let mut parts = [0.0; 8];
    let mut chunks = values.chunks_exact(parts.len());
    for chunk in &mut chunks {
        for (part, value) in parts.iter_mut().zip(chunk) {
            *part += (value - from).abs();
        }
    }
    let rest: f64 = chunks.remainder().iter().map(|value| (value - from).abs()).sum();
    parts.iter().sum::<f64>() + rest
}
