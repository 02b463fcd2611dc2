//! `kama(x, n)`: Kaufman's adaptive moving average.
//!
//! y = y₋₁ + c · (x − y₋₁), where c lies between the squared factors of an `ema` over 30 and over 2 candles,
//! by how straight the last n moves went; begun with the value before the first. Lookback n. Unit of x.
//! TA-Lib `KAMA`.

use super::ema::fading;
use super::runs::{Fold, Runs, Window, known};
use super::window::Past;
use super::{Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{BLOCK, Inputs, Step};

/// Factors of the fastest and the slowest average, over 2 and 30 candles.
const FAST: f64 = 2.0 / 3.0;
const SLOW: f64 = 2.0 / 31.0;

pub(super) const KAMA: Function = Function {
    name: "kama",
    family: Family::Averages,
    parameters: &[Parameter::Series("x"), Parameter::Length("n", 2, MAX_LENGTH)],
    gives: Gives::Number,
    unit: "that of x",
    about: "Kaufman's adaptive moving average: fast where x moves straight, slow where it wavers",
    formula: "y = y[1] + (e · (2/3 − 2/31) + 2/31)² · (x − y[1]), where e = |x − x[n]| / Σ of |x − x[1]| over the \
              last n candles, and 1 where nothing moved; begun with the value before the first",
    warm_up: "n",
    talib: Some("KAMA"),
    pine: None,
    shift: Shift::Follows,
    build: |builder, arguments| {
        let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
        builder.step("kama", &[x], &[n as f64], (n, fading(SLOW * SLOW)), || {
            Box::new(Kama::new(n, Fold::new(n, 0.0, |a, b| a + b)))
        })
    },
};

struct Kama<W> {
    /// How far x went in all, back and forth, over the last n candles.
    path: Runs<1, W>,
    past: Past,
    last: f64,
    value: f64,
}

impl<W: Window<1>> Kama<W> {
    fn new(n: usize, path: W) -> Self {
        Kama { path: Runs::new(n, path), past: Past::new(n), last: f64::NAN, value: f64::NAN }
    }
}

impl<W: Window<1>> Step for Kama<W> {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let x = inputs.column(0);
        let mut moves = [0.0; BLOCK];
        let moves = &mut moves[..x.len()];
        moves[0] = (x[0] - self.last).abs();
        for (way, pair) in moves[1..].iter_mut().zip(x.windows(2)) {
            *way = (pair[1] - pair[0]).abs();
        }
        self.last = x[x.len() - 1];
        self.path.run([moves], out);
        let old = self.past.extend(x);
        if known(out) < x.len() {
            for ((out, &x), &old) in out.iter_mut().zip(x).zip(old.iter()) {
                let known = !out.is_nan();
                self.value = if known { step(self.value, x, old, *out) } else { x };
                *out = if known { self.value } else { f64::NAN };
            }
            return;
        }
        // The same without the question, which each value would have to wait for.
        let mut value = self.value;
        for ((out, &x), &old) in out.iter_mut().zip(x).zip(old.iter()) {
            value = step(value, x, old, *out);
            *out = value;
        }
        self.value = value;
    }
}

/// The average after `value`, where x came from `old` on a path of this length.
#[inline]
fn step(value: f64, x: f64, old: f64, path: f64) -> f64 {
    let change = (x - old).abs();
    let straight = if path <= change { 1.0 } else { change / path };
    let factor = straight * (FAST - SLOW) + SLOW;
    value + factor * factor * (x - value)
}
