//! `cmo(x, n)`: Chande's momentum oscillator, smoothed as Wilder does.
//!
//! 100 · (G − L)/(G + L), where G and L are the `rma(n)` of the gains and of the losses; 0 where nothing has
//! moved, as TA-Lib has it. Lookback n. From −100 to 100. TA-Lib `CMO`; Pine's `ta.cmo` takes plain sums.

use super::ema::fading;
use super::rsi::Moves;
use super::{Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{Inputs, Step};

pub(super) const CMO: Function = Function {
    name: "cmo",
    family: Family::Momentum,
    parameters: &[Parameter::Series("x"), Parameter::Length("n", 2, MAX_LENGTH)],
    gives: Gives::Number,
    unit: "-100 to 100",
    about: "Chande's momentum oscillator: gains less losses as a share of all moves",
    formula: "100 · (G − L) / (G + L), where G and L are rma(n) of the gains and of the losses; 0 where nothing moved",
    warm_up: "n",
    talib: Some("CMO"),
    pine: None,
    shift: Shift::Ignores,
    build: |builder, arguments| {
        let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
        builder.step("cmo", &[x], &[n as f64], (n, fading(1.0 / n as f64)), || Box::new(Cmo(Moves::new(n))))
    },
};

struct Cmo(Moves);

impl Step for Cmo {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        self.0.run(inputs.column(0), out, |gain, loss| (gain - loss) / (gain + loss));
    }
}
