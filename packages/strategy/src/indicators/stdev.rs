//! `stdev(x, n)`: standard deviation of the population.
//!
//! √(mean of squares − square of mean) over the last n values. Lookback n − 1. Unit of x. TA-Lib `STDDEV`.

use super::window::{ExactSum, WindowSum};
use super::{Family, Function, Gives, SERIES_AND_LENGTH, Shift};
use crate::plan::{BLOCK, Builder, Inputs, Memory, Operand, Step};

pub(super) const STDEV: Function = Function {
    name: "stdev",
    family: Family::Volatility,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "standard deviation of the last n values, as a population",
    formula: "√ of the mean of squared distances from the mean of the last n values",
    warm_up: "n - 1",
    talib: Some("STDDEV"),
    pine: Some("ta.stdev"),
    shift: Shift::Ignores,
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
        let x = inputs.column(0);
        let (mut means, mut squares) = ([0.0; BLOCK], [0.0; BLOCK]);
        squares.iter_mut().zip(x).for_each(|(square, x)| *square = x * x);
        self.values.run(x, &mut means[..x.len()], ExactSum::mean);
        self.squares.run(&squares[..x.len()], out, ExactSum::mean);
        for (out, mean) in out.iter_mut().zip(means) {
            let variance = *out - mean * mean;
            // Not `max`: that would take an unknown variance for zero.
            *out = if variance < 0.0 { 0.0 } else { variance.sqrt() };
        }
    }
}
