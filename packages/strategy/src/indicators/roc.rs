//! `roc(x, n)`: rate of change.
//!
//! The change of x over n candles, in percent of what it was; 0 where that was 0, as TA-Lib has it.
//! Lookback n. TA-Lib `ROC`, Pine `ta.roc`.

use super::window::Past;
use super::{Family, Function, Gives, SERIES_AND_LENGTH, Shift};
use crate::plan::{Inputs, Memory, Step};

pub(super) const ROC: Function = Function {
    name: "roc",
    family: Family::Momentum,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "percent",
    about: "rate of change: by how many percent x has changed in n candles",
    formula: "100 · (x / x[n] − 1); 0 where x[n] is 0",
    warm_up: "n",
    talib: Some("ROC"),
    pine: Some("ta.roc"),
    shift: Shift::Depends,
    build: |builder, arguments| {
        let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
        builder.step("roc", &[x], &[n as f64], (n, Memory::Window), || Box::new(Roc(Past::new(n))))
    },
};

struct Roc(Past);

impl Step for Roc {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let x = inputs.column(0);
        for ((out, &x), &old) in out.iter_mut().zip(x).zip(self.0.extend(x)) {
            *out = percent(x, old);
        }
    }
}

/// By how many percent `x` is above `old`.
pub(super) fn percent(x: f64, old: f64) -> f64 {
    if old == 0.0 && !x.is_nan() { 0.0 } else { (x / old - 1.0) * 100.0 }
}
