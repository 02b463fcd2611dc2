//! `atr(n)`: average true range.
//!
//! `rma(tr(), n)`. Lookback n. In quote. TA-Lib `ATR`, Pine `ta.atr`.

use super::ema::{Exponential, fading};
use super::tr::true_range;
use super::{Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{Builder, Inputs, Operand, Step};

pub(super) const ATR: Function = Function {
    name: "atr",
    family: Family::Volatility,
    parameters: &[Parameter::Length("n", 1, MAX_LENGTH)],
    gives: Gives::Number,
    unit: "quote",
    about: "average true range: Wilder's average of the true range",
    formula: "rma(tr(), n)",
    warm_up: "n",
    talib: Some("ATR"),
    pine: Some("ta.atr"),
    shift: Shift::Depends,
    build: |builder, arguments| atr(builder, arguments[0].length()),
};

/// Adds the step of `atr(n)`.
pub(super) fn atr(builder: &mut Builder, n: usize) -> Operand {
    ranged(builder, "atr", n, |average, _| average)
}

/// Adds a step that gives for each candle what `give` makes of the average of the true range and of the close.
pub(super) fn ranged(
    builder: &mut Builder,
    name: &'static str,
    n: usize,
    give: impl Fn(f64, f64) -> f64 + Copy + Send + 'static,
) -> Operand {
    let factor = 1.0 / n as f64;
    builder.step(name, &[], &[n as f64], (n, fading(factor)), || {
        Box::new(AverageRange { average: Exponential::new(n, factor), last_close: f64::NAN, give })
    })
}

/// Range, average and what is made of it in one: while the average waits for its last value, the rest costs nothing.
struct AverageRange<F> {
    average: Exponential,
    last_close: f64,
    give: F,
}

impl<F: Fn(f64, f64) -> f64 + Send> Step for AverageRange<F> {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let (candles, mut average, mut last) = (inputs.candles, self.average, self.last_close);
        let is_seeded = average.is_seeded();
        let prices = candles.high.iter().zip(candles.low).zip(candles.close);
        for (out, ((&high, &low), &close)) in out.iter_mut().zip(prices) {
            let range = true_range(high, low, last);
            let value = if is_seeded { average.go_on(range) } else { average.next(range) };
            *out = (self.give)(value, close);
            last = close;
        }
        (self.average, self.last_close) = (average, last);
    }
}
