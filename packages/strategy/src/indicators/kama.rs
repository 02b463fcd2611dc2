//! `kama(x, n)`: Kaufman's adaptive moving average.
//!
//! y = y₋₁ + c · (x − y₋₁), where c lies between the squared factors of an `ema` over 30 and over 2 candles,
//! by how straight the last n moves went; begun with the value before the first. Lookback n. Unit of x.
//! TA-Lib `KAMA`.

use super::ema::fading;
use super::runs::known;
use super::sums::Sums;
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
        builder.step("kama", &[x], &[n as f64], (n, fading(SLOW * SLOW)), || Box::new(Kama::new(n)))
    },
};

struct Kama {
    /// How far x went in all, back and forth, over the last n candles.
    path: Sums,
    n: usize,
    moves: Vec<f64>,
    past: Past,
    last: f64,
    /// The average less the last value.
    gap: f64,
}

impl Kama {
    fn new(n: usize) -> Self {
        let (path, past) = (Sums::new(n), Past::new(n));
        Kama { path, n, moves: vec![0.0; BLOCK], past, last: f64::NAN, gap: 0.0 }
    }
}

impl Step for Kama {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let x = inputs.column(0);
        let moves = &mut self.moves[..x.len()];
        moves[0] = (x[0] - self.last).abs();
        for (way, pair) in moves[1..].iter_mut().zip(x.windows(2)) {
            *way = (pair[1] - pair[0]).abs();
        }
        self.path.extend(moves);
        self.path.sums(self.n, out);
        let old = self.past.extend(x);
        if known(out) < x.len() {
            self.begin_anew(x, out);
            return;
        }
        // The same without the question, which each value would have to wait for.
        let (mut gap, mut last) = (self.gap, self.last);
        for ((out, &x), &old) in out.iter_mut().zip(x).zip(old) {
            gap = kept(x - old, *out) * (gap + (last - x));
            last = x;
            *out = x + gap;
        }
        (self.gap, self.last) = (gap, last);
    }
}

impl Kama {
    /// Turns paths into averages where some are unknown: there the average is the value itself, and not told.
    fn begin_anew(&mut self, x: &[f64], out: &mut [f64]) {
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
    let change = change.abs();
    let straight = if path <= change { 1.0 } else { change / path };
    let factor = straight * (FAST - SLOW) + SLOW;
    1.0 - factor * factor
}
