//! `highest(x, n)` and `lowest(x, n)`: the largest and the smallest of the last n values.
//!
//! Lookback n − 1. Unit of x. TA-Lib `MAX` and `MIN`, Pine `ta.highest` and `ta.lowest`.

use super::scalars::{higher, lower};
use super::{Argument, Family, Function, Gives, SERIES_AND_LENGTH, Shift};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

pub(super) const HIGHEST: Function = Function {
    name: "highest",
    family: Family::Windows,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "the highest of the last n values",
    formula: "the largest of the last n values",
    warm_up: "n - 1",
    talib: Some("MAX"),
    pine: Some("ta.highest"),
    shift: Shift::Follows,
    build: |builder, arguments| extreme(builder, arguments, "highest", higher),
};

pub(super) const LOWEST: Function = Function {
    name: "lowest",
    family: Family::Windows,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "the lowest of the last n values",
    formula: "the smallest of the last n values",
    warm_up: "n - 1",
    talib: Some("MIN"),
    pine: Some("ta.lowest"),
    shift: Shift::Follows,
    build: |builder, arguments| extreme(builder, arguments, "lowest", lower),
};

fn extreme(builder: &mut Builder, arguments: &[Argument], name: &str, pick: fn(f64, f64) -> f64) -> Operand {
    let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
    builder.step(name, &[x], &[n as f64], (n - 1, Memory::Window), || Box::new(Extreme::new(n, pick)))
}

/// The extreme of a sliding window in constant time (van Herk, Gil and Werman): the window is the end of
/// the last run of n values and the beginning of this one, and the extremes of both are at hand.
struct Extreme {
    pick: fn(f64, f64) -> f64,
    /// This run's values so far.
    run: Vec<f64>,
    /// For each place of the last run, the extreme from there to its end.
    ends: Vec<f64>,
    /// The extreme of this run so far.
    begin: f64,
    n: usize,
}

impl Extreme {
    fn new(n: usize, pick: fn(f64, f64) -> f64) -> Self {
        Extreme { pick, run: Vec::with_capacity(n), ends: vec![f64::NAN; n], begin: f64::NAN, n }
    }

    fn next(&mut self, x: f64) -> f64 {
        self.begin = if self.run.is_empty() { x } else { (self.pick)(self.begin, x) };
        self.run.push(x);
        if self.run.len() < self.n {
            return (self.pick)(self.ends[self.run.len()], self.begin);
        }
        let mut end = x;
        for (end_here, &value) in self.ends.iter_mut().zip(&self.run).rev() {
            end = (self.pick)(end, value);
            *end_here = end;
        }
        self.run.clear();
        self.begin
    }
}

impl Step for Extreme {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        for (out, &x) in out.iter_mut().zip(inputs.column(0)) {
            *out = self.next(x);
        }
    }
}
