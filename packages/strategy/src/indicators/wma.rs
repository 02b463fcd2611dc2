//! `wma(x, n)`: linearly weighted moving average.
//!
//! The newest of the last n values counts n times, the oldest once. Lookback n − 1. Unit of x.
//! TA-Lib `WMA`, Pine `ta.wma`.

use super::weighted::weighted;
use super::{Family, Function, Gives, SERIES_AND_LENGTH, Shift};
use crate::plan::{Builder, Memory, Operand};

pub(super) const WMA: Function = Function {
    name: "wma",
    family: Family::Averages,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "weighted moving average: the newest of the last n values counts n times, the oldest once",
    formula: "(n · x + (n − 1) · x[1] + … + 1 · x[n − 1]) / (n · (n + 1) / 2)",
    warm_up: "n - 1",
    talib: Some("WMA"),
    pine: Some("ta.wma"),
    shift: Shift::Follows,
    build: |builder, arguments| wma(builder, arguments[0].series(), arguments[1].length()),
};

/// Adds the step of `wma(x, n)`.
pub(super) fn wma(builder: &mut Builder, x: Operand, n: usize) -> Operand {
    let x = builder.column(x);
    builder.step("wma", &[x], &[n as f64], (n - 1, Memory::Window), || Box::new(weighted(n)))
}
