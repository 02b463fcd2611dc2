//! `kama(x, n)`: Kaufman's adaptive moving average.
//!
//! y = y₋₁ + c · (x − y₋₁), where c lies between the squared factors of an `ema` over 30 and over 2 candles,
//! by how straight the last n moves went; begun with the value before the first. Lookback n. Unit of x.
//! TA-Lib `KAMA`.

use super::ema::fading;
use super::sums::Sums;
use super::window::Past;
use super::{Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{Inputs, Step};

/// Factors of the fastest and the slowest average, over 2 and 30 candles.
const FAST: f64 = 2.0 / 3.0;
const SLOW: f64 = 2.0 / 31.0;
/// Less than any move: it changes no number but nothing out of nothing, which it makes 1.
const NO_MOVE: f64 = 1e-300;

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
        builder.step("kama", &[x], &[n as f64], (n, fading(SLOW * SLOW)), || Box::new(Kama::new(n)))
    },
};

struct Kama {
    /// How far x went in all, back and forth, over the last n candles.
    path: Sums,
    n: usize,
    past: Past,
    last: f64,
    /// The average less the last value.
    gap: f64,
}

impl Kama {
    fn new(n: usize) -> Self {
        let (path, past) = (Sums::new(n), Past::new(n));
        Kama { path, n, past, last: f64::NAN, gap: 0.0 }
    }
}

impl Step for Kama {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let x = inputs.column(0);
        self.path.extend_by(x.len(), |moves| {
            moves[0] = (x[0] - self.last).abs();
            for (way, pair) in moves[1..].iter_mut().zip(x.windows(2)) {
                *way = (pair[1] - pair[0]).abs();
            }
        });
        self.path.sums(self.n, out);
        let old = self.past.extend(x);
        let (mut gap, mut last) = (self.gap, self.last);
        for ((out, &x), &old) in out.iter_mut().zip(x).zip(old) {
            gap = kept(x - old, *out) * (gap + (last - x));
            last = x;
            *out = x + gap;
        }
        // What is unknown stays so. Asked once at the end, no value has to wait for the question.
        if gap.is_finite() {
            (self.gap, self.last) = (gap, last);
        } else {
            self.begin_anew(x, out);
        }
    }
}

impl Kama {
    /// Averages of the last block, where some are unknown: there the average is the value itself, and not told.
    fn begin_anew(&mut self, x: &[f64], out: &mut [f64]) {
        self.path.sums(self.n, out);
        let old = self.past.block(x.len() + self.n, 0);
        for ((out, &x), &old) in out.iter_mut().zip(x).zip(old) {
            let is_known = !out.is_nan();
            self.gap = if is_known { kept(x - old, *out) * (self.gap + (self.last - x)) } else { 0.0 };
            self.last = x;
            *out = if is_known { x + self.gap } else { f64::NAN };
        }
    }
}

/// The share of its distance from x that the average keeps, after a change on a path of this length.
#[inline]
fn kept(change: f64, path: f64) -> f64 {
    let straight = (change.abs() + NO_MOVE) / (path + NO_MOVE);
    // Rounding may make the path shorter than the way. What is unknown stays so.
    let straight = if straight > 1.0 { 1.0 } else { straight };
    let factor = straight * (FAST - SLOW) + SLOW;
    1.0 - factor * factor
}
