//! `kama(x, n)`: Kaufman's adaptive moving average.
//!
//! y = y₋₁ + c · (x − y₋₁), where c lies between the squared factors of an `ema` over 30 and over 2 candles,
//! by how straight the last n moves went; begun with the value before the first. Lookback n. Unit of x.
//! TA-Lib `KAMA`.

use super::ema::fading;
use super::runs::{Runs, Window};
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
    /// How far x went from candle to candle.
    moves: Vec<f64>,
    last: f64,
    past: Past,
    averages: Runs<3, Average>,
}

impl Kama {
    fn new(n: usize) -> Self {
        let averages = Runs::new(n, Average { last: f64::NAN, gap: 0.0 });
        Kama { moves: vec![0.0; BLOCK], last: f64::NAN, past: Past::new(n), averages }
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
        self.last = x[x.len() - 1];
        let old = &self.past.extend(x)[..x.len()];
        self.averages.run([moves, x, old], out);
    }
}

/// The average over moves, x, and x of n candles ago. The path is the sum of the last n moves.
struct Average {
    last: f64,
    /// The average less the last value.
    gap: f64,
}

impl Window<3> for Average {
    type Total = f64;
    type Kept = f64;

    fn nothing(&self) -> f64 {
        0.0
    }

    #[inline]
    fn in_front(&self, end: f64, [way, ..]: [f64; 3], _: [f64; 3]) -> f64 {
        end + way
    }

    #[inline]
    fn behind(&self, begin: f64, [way, ..]: [f64; 3], _: [f64; 3]) -> f64 {
        begin + way
    }

    #[inline]
    fn keep(&self, end: f64) -> f64 {
        end
    }

    #[inline]
    fn read(&mut self, end: f64, begin: f64, [_, x, old]: [f64; 3], _: [f64; 3]) -> f64 {
        self.gap = kept(x - old, end + begin) * (self.gap + (self.last - x));
        self.last = x;
        x + self.gap
    }

    /// Until there is an average, it is the value itself.
    fn skip(&mut self, [_, x, _]: [f64; 3]) {
        (self.last, self.gap) = (x, 0.0);
    }

    /// Where the moves of the last n candles are known, x is too.
    const JUDGED: usize = 1;
}

/// The share of its distance from x that the average keeps, after a change on a path of this length.
#[inline]
fn kept(change: f64, path: f64) -> f64 {
    let straight = change.abs() / path;
    // Rounding may make the path shorter than the way; where nothing moved, there is no number.
    let straight = if straight < 1.0 { straight } else { 1.0 };
    let factor = straight * (FAST - SLOW) + SLOW;
    1.0 - factor * factor
}
