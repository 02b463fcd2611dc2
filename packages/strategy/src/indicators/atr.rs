//! `atr(n)`: average true range.
//!
//! `rma(tr(), n)`. Lookback n. In quote. TA-Lib `ATR`, Pine `ta.atr`.

use super::rma::rma;
use super::tr::tr;
use super::{Function, Gives, MAX_LENGTH, Parameter};

pub(super) const ATR: Function = Function {
    name: "atr",
    parameters: &[Parameter::Length("n", 1, MAX_LENGTH)],
    gives: Gives::Number,
    about: "average true range: Wilder's average of the true range",
    build: |builder, arguments| {
        let range = tr(builder);
        rma(builder, range, arguments[0].length())
    },
};
