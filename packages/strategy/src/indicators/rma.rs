//! `rma(x, n)`: Wilder's moving average.
//!
//! y = y₋₁ + (x − y₋₁)/n, begun with the mean of the first n values. Lookback n − 1. Unit of x.
//! Pine `ta.rma`; the smoothing inside TA-Lib's `RSI` and `ATR`.

use super::ema::{Exponential, Smoothing, fading};
use super::{Family, Function, Gives, SERIES_AND_LENGTH, Shift};
use crate::plan::{Builder, Operand};

pub(super) const RMA: Function = Function {
    name: "rma",
    family: Family::Averages,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "Wilder's moving average: exponential, with a factor of 1/n",
    formula: "y = y[1] + (x − y[1]) / n, begun with the mean of the first n values",
    warm_up: "n - 1",
    talib: None,
    pine: Some("ta.rma"),
    shift: Shift::Follows,
    build: |builder, arguments| rma(builder, arguments[0].series(), arguments[1].length()),
};

/// Adds the steps of `rma(x, n)`.
pub(super) fn rma(builder: &mut Builder, x: Operand, n: usize) -> Operand {
    let x = builder.column(x);
    let make = || -> Box<dyn crate::plan::Step> { Box::new(Smoothing(Exponential::new(n, 1.0 / n as f64))) };
    builder.step("rma", &[x], &[n as f64], (n - 1, fading(1.0 / n as f64)), make)
}
