//! `trix(x, n)`: rate of change of a triple exponential average.
//!
//! `roc(ema(ema(ema(x, n), n), n), 1)`, in one step. Lookback 3 · (n − 1) + 1. In percent. TA-Lib `TRIX`.

use super::ema::{Exponential, fading_times};
use super::roc::percent;
use super::{Family, Function, Gives, SERIES_AND_LENGTH, Shift};
use crate::plan::{Inputs, Step};

pub(super) const TRIX: Function = Function {
    name: "trix",
    family: Family::Momentum,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "percent",
    about: "by how many percent a threefold exponential average has changed in one candle",
    formula: "roc(ema(ema(ema(x, n), n), n), 1)",
    warm_up: "3 * n - 2",
    talib: Some("TRIX"),
    pine: None,
    shift: Shift::Depends,
    build: |builder, arguments| {
        let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
        let factor = 2.0 / (n as f64 + 1.0);
        let memory = fading_times(factor, 3);
        let average = Exponential::new(n, factor);
        builder.step("trix", &[x], &[n as f64], (3 * n - 2, memory), || {
            Box::new(Trix { averages: [average; 3], last: f64::NAN })
        })
    },
};

struct Trix {
    averages: [Exponential; 3],
    last: f64,
}

impl Step for Trix {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let ([mut once, mut twice, mut thrice], mut last) = (self.averages, self.last);
        for (out, &x) in out.iter_mut().zip(inputs.column(0)) {
            let average = thrice.next(twice.next(once.next(x)));
            *out = percent(average, last);
            last = average;
        }
        (self.averages, self.last) = ([once, twice, thrice], last);
    }
}
