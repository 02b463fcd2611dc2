//! `stdev(x, n)`: standard deviation of the population.
//!
//! √(mean of squares − square of mean) over the last n values. Lookback n − 1. Unit of x. TA-Lib `STDDEV`.

use super::window::WindowSum;
use super::{Function, Gives, SERIES_AND_LENGTH};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

pub(super) const STDEV: Function = Function {
    name: "stdev",
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    about: "standard deviation of the last n values, as a population",
    build: |builder, arguments| stdev(builder, arguments[0].series(), arguments[1].length()),
};

/// Adds the steps of `stdev(x, n)`.
pub(super) fn stdev(builder: &mut Builder, x: Operand, n: usize) -> Operand {
    let x = builder.column(x);
    let make = || -> Box<dyn Step> { Box::new(Stdev { values: WindowSum::new(n), squares: WindowSum::new(n) }) };
    builder.step("stdev", &[x], &[n as f64], (n - 1, Memory::Window), make)
}

struct Stdev {
    values: WindowSum,
    squares: WindowSum,
}

impl Step for Stdev {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        for (out, &x) in out.iter_mut().zip(inputs.column(0)) {
            self.values.push(x);
            self.squares.push(x * x);
            let mean = self.values.mean();
            let variance = self.squares.mean() - mean * mean;
            // Not `max`: that would take an unknown variance for zero.
            *out = if variance < 0.0 { 0.0 } else { variance.sqrt() };
        }
    }
}
