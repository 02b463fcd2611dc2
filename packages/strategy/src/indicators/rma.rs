//! `rma(x, n)`: Wilder's moving average.
//!
//! y = y₋₁ + (x − y₋₁)/n, begun with the mean of the first n values. Lookback n − 1. Unit of x.
//! Pine `ta.rma`; the smoothing inside TA-Lib's `RSI` and `ATR`.

use super::ema::{Exponential, Smoothing, fading};
use super::{Function, Gives, SERIES_AND_LENGTH};
use crate::plan::{Builder, Operand};

pub(super) const RMA: Function = Function {
    name: "rma",
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    about: "Wilder's moving average: exponential, with a factor of 1/n",
    build: |builder, arguments| rma(builder, arguments[0].series(), arguments[1].length()),
};

/// Adds the steps of `rma(x, n)`.
pub(super) fn rma(builder: &mut Builder, x: Operand, n: usize) -> Operand {
    let x = builder.column(x);
    let make = || -> Box<dyn crate::plan::Step> { Box::new(Smoothing(Exponential::new(n, 1.0 / n as f64))) };
    builder.step("rma", &[x], &[n as f64], (n - 1, fading(1.0 / n as f64)), make)
}
