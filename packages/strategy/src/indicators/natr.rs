//! `natr(n)`: average true range in percent of the close.
//!
//! 100 · `atr(n)` / close; `tr()` itself where n is 1, as TA-Lib has it. Lookback n. In percent. TA-Lib `NATR`.

use super::atr::ranged;
use super::tr::tr;
use super::{Family, Function, Gives, ONE_LENGTH, Shift};

pub(super) const NATR: Function = Function {
    name: "natr",
    family: Family::Volatility,
    parameters: ONE_LENGTH,
    gives: Gives::Number,
    unit: "percent",
    about: "average true range in percent of the close; the true range itself where n is 1, as TA-Lib has it",
    formula: "100 · atr(n) / close; tr() where n is 1",
    warm_up: "n",
    talib: Some("NATR"),
    pine: None,
    shift: Shift::Depends,
    build: |builder, arguments| {
        if arguments[0].length() == 1 {
            return tr(builder);
        }
        ranged(builder, "natr", arguments[0].length(), share)
    },
};

fn share(range: f64, close: f64) -> f64 {
    if close == 0.0 && !range.is_nan() { 0.0 } else { range / close * 100.0 }
}
