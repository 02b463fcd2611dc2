//! `ema(x, n)`: exponential moving average.
//!
//! y = y₋₁ + 2/(n+1) · (x − y₋₁), begun with the mean of the first n values. Lookback n − 1.
//! Unit of x. TA-Lib `EMA`.

use super::runs::known;
use super::{Family, Function, Gives, SERIES_AND_LENGTH, Shift};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

pub(super) const EMA: Function = Function {
    name: "ema",
    family: Family::Averages,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "exponential moving average, begun with the mean of the first n values",
    formula: "y = y[1] + 2 / (n + 1) · (x − y[1]), begun with the mean of the first n values",
    warm_up: "n - 1",
    talib: Some("EMA"),
    pine: Some("ta.ema"),
    shift: Shift::Follows,
    build: |builder, arguments| ema(builder, arguments[0].series(), arguments[1].length()),
};

/// Adds the steps of `ema(x, n)`.
pub(super) fn ema(builder: &mut Builder, x: Operand, n: usize) -> Operand {
    let x = builder.column(x);
    let factor = 2.0 / (n as f64 + 1.0);
    builder.step("ema", &[x], &[n as f64], (n - 1, fading(factor)), || Box::new(Smoothing(Exponential::new(n, factor))))
}

/// Share of its seed that an average still holds when it counts as settled.
const FORGOTTEN: f64 = 1e-12;

/// The memory of an average that forgets by `factor` with each candle.
pub(super) fn fading(factor: f64) -> Memory {
    fading_times(factor, 1)
}

/// The memory of an average of averages, so many in a row.
pub(super) fn fading_times(factor: f64, times: usize) -> Memory {
    let settle = if factor < 1.0 { FORGOTTEN.ln() / (1.0 - factor).ln() } else { 0.0 };
    Memory::Fading { settle: times * settle.ceil() as usize }
}

/// An average that forgets by a constant factor. An unknown value makes it begin anew.
///
/// What is kept from value to value is the gap between the average and the last value: it shrinks by
/// 1 − factor, after the value has moved. That is one operation less to wait for than moving the average
/// itself, and where the values stand still the average is exactly theirs.
#[derive(Clone, Copy)]
pub(super) struct Exponential {
    n: usize,
    /// 1 − factor.
    kept: f64,
    seen: usize,
    sum: f64,
    last: f64,
    gap: f64,
}

impl Exponential {
    pub(super) fn new(n: usize, factor: f64) -> Self {
        Exponential { n, kept: 1.0 - factor, seen: 0, sum: 0.0, last: f64::NAN, gap: f64::NAN }
    }

    /// Whether the average is known, and [`Exponential::go_on`] may be called.
    pub(super) fn is_seeded(&self) -> bool {
        self.seen >= self.n
    }

    /// The value taken last.
    pub(super) fn last(&self) -> f64 {
        self.last
    }

    /// From the last value to the average; known once the average is.
    pub(super) fn gap(&self) -> f64 {
        self.gap
    }

    /// Takes over from elsewhere: the last value, and the gap from it to the average.
    pub(super) fn go_on_from(&mut self, last: f64, gap: f64) {
        (self.last, self.gap) = (last, gap);
    }

    /// Takes the next value, which is known, where the average is too; gives the average.
    pub(super) fn go_on(&mut self, x: f64) -> f64 {
        self.gap = self.kept * (self.gap + (self.last - x));
        self.last = x;
        x + self.gap
    }

    /// Takes the next value and gives the average, NaN while it is unknown.
    pub(super) fn next(&mut self, x: f64) -> f64 {
        if !x.is_finite() {
            (self.seen, self.sum) = (0, 0.0);
            return f64::NAN;
        }
        if self.is_seeded() {
            return self.go_on(x);
        }
        self.seen += 1;
        self.sum += x;
        if !self.is_seeded() {
            return f64::NAN;
        }
        let seed = self.sum / self.n as f64;
        (self.last, self.gap) = (x, seed - x);
        seed
    }
}

/// The step of an [`Exponential`].
pub(super) struct Smoothing(pub(super) Exponential);

impl Step for Smoothing {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        // A copy of its own stays in registers.
        let (mut average, x) = (self.0, inputs.column(0));
        if average.is_seeded() && known(x) == x.len() {
            out.iter_mut().zip(x).for_each(|(out, &x)| *out = average.go_on(x));
        } else {
            out.iter_mut().zip(x).for_each(|(out, &x)| *out = average.next(x));
        }
        self.0 = average;
    }
}
