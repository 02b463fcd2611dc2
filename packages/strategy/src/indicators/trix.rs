//! `trix(x, n)`: rate of change of a triple exponential average.
//!
//! `roc(ema(ema(ema(x, n), n), n), 1)`. Lookback 3 · (n − 1) + 1. In percent. TA-Lib `TRIX`.

use super::dema::stages;
use super::roc::ROC;
use super::{Argument, Family, Function, Gives, SERIES_AND_LENGTH, Shift};

pub(super) const TRIX: Function = Function {
    name: "trix",
    family: Family::Momentum,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "percent",
    about: "by how many percent a threefold exponential average has changed in one candle",
    formula: "roc(ema(ema(ema(x, n), n), n), 1)",
    warm_up: "3 * n - 2",
    talib: Some("TRIX"),
    pine: None,
    shift: Shift::Depends,
    build: |builder, arguments| {
        let average = stages(builder, arguments, "ema_of_ema_of_ema", |[_, _, average]: [f64; 3]| average);
        (ROC.build)(builder, &[Argument::Series(average), Argument::Length(1)])
    },
};
