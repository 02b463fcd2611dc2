//! `linreg(x, n)` and `linreg_slope(x, n)`: the straight line through the last n values (least squares).
//!
//! Its value at this candle, and how much it rises with each candle. Lookback n − 1.
//! TA-Lib `LINEARREG` and `LINEARREG_SLOPE`, Pine `ta.linreg(x, n, 0)`.

use super::runs::{Runs, Window};
use super::{Argument, Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{Builder, Memory, Operand};

/// One point makes no line.
const PARAMETERS: &[Parameter] = &[Parameter::Series("x"), Parameter::Length("n", 2, MAX_LENGTH)];

pub(super) const LINREG: Function = Function {
    name: "linreg",
    family: Family::Windows,
    parameters: PARAMETERS,
    gives: Gives::Number,
    unit: "that of x",
    about: "where the straight line through the last n values stands now",
    formula: "the least-squares line of the last n values over time, at its last candle: 3 · wma(x, n) − 2 · sma(x, n)",
    warm_up: "n - 1",
    talib: Some("LINEARREG"),
    pine: Some("ta.linreg"),
    shift: Shift::Follows,
    build: |builder, arguments| {
        let n = arguments[1].length() as f64;
        line(builder, arguments, "linreg", [1.0, 6.0 / (n * (n + 1.0)), -2.0 / n])
    },
};

pub(super) const LINREG_SLOPE: Function = Function {
    name: "linreg_slope",
    family: Family::Windows,
    parameters: PARAMETERS,
    gives: Gives::Number,
    unit: "that of x, per candle",
    about: "how much the straight line through the last n values rises with each candle",
    formula: "the slope of the least-squares line of the last n values over time: 6 · (wma(x, n) − sma(x, n)) / (n − 1)",
    warm_up: "n - 1",
    talib: Some("LINEARREG_SLOPE"),
    pine: None,
    shift: Shift::Ignores,
    build: |builder, arguments| {
        let n = arguments[1].length() as f64;
        line(builder, arguments, "linreg_slope", [0.0, 12.0 / (n * (n * n - 1.0)), -6.0 / (n * (n - 1.0))])
    },
};

/// Adds the step of one number of the line: `level` · pivot + `by_weighted` · W + `by_plain` · S, where S sums the
/// distances of the last n values from the pivot and W counts the newest n times and the oldest once.
fn line(
    builder: &mut Builder,
    arguments: &[Argument],
    name: &str,
    [level, by_weighted, by_plain]: [f64; 3],
) -> Operand {
    let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
    let (oldest, newest) = (by_weighted + by_plain, by_weighted * n as f64 + by_plain);
    let line = Line { level, step: by_weighted, oldest, newest };
    builder.step(name, &[x], &[n as f64], (n - 1, Memory::Window), || Box::new(Runs::new(n, line)))
}

struct Line {
    level: f64,
    /// What each value counts more than the one before it.
    step: f64,
    /// What the oldest value counts.
    oldest: f64,
    /// What the newest value counts.
    newest: f64,
}

/// Of some of the last n values.
#[derive(Clone, Copy)]
struct Part {
    /// How much the total changes when each value counts one step more.
    slope: f64,
    total: f64,
}

impl Window<1> for Line {
    type Total = Part;
    type Kept = f64;

    fn nothing(&self) -> Part {
        Part { slope: 0.0, total: 0.0 }
    }

    /// The new one is the oldest; those behind it count one step more.
    #[inline]
    fn in_front(&self, end: Part, [x]: [f64; 1], [pivot]: [f64; 1]) -> Part {
        let distance = x - pivot;
        let total = end.total + (end.slope + self.oldest * distance);
        Part { slope: end.slope + self.step * distance, total }
    }

    /// The new one is the newest; those in front of it count one step less.
    #[inline]
    fn behind(&self, begin: Part, [x]: [f64; 1], [pivot]: [f64; 1]) -> Part {
        let distance = x - pivot;
        let total = begin.total + (self.newest * distance - begin.slope);
        Part { slope: begin.slope + self.step * distance, total }
    }

    #[inline]
    fn keep(&self, end: Part) -> f64 {
        end.total
    }

    #[inline]
    fn read(&self, end: f64, begin: Part, _: [f64; 1], [pivot]: [f64; 1]) -> f64 {
        self.level * pivot + (end + begin.total)
    }
}
