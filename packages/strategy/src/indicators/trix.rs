//! `trix(x, n)`: rate of change of a triple exponential average.
//!
//! `roc(ema(ema(ema(x, n), n), n), 1)`. Lookback 3 · (n − 1) + 1. In percent. TA-Lib `TRIX`.

use super::dema::{Reading, stages};

use super::{Family, Function, Gives, SERIES_AND_LENGTH, Shift};

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
        let tell = |now: &Reading<3>| {
            let average = now.x + now.gaps[0] + now.gaps[1] + now.gaps[2];
            percent(-now.fall, average + now.fall)
        };
        stages(builder, arguments, "trix", (1, tell))
    },
};

/// A change in percent of what was before; 0 where that was 0, as TA-Lib has it.
fn percent(change: f64, before: f64) -> f64 {
    if before == 0.0 { 0.0 } else { 100.0 * change / before }
}
