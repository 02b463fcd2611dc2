//! `trima(x, n)`: triangular moving average.
//!
//! The mean of a mean, so that the middle of the last n values counts most. Lookback n − 1. Unit of x.
//! TA-Lib `TRIMA`.

use super::sma::sma;
use super::{Family, Function, Gives, SERIES_AND_LENGTH, Shift};

pub(super) const TRIMA: Function = Function {
    name: "trima",
    family: Family::Averages,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "triangular moving average: the middle of the last n values counts most",
    formula: "sma(sma(x, floor(n / 2) + 1), ceil(n / 2))",
    warm_up: "n - 1",
    talib: Some("TRIMA"),
    pine: None,
    shift: Shift::Follows,
    build: |builder, arguments| {
        let n = arguments[1].length();
        let inner = sma(builder, arguments[0].series(), n / 2 + 1);
        sma(builder, inner, n.div_ceil(2))
    },
};
