//! `willr(n)`: Williams' %R.
//!
//! How far the close stands below the highest high of the last n candles, as a share of their range: 0 at
//! the highest high, −100 at the lowest low; 0 where high and low are one, as TA-Lib has it. Lookback n − 1.
//! TA-Lib `WILLR`, Pine `ta.wpr`.

use super::stochastic::range;
use super::{Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{Inputs, Memory, Operand, Step};

pub(super) const WILLR: Function = Function {
    name: "willr",
    family: Family::Momentum,
    parameters: &[Parameter::Length("n", 2, MAX_LENGTH)],
    gives: Gives::Number,
    unit: "-100 to 0",
    about: "Williams' %R: how far the close stands below the highest high, as a share of the range",
    formula: "−100 · (highest(high, n) − close) / (highest(high, n) − lowest(low, n)); 0 where nothing moved",
    warm_up: "n - 1",
    talib: Some("WILLR"),
    pine: Some("ta.wpr"),
    shift: Shift::Depends,
    build: |builder, arguments| {
        let (highest, lowest) = range(builder, arguments[0].length());
        builder.step("willr", &[highest, lowest, Operand::Close], &[], (0, Memory::Window), || Box::new(PercentR))
    },
};

struct PercentR;

impl Step for PercentR {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let (highest, lowest, close) = (inputs.column(0), inputs.column(1), inputs.column(2));
        for (((out, &highest), &lowest), &close) in out.iter_mut().zip(highest).zip(lowest).zip(close) {
            let range = highest - lowest;
            *out = if range == 0.0 { 0.0 } else { -100.0 * ((highest - close) / range) };
        }
    }
}
