//! `sma(x, n)`: simple moving average.
//!
//! The mean of the last n values. Lookback n − 1. Unit of x. TA-Lib `SMA`, Pine `ta.sma`.

use super::window::WindowSum;
use super::{Function, Gives, SERIES_AND_LENGTH};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

pub(super) const SMA: Function = Function {
    name: "sma",
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    about: "simple moving average: the mean of the last n values",
    build: |builder, arguments| sma(builder, arguments[0].series(), arguments[1].length()),
};

/// Adds the steps of `sma(x, n)`.
pub(super) fn sma(builder: &mut Builder, x: Operand, n: usize) -> Operand {
    let x = builder.column(x);
    builder.step("sma", &[x], &[n as f64], (n - 1, Memory::Window), || Box::new(Sma(WindowSum::new(n))))
}

struct Sma(WindowSum);

impl Step for Sma {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        for (out, &x) in out.iter_mut().zip(inputs.column(0)) {
            self.0.push(x);
            *out = self.0.mean();
        }
    }
}
