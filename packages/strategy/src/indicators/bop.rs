//! `bop()`: balance of power.
//!
//! (close − open)/(high − low); 0 where high and low are one, as TA-Lib has it. From −1 to 1. TA-Lib `BOP`.

use super::{Family, Function, Gives, Shift};
use crate::plan::{Inputs, Memory, Step};

pub(super) const BOP: Function = Function {
    name: "bop",
    family: Family::Momentum,
    parameters: &[],
    gives: Gives::Number,
    unit: "-1 to 1",
    about: "balance of power: the candle's body as a share of its range",
    formula: "(close − open) / (high − low); 0 where they are one",
    warm_up: "0",
    talib: Some("BOP"),
    pine: None,
    shift: Shift::Depends,
    build: |builder, _| builder.step("bop", &[], &[], (0, Memory::Window), || Box::new(Bop)),
};

struct Bop;

impl Step for Bop {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let candles = inputs.candles;
        let ranges = candles.high.iter().zip(candles.low).map(|(high, low)| high - low);
        let bodies = candles.close.iter().zip(candles.open).map(|(close, open)| close - open);
        for ((out, range), body) in out.iter_mut().zip(ranges).zip(bodies) {
            *out = if range <= 0.0 { 0.0 } else { body / range };
        }
    }
}
