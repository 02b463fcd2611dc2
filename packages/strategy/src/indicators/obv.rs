//! `obv()`: on-balance volume.
//!
//! The running total of the volume, added where the close rises and taken away where it falls; it begins
//! with the first candle's volume. In base units. TA-Lib `OBV`, Pine `ta.obv`.

use super::{Family, Function, Gives, Shift};
use crate::plan::{Inputs, Memory, Step};

pub(super) const OBV: Function = Function {
    name: "obv",
    family: Family::Volume,
    parameters: &[],
    gives: Gives::Number,
    unit: "base",
    about: "on-balance volume: the running total of volume, added when the close rises, taken away when it falls",
    formula: "y = y[1] + volume, − volume or 0 where close is above, below or at close[1]; volume at first",
    warm_up: "0",
    talib: Some("OBV"),
    pine: Some("ta.obv"),
    shift: Shift::RunningTotal,
    build: |builder, _| {
        builder.step("obv", &[], &[], (0, Memory::TOTAL), || Box::new(Obv { last_close: None, total: 0.0 }))
    },
};

struct Obv {
    last_close: Option<f64>,
    total: f64,
}

impl Step for Obv {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let candles = inputs.candles;
        // The first candle counts as one that has risen.
        let mut last = self.last_close.unwrap_or(f64::NEG_INFINITY);
        let mut total = self.total;
        for ((out, &close), &volume) in out.iter_mut().zip(candles.close).zip(candles.volume) {
            let up = if close > last { volume } else { 0.0 };
            total += if close < last { -volume } else { up };
            last = close;
            *out = total;
        }
        (self.last_close, self.total) = (Some(last), total);
    }
}
