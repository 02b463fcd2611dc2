//! `sum(x, n)`: the sum of the last n values.
//!
//! Lookback n − 1. Unit of x. TA-Lib `SUM`, Pine `math.sum`.

use super::window::WindowSum;
use super::{Function, Gives, SERIES_AND_LENGTH};
use crate::plan::{Inputs, Memory, Step};

pub(super) const SUM: Function = Function {
    name: "sum",
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    about: "the sum of the last n values",
    build: |builder, arguments| {
        let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
        builder.step("sum", &[x], &[n as f64], (n - 1, Memory::Window), || Box::new(Sum(WindowSum::new(n))))
    },
};

struct Sum(WindowSum);

impl Step for Sum {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        for (out, &x) in out.iter_mut().zip(inputs.column(0)) {
            self.0.push(x);
            *out = self.0.sum();
        }
    }
}
