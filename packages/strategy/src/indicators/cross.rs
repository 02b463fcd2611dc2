//! `crossover(a, b)` and `crossunder(a, b)`: the candle at which one series passes another.
//!
//! Over: a is above b now and was at or below it one candle ago. Under is the mirror image. Lookback 1.
//! Pine `ta.crossover` and `ta.crossunder`.

use super::{Argument, Family, Function, Gives, Parameter, Shift};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

const PARAMETERS: &[Parameter] = &[Parameter::Series("a"), Parameter::Series("b")];

pub(super) const CROSSOVER: Function = Function {
    name: "crossover",
    family: Family::Events,
    parameters: PARAMETERS,
    gives: Gives::Condition,
    unit: "a condition",
    about: "whether a has just risen above b",
    formula: "a > b and a[1] <= b[1]",
    warm_up: "1",
    talib: None,
    pine: Some("ta.crossover"),
    shift: Shift::Ignores,
    build: |builder, arguments| cross(builder, arguments, false),
};

pub(super) const CROSSUNDER: Function = Function {
    name: "crossunder",
    family: Family::Events,
    parameters: PARAMETERS,
    gives: Gives::Condition,
    unit: "a condition",
    about: "whether a has just fallen below b",
    formula: "a < b and a[1] >= b[1]",
    warm_up: "1",
    talib: None,
    pine: Some("ta.crossunder"),
    shift: Shift::Ignores,
    build: |builder, arguments| cross(builder, arguments, true),
};

fn cross(builder: &mut Builder, arguments: &[Argument], under: bool) -> Operand {
    let (a, b) = (builder.column(arguments[0].series()), builder.column(arguments[1].series()));
    let name = if under { "crossunder" } else { "crossover" };
    builder.step(name, &[a, b], &[], (1, Memory::Window), || Box::new(Cross { under, was_at_or_below: false }))
}

struct Cross {
    under: bool,
    was_at_or_below: bool,
}

impl Step for Cross {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let (a, b) = (inputs.column(0), inputs.column(1));
        // Crossing under is the other one crossing over.
        let (rising, other) = if self.under { (b, a) } else { (a, b) };
        let (Some(&last_rising), Some(&last_other)) = (rising.last(), other.last()) else { return };
        out[0] = f64::from(u8::from(rising[0] > other[0] && self.was_at_or_below));
        // Nothing waits for the candle before, so that several go at once.
        let now = out[1..].iter_mut().zip(rising[1..].iter().zip(&other[1..]));
        for ((out, (rising, other)), (was_rising, was_other)) in now.zip(rising.iter().zip(other)) {
            *out = if (rising > other) & (was_rising <= was_other) { 1.0 } else { 0.0 };
        }
        self.was_at_or_below = last_rising <= last_other;
    }
}
