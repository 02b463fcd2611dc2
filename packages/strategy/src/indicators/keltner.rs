//! `kc_upper` and `kc_lower(x, n, k)`: Keltner channel.
//!
//! `ema(x, n)`, and k times `atr(n)` above and below it. Lookback n. Unit of x. Pine `ta.kc` takes the true
//! range's `ema` instead.

use super::atr::atr;
use super::bollinger::around;
use super::ema::ema;
use super::{Argument, Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{Builder, Operand};

pub(super) const KC_UPPER: Function = Function {
    name: "kc_upper",
    family: Family::Volatility,
    parameters: &[Parameter::Series("x"), Parameter::Length("n", 1, MAX_LENGTH), Parameter::Number("k", 0.0, 1e6)],
    gives: Gives::Number,
    unit: "that of x",
    about: "upper line of the Keltner channel: the exponential average plus k average true ranges",
    formula: "ema(x, n) + k · atr(n)",
    warm_up: "n",
    talib: None,
    pine: Some("ta.kc"),
    shift: Shift::Follows,
    build: |builder, arguments| line(builder, "kc_upper", arguments, arguments[2].number()),
};

pub(super) const KC_LOWER: Function = Function {
    name: "kc_lower",
    about: "lower line of the Keltner channel: the exponential average less k average true ranges",
    formula: "ema(x, n) − k · atr(n)",
    build: |builder, arguments| line(builder, "kc_lower", arguments, -arguments[2].number()),
    ..KC_UPPER
};

fn line(builder: &mut Builder, name: &str, arguments: &[Argument], k: f64) -> Operand {
    let (x, n) = (arguments[0].series(), arguments[1].length());
    let (middle, width) = (ema(builder, x, n), atr(builder, n));
    around(builder, name, middle, width, k)
}
