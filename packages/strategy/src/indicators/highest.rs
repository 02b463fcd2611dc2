//! `highest(x, n)` and `lowest(x, n)`: the largest and the smallest of the last n values.
//!
//! Lookback n − 1. Unit of x. TA-Lib `MAX` and `MIN`, Pine `ta.highest` and `ta.lowest`.

use super::extremes::Extremes;
use super::{Argument, Family, Function, Gives, SERIES_AND_LENGTH, Shift};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

pub(super) const HIGHEST: Function = Function {
    name: "highest",
    family: Family::Windows,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "the highest of the last n values",
    formula: "the largest of the last n values",
    warm_up: "n - 1",
    talib: Some("MAX"),
    pine: Some("ta.highest"),
    shift: Shift::Follows,
    build: |builder, arguments| extreme(builder, arguments, "highest", higher),
};

pub(super) const LOWEST: Function = Function {
    name: "lowest",
    family: Family::Windows,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "the lowest of the last n values",
    formula: "the smallest of the last n values",
    warm_up: "n - 1",
    talib: Some("MIN"),
    pine: Some("ta.lowest"),
    shift: Shift::Follows,
    build: |builder, arguments| extreme(builder, arguments, "lowest", lower),
};

/// Adds the step of one extreme; `join` picks from two known values.
fn extreme<F: Fn(f64, f64) -> f64 + Send + 'static>(
    builder: &mut Builder,
    arguments: &[Argument],
    name: &str,
    join: F,
) -> Operand {
    let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
    let make = || -> Box<dyn Step> { Box::new(Extremes::new(n, join)) };
    builder.step(name, &[x], &[n as f64], (n - 1, Memory::Window), make)
}

impl<F: Fn(f64, f64) -> f64 + Send> Step for Extremes<F> {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        Extremes::run(self, inputs.column(0), out);
    }
}

/// The higher of two known values.
pub(super) fn higher(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The lower of two known values.
pub(super) fn lower(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}
