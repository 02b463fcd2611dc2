//! `linreg(x, n)` and `linreg_slope(x, n)`: the straight line through the last n values (least squares).
//!
//! Its value at this candle, and how much it rises with each candle. Lookback n − 1.
//! TA-Lib `LINEARREG` and `LINEARREG_SLOPE`, Pine `ta.linreg(x, n, 0)`.

use super::weighted::weighted;
use super::{Argument, Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{Builder, Memory, Operand};

/// One point makes no line.
const PARAMETERS: &[Parameter] = &[Parameter::Series("x"), Parameter::Length("n", 2, MAX_LENGTH)];

pub(super) const LINREG: Function = Function {
    name: "linreg",
    family: Family::Windows,
    parameters: PARAMETERS,
    gives: Gives::Number,
    unit: "that of x",
    about: "where the straight line through the last n values stands now",
    formula: "the least-squares line of the last n values over time, at its last candle: 3 · wma(x, n) − 2 · sma(x, n)",
    warm_up: "n - 1",
    talib: Some("LINEARREG"),
    pine: Some("ta.linreg"),
    shift: Shift::Follows,
    build: |builder, arguments| {
        let n = arguments[1].length() as f64;
        line(builder, arguments, "linreg", [1.0, 6.0 / (n * (n + 1.0)), -2.0 / n])
    },
};

pub(super) const LINREG_SLOPE: Function = Function {
    name: "linreg_slope",
    family: Family::Windows,
    parameters: PARAMETERS,
    gives: Gives::Number,
    unit: "that of x, per candle",
    about: "how much the straight line through the last n values rises with each candle",
    formula: "the slope of the least-squares line of the last n values over time: 6 · (wma(x, n) − sma(x, n)) / (n − 1)",
    warm_up: "n - 1",
    talib: Some("LINEARREG_SLOPE"),
    pine: None,
    shift: Shift::Ignores,
    build: |builder, arguments| {
        let n = arguments[1].length() as f64;
        line(builder, arguments, "linreg_slope", [0.0, 12.0 / (n * (n * n - 1.0)), -6.0 / (n * (n - 1.0))])
    },
};

/// Adds the step of one number of the line, made of the pivot and the weighted and plain sums.
fn line(
    builder: &mut Builder,
    arguments: &[Argument],
    name: &str,
    [level, by_weighted, by_plain]: [f64; 3],
) -> Operand {
    let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
    let make = || -> Box<dyn crate::plan::Step> { Box::new(weighted(n, level, by_weighted, by_plain)) };
    builder.step(name, &[x], &[n as f64], (n - 1, Memory::Window), make)
}
