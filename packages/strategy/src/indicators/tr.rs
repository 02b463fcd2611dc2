//! `tr()`: true range.
//!
//! The largest of high − low, |high − close₋₁| and |low − close₋₁|. Lookback 1. In quote.
//! TA-Lib `TRANGE`, Pine `ta.tr`.

use super::{Function, Gives};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

pub(super) const TR: Function = Function {
    name: "tr",
    parameters: &[],
    gives: Gives::Number,
    about: "true range: the candle's range, with the gap from the last close",
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
