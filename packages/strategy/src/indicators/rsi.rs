//! `rsi(x, n)`: Wilder's relative strength index.
//!
//! 100 · G/(G + L), where G and L are the `rma(n)` of the gains and of the losses; 0 where nothing has
//! moved, as TA-Lib has it. Lookback n. From 0 to 100. TA-Lib `RSI`, Pine `ta.rsi`.

use super::ema::{Exponential, fading};
use super::{Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{Inputs, Step};

pub(super) const RSI: Function = Function {
    name: "rsi",
    family: Family::Momentum,
    parameters: &[Parameter::Series("x"), Parameter::Length("n", 2, MAX_LENGTH)],
    gives: Gives::Number,
    unit: "0 to 100",
    about: "relative strength index: the share of gains in all moves, 0 to 100",
    formula: "100 · G / (G + L), where G and L are rma(n) of the gains and of the losses; 0 where nothing moved",
    warm_up: "n",
    talib: Some("RSI"),
    pine: Some("ta.rsi"),
    shift: Shift::Ignores,
    build: |builder, arguments| {
        let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
        builder.step("rsi", &[x], &[n as f64], (n, fading(1.0 / n as f64)), || Box::new(Rsi::new(n)))
    },
};

struct Rsi {
    last: f64,
    gains: Exponential,
    losses: Exponential,
}

impl Rsi {
    fn new(n: usize) -> Self {
        let average = || Exponential::new(n, 1.0 / n as f64);
        Rsi { last: f64::NAN, gains: average(), losses: average() }
    }
}

impl Step for Rsi {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        for (out, &x) in out.iter_mut().zip(inputs.column(0)) {
            let change = x - self.last;
            self.last = x;
            let part = |part: f64| if change.is_nan() { f64::NAN } else { part };
            let gain = self.gains.next(part(change.max(0.0)));
            let loss = self.losses.next(part((-change).max(0.0)));
            let moved = gain + loss;
            *out = if moved == 0.0 { 0.0 } else { 100.0 * (gain / moved) };
        }
    }
}
