//! `percentrank(x, n)`: the share of the n values before x that are at or below it, times 100.
//!
//! Lookback n. From 0 to 100. Pine `ta.percentrank`; TA-Lib's `PERCENTRANK` leaves equal values out.

use super::window::Past;
use super::{Family, Function, Gives, Parameter, Shift};
use crate::plan::{Inputs, Memory, Step};

/// Longest window: every value of it is looked at for every candle.
const MOST: usize = 10_000;

pub(super) const PERCENTRANK: Function = Function {
    name: "percentrank",
    family: Family::Windows,
    parameters: &[Parameter::Series("x"), Parameter::Length("n", 1, MOST)],
    gives: Gives::Number,
    unit: "0 to 100",
    about: "how many of the n values before x are at or below it, in percent",
    formula: "100 · (how many of x[1] … x[n] are <= x) / n",
    warm_up: "n",
    talib: None,
    pine: Some("ta.percentrank"),
    shift: Shift::Ignores,
    build: |builder, arguments| {
        let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
        builder.step("percentrank", &[x], &[n as f64], (n, Memory::Window), || Box::new(PercentRank::new(n)))
    },
};

struct PercentRank {
    n: usize,
    past: Past,
    /// Known values in a row before the current one, at most n.
    known: usize,
}

impl PercentRank {
    fn new(n: usize) -> Self {
        PercentRank { n, past: Past::new(n), known: 0 }
    }
}

impl Step for PercentRank {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let values = self.past.extend(inputs.column(0));
        for (out, window) in out.iter_mut().zip(values.windows(self.n + 1)) {
            let (before, x) = (&window[..self.n], window[self.n]);
            *out = if self.known == self.n && x.is_finite() {
                let below = before.iter().filter(|&&before| before <= x).count();
                100.0 * below as f64 / self.n as f64
            } else {
                f64::NAN
            };
            self.known = if x.is_finite() { self.n.min(self.known + 1) } else { 0 };
        }
    }
}
