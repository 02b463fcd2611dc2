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
use crate::plan::{Inputs, Step};

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

/// Candles that are taken together: their factors do not wait for each other.
const TOGETHER: usize = 16;

struct Kama {
    n: usize,
    /// How far x went from candle to candle.
    moves: Sums,
    past: Past,
    average: Average,
}

/// The average as far as it has come. What is kept of its gap to x is found for two candles at once, as one factor and one
/// addition, so that a candle waits for the one two before it.
struct Average {
    /// The last value.
    last: f64,
    /// How far the average is above it.
    gap: f64,
    /// Where the last candle is the first of two: the gap before it, and what became of that.
    first: Option<(f64, Change)>,
}

/// The next gap is `kept` of the one before and `added`.
#[derive(Clone, Copy)]
struct Change {
    kept: f64,
    added: f64,
}

impl Change {
    #[inline]
    fn of(self, gap: f64) -> f64 {
        self.kept * gap + self.added
    }

    /// This change and then the next.
    #[inline]
    fn and(self, next: Change) -> Change {
        Change { kept: next.kept * self.kept, added: next.of(self.added) }
    }
}

impl Kama {
    fn new(n: usize) -> Self {
        let average = Average { last: f64::NAN, gap: 0.0, first: None };
        Kama { n, moves: Sums::new(n), past: Past::new(n), average }
    }
}

impl Average {
    /// Candles to each of which the path is known, which stands in `out`.
    fn follow(&mut self, x: &[f64], old: &[f64], out: &mut [f64]) {
        let to_pair = usize::from(self.first.is_some());
        let old = &old[..x.len()];
        self.one_by_one(&x[..to_pair], &old[..to_pair], &mut out[..to_pair]);
        let (x, x_rest) = x[to_pair..].as_chunks::<TOGETHER>();
        let (old, old_rest) = old[to_pair..].as_chunks::<TOGETHER>();
        let (out, out_rest) = out[to_pair..].as_chunks_mut::<TOGETHER>();
        for ((x, old), out) in x.iter().zip(old).zip(out) {
            self.together(x, old, out);
        }
        self.one_by_one(x_rest, old_rest, out_rest);
    }

    /// Eight times two candles.
    #[inline]
    fn together(&mut self, x: &[f64; TOGETHER], old: &[f64; TOGETHER], out: &mut [f64; TOGETHER]) {
        let kept: [f64; TOGETHER] = std::array::from_fn(|index| kept(x[index] - old[index], out[index]));
        let change = |index: usize| {
            let last = if index == 0 { self.last } else { x[index - 1] };
            Change { kept: kept[index], added: kept[index] * (last - x[index]) }
        };
        let mut gap = self.gap;
        for first in (0..TOGETHER).step_by(2) {
            let (one, next) = (change(first), change(first + 1));
            out[first] = x[first] + one.of(gap);
            gap = one.and(next).of(gap);
            out[first + 1] = x[first + 1] + gap;
        }
        (self.gap, self.last) = (gap, x[TOGETHER - 1]);
    }

    /// Any candles. Until there is an average, it is the value itself.
    fn one_by_one(&mut self, x: &[f64], old: &[f64], out: &mut [f64]) {
        for ((&x, &old), out) in x.iter().zip(old).zip(out) {
            if out.is_finite() {
                let kept = kept(x - old, *out);
                self.change(Change { kept, added: kept * (self.last - x) });
                *out = x + self.gap;
            } else {
                (self.gap, self.first) = (0.0, None);
            }
            self.last = x;
        }
    }

    fn change(&mut self, change: Change) {
        (self.gap, self.first) = match self.first {
            Some((gap, first)) => (first.and(change).of(gap), None),
            None => (change.of(self.gap), Some((self.gap, change))),
        };
    }
}

impl Step for Kama {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let x = inputs.column(0);
        self.moves.extend_by(x.len(), |moves| {
            moves[0] = (x[0] - self.average.last).abs();
            let pairs = x.iter().zip(&x[1..]);
            moves[1..].iter_mut().zip(pairs).for_each(|(way, (before, x))| *way = (x - before).abs());
        });
        self.moves.infinite_sums(self.n, out);
        let old = self.past.extend(x);
        if known(out) == out.len() { self.average.follow(x, old, out) } else { self.average.one_by_one(x, old, out) }
    }
}

/// The share of its distance from x that the average keeps, after a change on a path of this length.
#[inline]
fn kept(change: f64, path: f64) -> f64 {
    // Rounding may make the path shorter than the way; where nothing moved, there is no number, and this gives 1.
    let straight = (change.abs() / path).min(1.0);
    let factor = straight * (FAST - SLOW) + SLOW;
    1.0 - factor * factor
}
