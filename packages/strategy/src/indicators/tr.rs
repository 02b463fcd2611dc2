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
        let candles = inputs.candles;
        for (index, out) in out.iter_mut().enumerate() {
            let (high, low, last) = (candles.high[index], candles.low[index], self.last_close);
            *out = if last.is_nan() { f64::NAN } else { (high - low).max((high - last).abs()).max((low - last).abs()) };
            self.last_close = candles.close[index];
        }
    }
}
