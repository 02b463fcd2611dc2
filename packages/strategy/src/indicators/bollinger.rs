//! `bb_upper`, `bb_middle`, `bb_lower(x, n, k)`: Bollinger bands.
//!
//! `sma(x, n)`, and k times `stdev(x, n)` above and below it. Lookback n − 1. Unit of x.
//! TA-Lib `BBANDS`, Pine `ta.bb`.

use super::sma::sma;
use super::stdev::stdev;
use super::{Argument, Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

const PARAMETERS: &[Parameter] =
    &[Parameter::Series("x"), Parameter::Length("n", 1, MAX_LENGTH), Parameter::Number("k", 0.0, 1e6)];

pub(super) const BB_UPPER: Function = Function {
    name: "bb_upper",
    family: Family::Volatility,
    parameters: PARAMETERS,
    gives: Gives::Number,
    unit: "that of x",
    about: "upper Bollinger band: the mean plus k standard deviations",
    formula: "sma(x, n) + k · stdev(x, n)",
    warm_up: "n - 1",
    talib: Some("BBANDS"),
    pine: Some("ta.bb"),
    shift: Shift::Follows,
    build: |builder, arguments| band(builder, arguments, "bb_upper", arguments[2].number()),
};

pub(super) const BB_MIDDLE: Function = Function {
    name: "bb_middle",
    family: Family::Volatility,
    parameters: PARAMETERS,
    gives: Gives::Number,
    unit: "that of x",
    about: "middle Bollinger band: the simple moving average",
    formula: "sma(x, n)",
    warm_up: "n - 1",
    talib: Some("BBANDS"),
    pine: Some("ta.bb"),
    shift: Shift::Follows,
    build: |builder, arguments| sma(builder, arguments[0].series(), arguments[1].length()),
};

pub(super) const BB_LOWER: Function = Function {
    name: "bb_lower",
    family: Family::Volatility,
    parameters: PARAMETERS,
    gives: Gives::Number,
    unit: "that of x",
    about: "lower Bollinger band: the mean less k standard deviations",
    formula: "sma(x, n) − k · stdev(x, n)",
    warm_up: "n - 1",
    talib: Some("BBANDS"),
    pine: Some("ta.bb"),
    shift: Shift::Follows,
    build: |builder, arguments| band(builder, arguments, "bb_lower", -arguments[2].number()),
};

fn band(builder: &mut Builder, arguments: &[Argument], name: &str, k: f64) -> Operand {
    let (x, n) = (arguments[0].series(), arguments[1].length());
    let (mean, deviation) = (sma(builder, x, n), stdev(builder, x, n));
    around(builder, name, mean, deviation, k)
}

/// Adds the step of a line k widths above another.
pub(super) fn around(builder: &mut Builder, name: &str, middle: Operand, width: Operand, k: f64) -> Operand {
    builder.step(name, &[middle, width], &[k], (0, Memory::Window), || Box::new(Band { k }))
}

struct Band {
    k: f64,
}

impl Step for Band {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        for ((out, &middle), &width) in out.iter_mut().zip(inputs.column(0)).zip(inputs.column(1)) {
            *out = middle + self.k * width;
        }
    }
}
