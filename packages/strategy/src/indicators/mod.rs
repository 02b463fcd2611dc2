//! The functions of strategy files. A new one is one new file here and one line in [`FUNCTIONS`].

mod ad;
mod adx;
mod aroon;
mod atr;
mod bollinger;
mod bop;
mod cci;
pub(crate) mod change;
mod cmf;
mod cmo;
mod correlation;
mod cross;
mod dema;
mod ema;
mod extremes;
mod highest;
mod hma;
mod kama;
mod keltner;
mod linreg;
mod macd;
mod mfi;
mod mom;
mod moments;
mod natr;
mod obv;
mod percentrank;
mod rising;
mod rma;
mod roc;
mod rsi;
mod runs;
mod sar;
mod scalars;
mod since;
mod sma;
mod stdev;
mod stochastic;
mod sum;
mod sums;
mod supertrend;
mod time;
mod totals;
mod tr;
mod trima;
mod trix;
mod ultosc;
mod vwap;
mod vwma;
mod weighted;
mod willr;
mod window;
mod wma;
mod zscore;

use crate::plan::{Builder, Operand};

/// Every function that can be called.
pub(crate) const FUNCTIONS: &[Function] = &[
    sma::SMA,
    ema::EMA,
    rma::RMA,
    wma::WMA,
    dema::DEMA,
    dema::TEMA,
    trima::TRIMA,
    kama::KAMA,
    hma::HMA,
    vwma::VWMA,
    rsi::RSI,
    macd::MACD,
    macd::MACD_SIGNAL,
    macd::MACD_HIST,
    stochastic::STOCH_K,
    stochastic::STOCH_D,
    cci::CCI,
    mfi::MFI,
    willr::WILLR,
    roc::ROC,
    mom::MOM,
    cmo::CMO,
    trix::TRIX,
    adx::ADX,
    adx::PLUS_DI,
    adx::MINUS_DI,
    aroon::AROON_UP,
    aroon::AROON_DOWN,
    ultosc::ULTOSC,
    bop::BOP,
    atr::ATR,
    natr::NATR,
    tr::TR,
    highest::HIGHEST,
    highest::LOWEST,
    sum::SUM,
    linreg::LINREG,
    linreg::LINREG_SLOPE,
    correlation::CORRELATION,
    zscore::ZSCORE,
    percentrank::PERCENTRANK,
    rising::RISING,
    rising::FALLING,
    stdev::STDEV,
    stdev::VARIANCE,
    bollinger::BB_UPPER,
    bollinger::BB_MIDDLE,
    bollinger::BB_LOWER,
    keltner::KC_UPPER,
    keltner::KC_LOWER,
    supertrend::SUPERTREND,
    supertrend::SUPERTREND_DIR,
    sar::SAR,
    cross::CROSSOVER,
    cross::CROSSUNDER,
    since::BARS_SINCE,
    since::VALUE_WHEN,
    vwap::VWAP,
    obv::OBV,
    ad::AD,
    ad::ADOSC,
    cmf::CMF,
    change::CHANGE,
    scalars::ABS,
    scalars::MIN,
    scalars::MAX,
    scalars::SQRT,
    scalars::LOG,
    scalars::EXP,
    scalars::ROUND,
    scalars::FLOOR,
    scalars::CEIL,
    time::HOUR,
    time::MINUTE,
    time::WEEKDAY,
];

/// Every function of the language, with what the reference tells of each.
#[must_use]
pub fn functions() -> &'static [Function] {
    FUNCTIONS
}

/// What a function takes at one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Parameter {
    /// A series or a number.
    Series(&'static str),
    /// One or more series or numbers; only as the last parameter.
    More(&'static str),
    /// A condition.
    Condition(&'static str),
    /// A whole number from the first to the second bound, known when the file is read.
    Length(&'static str, usize, usize),
    /// A number from the first to the second bound, known when the file is read.
    Number(&'static str, f64, f64),
    /// One of these words.
    Word(&'static str, &'static [&'static str]),
}

impl Parameter {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Parameter::Series(name)
            | Parameter::More(name)
            | Parameter::Condition(name)
            | Parameter::Length(name, ..)
            | Parameter::Number(name, ..)
            | Parameter::Word(name, _) => name,
        }
    }
}

/// An argument, checked against its parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Argument {
    /// A number for each candle, or a condition as 1 and 0.
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
pub enum Gives {
    /// A number for each candle.
    Number,
    /// True or false for each candle.
    Condition,
}

/// Where a function stands in the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Smoothed series.
    Averages,
    /// Speed and direction of moves.
    Momentum,
    /// Size of moves.
    Volatility,
    /// What volume adds to the price.
    Volume,
    /// Statistics of the last n values.
    Windows,
    /// When something happened.
    Events,
    /// Arithmetic on single values.
    Scalars,
    /// When the candle opened.
    Time,
}

/// What becomes of the value when one constant is added to every series that is given.
///
/// Running totals such as `obv` begin at an arbitrary level, so whoever depends on the level means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shift {
    /// It moves by the same constant: averages, extremes.
    Follows,
    /// It stays: differences, deviations, crossings.
    Ignores,
    /// It stays even where only one of the series moves: correlations.
    IgnoresEach,
    /// It becomes another: ratios, logarithms.
    Depends,
    /// There is no series to shift; the value is a running total whose level is arbitrary itself.
    RunningTotal,
}

/// A function of the language, with all that the reference tells of it.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Where it stands in the reference.
    pub family: Family,
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// What a call gives.
    pub gives: Gives,
    /// Unit of the value: "that of x", "quote", "0 to 100".
    pub unit: &'static str,
    /// One sentence for people.
    pub about: &'static str,
    /// How it is computed.
    pub formula: &'static str,
    /// Candles before the first known value, beyond those of its arguments: an expression of the language
    /// over the names of the parameters. Tests compare it with the plan.
    pub warm_up: &'static str,
    /// The function of TA-Lib whose values it has.
    pub talib: Option<&'static str>,
    /// The function of Pine that it stands for.
    pub pine: Option<&'static str>,
    /// What becomes of the value when the series move by a constant.
    pub shift: Shift,
    /// Adds the steps of a call to a plan and gives its value.
    pub(crate) build: fn(&mut Builder, &[Argument]) -> Operand,
}

impl Function {
    /// The call as it is written, with the names of the parameters: `sma(x, n)`.
    #[must_use]
    pub fn signature(&self) -> String {
        let names: Vec<_> = self.parameters.iter().map(Parameter::name).collect();
        format!("{}({})", self.name, names.join(", "))
    }
}

/// Longest window, in candles: two years of one-minute candles.
pub(crate) const MAX_LENGTH: usize = 1_048_576;

/// The parameters `(x, n)`.
const SERIES_AND_LENGTH: &[Parameter] = &[Parameter::Series("x"), Parameter::Length("n", 1, MAX_LENGTH)];
/// The parameter `(n)`.
const ONE_LENGTH: &[Parameter] = &[Parameter::Length("n", 1, MAX_LENGTH)];
