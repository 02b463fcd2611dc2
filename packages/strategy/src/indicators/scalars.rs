//! `abs`, `min`, `max`, `sqrt`, `log`, `exp`, `round`, `floor`, `ceil`: arithmetic on single values.
//!
//! Of numbers that are known beforehand they are computed when the file is read, so that a length may be
//! `round(n / 2)`. What has no value as a number is unknown: the root of −1, the logarithm of 0.

use super::{Argument, Family, Function, Gives, Parameter, Shift};
use crate::plan::{Builder, Operand, elementwise};

const ONE: &[Parameter] = &[Parameter::Series("x")];
const SEVERAL: &[Parameter] = &[Parameter::Series("a"), Parameter::More("b")];

/// What the functions of one value share.
const SCALAR: Function = Function {
    name: "",
    family: Family::Scalars,
    parameters: ONE,
    gives: Gives::Number,
    unit: "that of x",
    about: "",
    formula: "",
    warm_up: "0",
    talib: None,
    pine: None,
    shift: Shift::Depends,
    build: |_, arguments| arguments[0].series(),
};

pub(super) const ABS: Function = Function {
    name: "abs",
    about: "x without its sign",
    formula: "|x|",
    pine: Some("math.abs"),
    build: |builder, arguments| elementwise::unary(builder, "abs", arguments[0].series(), f64::abs),
    ..SCALAR
};

pub(super) const MIN: Function = Function {
    name: "min",
    parameters: SEVERAL,
    unit: "that of a and b",
    about: "the smallest of two or more values",
    formula: "a if a < b, else b; and so on",
    pine: Some("math.min"),
    shift: Shift::Follows,
    build: |builder, arguments| fold(builder, "min", arguments, lower),
    ..SCALAR
};

pub(super) const MAX: Function = Function {
    name: "max",
    parameters: SEVERAL,
    unit: "that of a and b",
    about: "the largest of two or more values",
    formula: "a if a > b, else b; and so on",
    pine: Some("math.max"),
    shift: Shift::Follows,
    build: |builder, arguments| fold(builder, "max", arguments, higher),
    ..SCALAR
};

pub(super) const SQRT: Function = Function {
    name: "sqrt",
    unit: "the root of that of x",
    about: "square root; unknown below zero",
    formula: "√x",
    talib: Some("SQRT"),
    pine: Some("math.sqrt"),
    build: |builder, arguments| elementwise::unary(builder, "sqrt", arguments[0].series(), f64::sqrt),
    ..SCALAR
};

pub(super) const LOG: Function = Function {
    name: "log",
    unit: "none",
    about: "natural logarithm; unknown at zero and below",
    formula: "ln x",
    talib: Some("LN"),
    pine: Some("math.log"),
    build: |builder, arguments| elementwise::unary(builder, "log", arguments[0].series(), |x| known(x.ln())),
    ..SCALAR
};

pub(super) const EXP: Function = Function {
    name: "exp",
    unit: "none",
    about: "e to the power of x; unknown where it is too large for a number",
    formula: "eˣ",
    talib: Some("EXP"),
    pine: Some("math.exp"),
    build: |builder, arguments| elementwise::unary(builder, "exp", arguments[0].series(), |x| known(x.exp())),
    ..SCALAR
};

pub(super) const ROUND: Function = Function {
    name: "round",
    about: "the nearest whole number, halves away from zero",
    formula: "the whole number nearest to x",
    pine: Some("math.round"),
    build: |builder, arguments| elementwise::unary(builder, "round", arguments[0].series(), f64::round),
    ..SCALAR
};

pub(super) const FLOOR: Function = Function {
    name: "floor",
    about: "the whole number at or below x",
    formula: "the largest whole number that is not above x",
    talib: Some("FLOOR"),
    pine: Some("math.floor"),
    build: |builder, arguments| elementwise::unary(builder, "floor", arguments[0].series(), floor),
    ..SCALAR
};

pub(super) const CEIL: Function = Function {
    name: "ceil",
    about: "the whole number at or above x",
    formula: "the smallest whole number that is not below x",
    talib: Some("CEIL"),
    pine: Some("math.ceil"),
    build: |builder, arguments| elementwise::unary(builder, "ceil", arguments[0].series(), ceil),
    ..SCALAR
};

fn fold(builder: &mut Builder, name: &str, arguments: &[Argument], pick: fn(f64, f64) -> f64) -> Operand {
    let first = arguments[0].series();
    arguments[1..].iter().fold(first, |best, next| elementwise::binary(builder, name, best, next.series(), pick))
}

/// The lower of two; unknown where one is.
pub(super) fn lower(a: f64, b: f64) -> f64 {
    if a < b || a.is_nan() { a } else { b }
}

/// The higher of two; unknown where one is.
pub(super) fn higher(a: f64, b: f64) -> f64 {
    if a > b || a.is_nan() { a } else { b }
}

/// From here on every double is a whole number.
const WHOLE: f64 = 4_503_599_627_370_496.0;

/// A whole number less than one away from x. Where processors of long ago are served too, the standard
/// library's functions are calls; this goes several values at once.
fn near(x: f64) -> f64 {
    let size = x.abs();
    if size < WHOLE { ((size + WHOLE) - WHOLE).copysign(x) } else { x }
}

fn floor(x: f64) -> f64 {
    let near = near(x);
    (if near > x { near - 1.0 } else { near }).copysign(x)
}

fn ceil(x: f64) -> f64 {
    let near = near(x);
    (if near < x { near + 1.0 } else { near }).copysign(x)
}

fn known(x: f64) -> f64 {
    if x.is_finite() { x } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    #[track_caller]
    fn check(x: f64) {
        let bits = |x: f64| if x.is_nan() { None } else { Some(x.to_bits()) };
        assert_eq!(bits(super::floor(x)), bits(x.floor()), "floor of {x:e}");
        assert_eq!(bits(super::ceil(x)), bits(x.ceil()), "ceil of {x:e}");
    }

    #[test]
    fn floor_and_ceil_are_exact_at_the_edges() {
        let half = super::WHOLE / 2.0;
        for x in [0.0, 0.3, 0.5, 0.7, 1.0, 1.5, 2.5, half - 0.5, half + 0.5, super::WHOLE - 0.5, super::WHOLE, 1e300] {
            for x in [x, x.next_up(), x.next_down()] {
                check(x);
                check(-x);
            }
        }
        for unknown in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            check(unknown);
        }
    }

    proptest! {
        #[test]
        fn floor_and_ceil_are_those_of_the_standard_library(x: f64, small in -1e6..1e6_f64) {
            check(x);
            check(small);
        }
    }
}
