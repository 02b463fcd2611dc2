//! `hma(x, n)`: Hull's moving average.
//!
//! A `wma` over √n of twice the `wma` over n/2 less the one over n; halves and roots rounded down.
//! Lookback n + ⌊√n⌋ − 2. Unit of x. TA-Lib `HMA`, Pine `ta.hma`.

use super::wma::wma;
use super::{Family, Function, Gives, SERIES_AND_LENGTH, Shift};
use crate::plan::elementwise;

pub(super) const HMA: Function = Function {
    name: "hma",
    family: Family::Averages,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "Hull's moving average: weighted averages combined so that it lags little",
    formula: "wma(2 · wma(x, floor(n / 2)) − wma(x, n), floor(√n)), each length at least 1",
    warm_up: "n + floor(sqrt(n)) - 2",
    talib: Some("HMA"),
    pine: Some("ta.hma"),
    shift: Shift::Follows,
    build: |builder, arguments| {
        let (x, n) = (arguments[0].series(), arguments[1].length());
        let (fast, slow) = (wma(builder, x, (n / 2).max(1)), wma(builder, x, n));
        let ahead = elementwise::binary(builder, "hma_ahead", fast, slow, |fast, slow| 2.0 * fast - slow);
        wma(builder, ahead, n.isqrt())
    },
};
