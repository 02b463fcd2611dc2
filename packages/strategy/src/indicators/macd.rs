//! `macd`, `macd_signal`, `macd_hist(x, fast, slow, signal)`: moving average convergence divergence.
//!
//! The line is ema(fast) − ema(slow), the signal its `ema(signal)`, the histogram their difference. As in
//! TA-Lib, the fast average begins with the mean of the `fast` values that end where the slow one begins,
//! and all three are known from slow + signal − 2 on. Unit of x. TA-Lib `MACD`.

use super::ema::{Exponential, ema, fading};
use super::{Argument, Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

const PARAMETERS: &[Parameter] = &[
    Parameter::Series("x"),
    Parameter::Length("fast", 1, MAX_LENGTH),
    Parameter::Length("slow", 2, MAX_LENGTH),
    Parameter::Length("signal", 1, MAX_LENGTH),
];

pub(super) const MACD: Function = Function {
    name: "macd",
    family: Family::Momentum,
    parameters: PARAMETERS,
    gives: Gives::Number,
    unit: "that of x",
    about: "MACD line: a fast exponential average less a slow one",
    formula: "ema(x, fast) − ema(x, slow), both begun at the same candle",
    warm_up: "max(fast, slow) + signal - 2",
    talib: Some("MACD"),
    pine: Some("ta.macd"),
    shift: Shift::Ignores,
    build: |builder, arguments| {
        let line = line(builder, arguments);
        // TA-Lib tells the line only where the signal is known too.
        hide(builder, "macd", line, arguments[3].length() - 1)
    },
};

pub(super) const MACD_SIGNAL: Function = Function {
    name: "macd_signal",
    family: Family::Momentum,
    parameters: PARAMETERS,
    gives: Gives::Number,
    unit: "that of x",
    about: "MACD signal: the exponential average of the MACD line",
    formula: "ema(macd, signal)",
    warm_up: "max(fast, slow) + signal - 2",
    talib: Some("MACD"),
    pine: Some("ta.macd"),
    shift: Shift::Ignores,
    build: signal,
};

pub(super) const MACD_HIST: Function = Function {
    name: "macd_hist",
    family: Family::Momentum,
    parameters: PARAMETERS,
    gives: Gives::Number,
    unit: "that of x",
    about: "MACD histogram: the line less its signal",
    formula: "macd − macd_signal",
    warm_up: "max(fast, slow) + signal - 2",
    talib: Some("MACD"),
    pine: Some("ta.macd"),
    shift: Shift::Ignores,
    build: |builder, arguments| {
        let (line, signal) = (line(builder, arguments), signal(builder, arguments));
        builder.step("macd_hist", &[line, signal], &[], (0, Memory::Window), || Box::new(Difference))
    },
};

fn signal(builder: &mut Builder, arguments: &[Argument]) -> Operand {
    let line = line(builder, arguments);
    ema(builder, line, arguments[3].length())
}

fn line(builder: &mut Builder, arguments: &[Argument]) -> Operand {
    let x = builder.column(arguments[0].series());
    // TA-Lib swaps the two where they stand the wrong way round.
    let (a, b) = (arguments[1].length(), arguments[2].length());
    let (fast, slow) = (a.min(b), a.max(b));
    let settings = [fast as f64, slow as f64];
    builder.step("macd_line", &[x], &settings, (slow - 1, fading(2.0 / (slow as f64 + 1.0))), || {
        Box::new(Line::new(fast, slow))
    })
}

struct Line {
    /// Values that the fast average leaves out, so that both begin at the same candle.
    skip: usize,
    skipped: usize,
    fast: Exponential,
    slow: Exponential,
}

impl Line {
    fn new(fast: usize, slow: usize) -> Self {
        let average = |n: usize| Exponential::new(n, 2.0 / (n as f64 + 1.0));
        Line { skip: slow - fast, skipped: 0, fast: average(fast), slow: average(slow) }
    }
}

impl Step for Line {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        for (out, &x) in out.iter_mut().zip(inputs.column(0)) {
            let slow = self.slow.next(x);
            if !x.is_finite() {
                self.skipped = 0;
                self.fast.next(x);
            }
            let fast = if self.skipped < self.skip {
                self.skipped += usize::from(x.is_finite());
                f64::NAN
            } else {
                self.fast.next(x)
            };
            *out = fast - slow;
        }
    }
}

/// Adds a step that hides so many of the first known values of a series.
pub(super) fn hide(builder: &mut Builder, name: &str, x: Operand, count: usize) -> Operand {
    if count == 0 {
        return x;
    }
    builder.step(name, &[x], &[count as f64], (count, Memory::Window), || Box::new(Hide { left: count }))
}

struct Hide {
    left: usize,
}

impl Step for Hide {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let x = inputs.column(0);
        out.copy_from_slice(x);
        if self.left > 0 {
            for out in out.iter_mut().filter(|out| !out.is_nan()).take(self.left) {
                self.left -= 1;
                *out = f64::NAN;
            }
        }
    }
}

struct Difference;

impl Step for Difference {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        for ((out, &line), &signal) in out.iter_mut().zip(inputs.column(0)).zip(inputs.column(1)) {
            *out = line - signal;
        }
    }
}
