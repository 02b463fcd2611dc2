//! `sma(x, n)`: simple moving average.
//!
//! The mean of the last n values. Lookback n − 1. Unit of x. TA-Lib `SMA`, Pine `ta.sma`.

use super::sums::Sums;
use super::{Family, Function, Gives, SERIES_AND_LENGTH, Shift};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

pub(super) const SMA: Function = Function {
    name: "sma",
    family: Family::Averages,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "simple moving average: the mean of the last n values",
    formula: "Σ of the last n values / n",
    warm_up: "n - 1",
    talib: Some("SMA"),
    pine: Some("ta.sma"),
    shift: Shift::Follows,
    build: |builder, arguments| sma(builder, arguments[0].series(), arguments[1].length()),
};

/// Adds the steps of `sma(x, n)`.
pub(super) fn sma(builder: &mut Builder, x: Operand, n: usize) -> Operand {
    let x = builder.column(x);
    builder.step("sma", &[x], &[n as f64], (n - 1, Memory::Window), || Box::new(Sma(n, Sums::new(n))))
}

struct Sma(usize, Sums);

impl Step for Sma {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let Sma(n, sums) = self;
        sums.extend(inputs.column(0));
        sums.means(*n, out);
    }
}
