//! The functions of strategy files. A new one is one new file here and one line in [`FUNCTIONS`].

mod atr;
mod bollinger;
pub(crate) mod change;
mod cross;
mod ema;
mod highest;
mod macd;
mod rma;
mod rsi;
mod sma;
mod stdev;
mod sum;
mod tr;
mod vwap;
mod window;

use crate::plan::{Builder, Operand};

/// Every function that can be called.
pub(crate) const FUNCTIONS: &[Function] = &[
    sma::SMA,
    ema::EMA,
    rma::RMA,
    rsi::RSI,
    macd::MACD,
    macd::MACD_SIGNAL,
    macd::MACD_HIST,
    atr::ATR,
    tr::TR,
    highest::HIGHEST,
    highest::LOWEST,
    sum::SUM,
    stdev::STDEV,
    bollinger::BB_UPPER,
    bollinger::BB_MIDDLE,
    bollinger::BB_LOWER,
    cross::CROSSOVER,
    cross::CROSSUNDER,
    vwap::VWAP,
    change::CHANGE,
];

/// Functions that the language names and this version does not have yet.
pub(crate) const NOT_YET: &[&str] = &[
    "wma",
    "dema",
    "tema",
    "trima",
    "kama",
    "hma",
    "vwma",
    "stoch_k",
    "stoch_d",
    "cci",
    "mfi",
    "willr",
    "roc",
    "mom",
    "cmo",
    "trix",
    "adx",
    "plus_di",
    "minus_di",
    "aroon_up",
    "aroon_down",
    "ultosc",
    "bop",
    "natr",
    "variance",
    "kc_upper",
    "kc_lower",
    "supertrend",
    "supertrend_dir",
    "sar",
    "obv",
    "ad",
    "adosc",
    "cmf",
    "linreg",
    "linreg_slope",
    "correlation",
    "zscore",
    "percentrank",
    "rising",
    "falling",
    "bars_since",
    "value_when",
    "abs",
    "min",
    "max",
    "sqrt",
    "log",
    "exp",
    "round",
    "floor",
    "ceil",
    "hour",
    "minute",
    "weekday",
];

/// What a function takes at one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Parameter {
    /// A series or a number.
    Series(&'static str),
    /// A whole number from the first to the second bound, known when the file is read.
    Length(&'static str, usize, usize),
    /// A number known when the file is read.
    Number(&'static str),
    /// One of these words.
    Word(&'static str, &'static [&'static str]),
}

impl Parameter {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Parameter::Series(name)
            | Parameter::Length(name, ..)
            | Parameter::Number(name)
            | Parameter::Word(name, _) => name,
        }
    }
}

/// An argument, checked against its parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Argument {
    Series(Operand),
    Length(usize),
    Number(f64),
    Word(&'static str),
}

impl Argument {
    pub(crate) fn series(&self) -> Operand {
        match self {
            Argument::Series(operand) => *operand,
            _ => unreachable!("the compiler checks arguments against parameters"),
        }
    }

    pub(crate) fn length(&self) -> usize {
        match self {
            Argument::Length(length) => *length,
            _ => unreachable!("the compiler checks arguments against parameters"),
        }
    }

    pub(crate) fn number(&self) -> f64 {
        match self {
            Argument::Number(number) => *number,
            _ => unreachable!("the compiler checks arguments against parameters"),
        }
    }

    pub(crate) fn word(&self) -> &'static str {
        match self {
            Argument::Word(word) => word,
            _ => unreachable!("the compiler checks arguments against parameters"),
        }
    }
}

/// What a call gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gives {
    Number,
    Condition,
}

/// A function of the language.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) parameters: &'static [Parameter],
    pub(crate) gives: Gives,
    /// One sentence for people.
    pub(crate) about: &'static str,
    /// Adds the steps of a call to a plan and gives its value.
    pub(crate) build: fn(&mut Builder, &[Argument]) -> Operand,
}

impl Function {
    /// The call as it is written, with the names of the parameters.
    pub(crate) fn signature(&self) -> String {
        let names: Vec<_> = self.parameters.iter().map(Parameter::name).collect();
        format!("{}({})", self.name, names.join(", "))
    }
}

/// Longest window, in candles: two years of one-minute candles.
pub(crate) const MAX_LENGTH: usize = 1_048_576;

/// The parameters `(x, n)`.
const SERIES_AND_LENGTH: &[Parameter] = &[Parameter::Series("x"), Parameter::Length("n", 1, MAX_LENGTH)];
