//! `stoch_k` and `stoch_d(n, smooth_k, smooth_d)`: the stochastic oscillator, and its signal.
//!
//! Where the close stands between the lowest low (0) and the highest high (100) of the last n candles,
//! smoothed by `sma(smooth_k)`; the signal is the `sma(smooth_d)` of that. Where high and low are one, 0, as
//! TA-Lib has it. As in TA-Lib both are known from n + smooth_k + smooth_d − 3 on. TA-Lib `STOCH`.

use super::highest::{HIGHEST, LOWEST};
use super::macd::hide;
use super::sma::sma;
use super::{Argument, Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

const PARAMETERS: &[Parameter] = &[
    Parameter::Length("n", 1, MAX_LENGTH),
    Parameter::Length("smooth_k", 1, MAX_LENGTH),
    Parameter::Length("smooth_d", 1, MAX_LENGTH),
];

pub(super) const STOCH_K: Function = Function {
    name: "stoch_k",
    family: Family::Momentum,
    parameters: PARAMETERS,
    gives: Gives::Number,
    unit: "0 to 100",
    about: "stochastic oscillator: where the close stands between the lowest low and the highest high",
    formula: "sma(100 · (close − lowest(low, n)) / (highest(high, n) − lowest(low, n)), smooth_k); 0 where nothing moved",
    warm_up: "n + smooth_k + smooth_d - 3",
    talib: Some("STOCH"),
    pine: Some("ta.stoch"),
    shift: Shift::Depends,
    build: |builder, arguments| {
        let smoothed = smoothed(builder, arguments);
        // TA-Lib tells the line only where its signal is known too.
        hide(builder, "stoch_k", smoothed, arguments[2].length() - 1)
    },
};

pub(super) const STOCH_D: Function = Function {
    name: "stoch_d",
    family: Family::Momentum,
    parameters: PARAMETERS,
    gives: Gives::Number,
    unit: "0 to 100",
    about: "signal of the stochastic oscillator: its simple moving average",
    formula: "sma(stoch_k, smooth_d)",
    warm_up: "n + smooth_k + smooth_d - 3",
    talib: Some("STOCH"),
    pine: Some("ta.stoch"),
    shift: Shift::Depends,
    build: |builder, arguments| {
        let smoothed = smoothed(builder, arguments);
        average(builder, smoothed, arguments[2].length())
    },
};

fn smoothed(builder: &mut Builder, arguments: &[Argument]) -> Operand {
    let (highest, lowest) = range(builder, arguments[0].length());
    let inputs = [highest, lowest, Operand::Close];
    let place = builder.step("stoch", &inputs, &[], (0, Memory::Window), || Box::new(Place));
    average(builder, place, arguments[1].length())
}

/// The mean of one value is that value, and needs no step.
fn average(builder: &mut Builder, x: Operand, n: usize) -> Operand {
    if n == 1 { x } else { sma(builder, x, n) }
}

/// Adds the steps of `highest(high, n)` and `lowest(low, n)`.
pub(super) fn range(builder: &mut Builder, n: usize) -> (Operand, Operand) {
    let highest = (HIGHEST.build)(builder, &[Argument::Series(Operand::High), Argument::Length(n)]);
    let lowest = (LOWEST.build)(builder, &[Argument::Series(Operand::Low), Argument::Length(n)]);
    (highest, lowest)
}

struct Place;

impl Step for Place {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let (highest, lowest, close) = (inputs.column(0), inputs.column(1), inputs.column(2));
        for (((out, &highest), &lowest), &close) in out.iter_mut().zip(highest).zip(lowest).zip(close) {
            let range = highest - lowest;
            *out = if range == 0.0 { 0.0 } else { 100.0 * ((close - lowest) / range) };
        }
    }
}
