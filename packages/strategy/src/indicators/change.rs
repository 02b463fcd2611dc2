//! `change(x, n)`: x less its value n candles ago.
//!
//! Lookback n. Unit of x. TA-Lib `MOM`, Pine `ta.change`.

use super::window::Past;
use super::{Family, Function, Gives, SERIES_AND_LENGTH, Shift};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

pub(super) const CHANGE: Function = Function {
    name: "change",
    family: Family::Windows,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "x less its value n candles ago",
    formula: "x − x[n]",
    warm_up: "n",
    talib: Some("MOM"),
    pine: Some("ta.change"),
    shift: Shift::Ignores,
    build: |builder, arguments| {
        let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
        builder.step("change", &[x], &[n as f64], (n, Memory::Window), || Box::new(Change(Past::new(n))))
    },
};

struct Change(Past);

impl Step for Change {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let x = inputs.column(0);
        for ((out, &x), &old) in out.iter_mut().zip(x).zip(self.0.extend(x)) {
            *out = x - old;
        }
    }
}

/// Adds the step of `x[n]`, n above zero.
pub(crate) fn ago(builder: &mut Builder, x: Operand, n: usize) -> Operand {
    let x = builder.column(x);
    builder.step("ago", &[x], &[n as f64], (n, Memory::Window), || Box::new(Ago(Past::new(n))))
}

struct Ago(Past);

impl Step for Ago {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let past = self.0.extend(inputs.column(0));
        out.copy_from_slice(&past[..out.len()]);
    }
}
