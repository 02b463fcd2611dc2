//! `tr()`: true range.
//!
//! The largest of high − low, |high − close₋₁| and |low − close₋₁|. Lookback 1. In quote.
//! TA-Lib `TRANGE`, Pine `ta.tr`.

use super::{Family, Function, Gives, Shift};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

pub(super) const TR: Function = Function {
    name: "tr",
    family: Family::Volatility,
    parameters: &[],
    gives: Gives::Number,
    unit: "quote",
    about: "true range: the candle's range, with the gap from the last close",
    formula: "the largest of high − low, |high − close[1]| and |low − close[1]|",
    warm_up: "1",
    talib: Some("TRANGE"),
    pine: Some("ta.tr"),
    shift: Shift::Depends,
    build: |builder, _| tr(builder),
};

/// Adds the step of `tr()`.
pub(super) fn tr(builder: &mut Builder) -> Operand {
    builder.step("tr", &[], &[], (1, Memory::Window), || Box::new(TrueRange { last_close: f64::NAN }))
}

struct TrueRange {
    last_close: f64,
}

impl Step for TrueRange {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let (candles, mut last) = (inputs.candles, self.last_close);
        let prices = candles.high.iter().zip(candles.low).zip(candles.close);
        for (out, ((&high, &low), &close)) in out.iter_mut().zip(prices) {
            *out = true_range(high, low, last);
            last = close;
        }
        self.last_close = last;
    }
}

/// The true range of a candle; unknown where the last close is.
pub(super) fn true_range(high: f64, low: f64, last_close: f64) -> f64 {
    let top = if last_close > high { last_close } else { high };
    let bottom = if last_close < low { last_close } else { low };
    // As the three differences, of which these are the largest: the same bits, and one subtraction.
    if last_close.is_nan() { f64::NAN } else { top - bottom }
}
