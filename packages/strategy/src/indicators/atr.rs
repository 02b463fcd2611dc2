//! `atr(n)`: average true range.
//!
//! `rma(tr(), n)`. Lookback n. In quote. TA-Lib `ATR`, Pine `ta.atr`.

use super::rma::rma;
use super::tr::tr;
use super::{Family, Function, Gives, MAX_LENGTH, Parameter, Shift};

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
    build: |builder, arguments| {
        let range = tr(builder);
        rma(builder, range, arguments[0].length())
    },
};
