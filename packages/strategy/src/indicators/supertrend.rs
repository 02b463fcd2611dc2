//! `supertrend` and `supertrend_dir(k, n)`: a stop that trails the price, and on which side of it.
//!
//! Bands lie k · `atr(n)` around hl2; while the close stays on their inner side the lower one never falls and
//! the upper one never rises. The trend turns up (direction −1) when the close rises above the upper band,
//! and down (+1) when it falls below the lower one; it starts down. The line is the lower band of an upward
//! trend and the upper band of a downward one. Lookback n. In quote. Pine `ta.supertrend`.

use super::atr::atr;
use super::{Argument, Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

pub(super) const SUPERTREND: Function = Function {
    name: "supertrend",
    family: Family::Volatility,
    parameters: &[Parameter::Number("k", 0.0, 1e6), Parameter::Length("n", 1, MAX_LENGTH)],
    gives: Gives::Number,
    unit: "quote",
    about: "a stop that trails the price by k average true ranges and changes sides when the close passes it",
    formula: "the lower of the bands hl2 ± k · atr(n) in an upward trend, else the upper; neither moves away from the price",
    warm_up: "n",
    talib: None,
    pine: Some("ta.supertrend"),
    shift: Shift::Depends,
    build: |builder, arguments| supertrend(builder, "supertrend", arguments, false),
};

pub(super) const SUPERTREND_DIR: Function = Function {
    name: "supertrend_dir",
    unit: "-1 or 1",
    about: "direction of the supertrend: -1 up, 1 down",
    formula: "-1 from where the close rises above the upper band, 1 from where it falls below the lower one; 1 at first",
    build: |builder, arguments| supertrend(builder, "supertrend_dir", arguments, true),
    ..SUPERTREND
};

fn supertrend(builder: &mut Builder, name: &str, arguments: &[Argument], direction: bool) -> Operand {
    let (k, n) = (arguments[0].number(), arguments[1].length());
    let width = atr(builder, n);
    builder.step(name, &[width], &[k], (0, Memory::TURNING), || Box::new(Supertrend::new(k, direction)))
}

#[derive(Clone, Copy)]
struct Supertrend {
    k: f64,
    /// Whether the direction is told, not the line.
    direction: bool,
    up: bool,
    upper: f64,
    lower: f64,
    last_close: f64,
}

impl Supertrend {
    fn new(k: f64, direction: bool) -> Self {
        // Bands that every first one is nearer than.
        let (upper, lower) = (f64::INFINITY, f64::NEG_INFINITY);
        Supertrend { k, direction, up: false, upper, lower, last_close: f64::NAN }
    }

    fn next(&mut self, (high, low, close): (f64, f64, f64), width: f64) -> f64 {
        let middle = (high + low) / 2.0;
        let (upper, lower) = (middle + self.k * width, middle - self.k * width);
        if upper < self.upper || self.last_close > self.upper {
            self.upper = upper;
        }
        if lower > self.lower || self.last_close < self.lower {
            self.lower = lower;
        }
        // What the first candle does not tell yet cannot turn the trend.
        let begun = !self.last_close.is_nan();
        self.last_close = close;
        self.up = begun && if self.up { close >= self.lower } else { close > self.upper };
        match (self.direction, self.up) {
            (true, up) => {
                if up {
                    -1.0
                } else {
                    1.0
                }
            }
            (false, true) => self.lower,
            (false, false) => self.upper,
        }
    }
}

impl Step for Supertrend {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let candles = inputs.candles;
        let prices = candles.high.iter().zip(candles.low).zip(candles.close);
        let mut state = *self;
        for ((out, &width), ((&high, &low), &close)) in out.iter_mut().zip(inputs.column(0)).zip(prices) {
            *out = if width.is_nan() { f64::NAN } else { state.next((high, low, close), width) };
        }
        *self = state;
    }
}
