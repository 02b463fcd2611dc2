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
        builder.step("rsi", &[x], &[n as f64], (n, fading(1.0 / n as f64)), || Box::new(Rsi(Moves::new(n))))
    },
};

struct Rsi(Moves);

impl Step for Rsi {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        self.0.run(inputs.column(0), out, |gain, loss| gain / (gain + loss));
    }
}

/// Wilder's averages of the gains and of the losses of a series.
pub(super) struct Moves {
    last: f64,
    gains: Exponential,
    losses: Exponential,
}

impl Moves {
    pub(super) fn new(n: usize) -> Self {
        let average = || Exponential::new(n, 1.0 / n as f64);
        Moves { last: f64::NAN, gains: average(), losses: average() }
    }

    /// Takes a block; gives what `share` makes of the two averages in percent, 0 where nothing has moved.
    pub(super) fn run(&mut self, x: &[f64], out: &mut [f64], share: impl Fn(f64, f64) -> f64) {
        let (mut last, mut gains, mut losses) = (self.last, self.gains, self.losses);
        for (out, &x) in out.iter_mut().zip(x) {
            let change = x - last;
            last = x;
            // An unknown change is neither above nor below zero and stays unknown in both.
            let gain = gains.next(if change < 0.0 { 0.0 } else { change });
            let loss = losses.next(if change > 0.0 { 0.0 } else { -change });
            *out = if gain + loss == 0.0 { 0.0 } else { 100.0 * share(gain, loss) };
        }
        (self.last, self.gains, self.losses) = (last, gains, losses);
    }
}
