//! `atr(n)`: average true range.
//!
//! `rma(tr(), n)`. Lookback n. In quote. TA-Lib `ATR`, Pine `ta.atr`.

use super::rma::rma;
use super::tr::tr;
use super::{Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{Builder, Operand};

pub(super) const ATR: Function = Function {
    name: "atr",
    family: Family::Volatility,
    parameters: &[Parameter::Length("n", 1, MAX_LENGTH)],
    gives: Gives::Number,
    unit: "quote",
    about: "average true range: Wilder's average of the true range",
    formula: "rma(tr(), n)",
    warm_up: "n",
    talib: Some("ATR"),
    pine: Some("ta.atr"),
    shift: Shift::Depends,
    build: |builder, arguments| atr(builder, arguments[0].length()),
};

/// Adds the steps of `atr(n)`.
pub(super) fn atr(builder: &mut Builder, n: usize) -> Operand {
    let range = tr(builder);
    rma(builder, range, n)
}
