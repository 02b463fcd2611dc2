//! `change(x, n)`: x less its value n candles ago.
//!
//! Lookback n. Unit of x. TA-Lib `MOM`, Pine `ta.change`.

use super::window::Ring;
use super::{Function, Gives, SERIES_AND_LENGTH};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

pub(super) const CHANGE: Function = Function {
    name: "change",
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    about: "x less its value n candles ago",
    build: |builder, arguments| {
        let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
        builder.step("change", &[x], &[n as f64], (n, Memory::Window), || Box::new(Change(Ring::new(n))))
    },
};

struct Change(Ring);

impl Step for Change {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        for (out, &x) in out.iter_mut().zip(inputs.column(0)) {
            *out = x - self.0.push(x).unwrap_or(f64::NAN);
        }
    }
}

/// Adds the step of `x[n]`, n above zero.
pub(crate) fn ago(builder: &mut Builder, x: Operand, n: usize) -> Operand {
    let x = builder.column(x);
    builder.step("ago", &[x], &[n as f64], (n, Memory::Window), || Box::new(Ago(Ring::new(n))))
}

struct Ago(Ring);

impl Step for Ago {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        for (out, &x) in out.iter_mut().zip(inputs.column(0)) {
            *out = self.0.push(x).unwrap_or(f64::NAN);
        }
    }
}
