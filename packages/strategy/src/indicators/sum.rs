//! `sum(x, n)`: the sum of the last n values.
//!
//! Lookback n − 1. Unit of x. TA-Lib `SUM`, Pine `math.sum`.

use super::sums::Sums;
use super::{Family, Function, Gives, SERIES_AND_LENGTH, Shift};
use crate::plan::{Inputs, Memory, Step};

pub(super) const SUM: Function = Function {
    name: "sum",
    family: Family::Windows,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "the sum of the last n values",
    formula: "Σ of the last n values",
    warm_up: "n - 1",
    talib: Some("SUM"),
    pine: Some("math.sum"),
    shift: Shift::Depends,
    build: |builder, arguments| {
        let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
        builder.step("sum", &[x], &[n as f64], (n - 1, Memory::Window), || Box::new(Sum(n, Sums::new(n))))
    },
};

struct Sum(usize, Sums);

impl Step for Sum {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let Sum(n, sums) = self;
        sums.extend(inputs.column(0));
        sums.sums(*n, out);
    }
}
