//! The highest or lowest of the last n values, made of those of the last 1, 2, 4, … values.
//!
//! The highest of the last 2k values is the higher one of two: of the last k, and of the k before them. So values are
//! compared with those 1, 2, 4, … candles ago, until more than half of n are covered, and a last time with those whose
//! first is n candles ago: that some are seen twice changes no extreme. Each of these few passes over a block takes several
//! values at once, and what is told hangs on the last n values alone, in one grouping.

use super::runs::known;
use super::window::Past;

/// The extreme of the last n values; `join` picks from two known values.
pub(super) struct Extremes<F> {
    n: usize,
    join: F,
    /// What each pass looks back on.
    passes: Vec<Past>,
    /// How many of the last values are known in a row, at most n.
    known: usize,
}

impl<F: Fn(f64, f64) -> f64> Extremes<F> {
    pub(super) fn new(n: usize, join: F) -> Self {
        let (mut passes, mut covered) = (Vec::new(), 1);
        while covered < n {
            let back = covered.min(n - covered);
            passes.push(Past::new(back));
            covered += back;
        }
        Extremes { n, join, passes, known: 0 }
    }

    /// Takes a block; fills `out` with the extreme at each candle, unknown while one of the last n values is.
    pub(super) fn run(&mut self, x: &[f64], out: &mut [f64]) {
        let Some((first, later)) = self.passes.split_first_mut() else {
            out.copy_from_slice(x);
            return self.hide_unknown(x, out);
        };
        let mut values = first.extend(x);
        for past in later {
            pass(&self.join, values, past.new_block(x.len()));
            values = past.newest(x.len());
        }
        pass(&self.join, values, out);
        if known(x) == x.len() && self.known + 1 >= self.n {
            self.known = self.n;
        } else {
            self.hide_unknown(x, out);
        }
    }

    fn hide_unknown(&mut self, x: &[f64], out: &mut [f64]) {
        for (x, out) in x.iter().zip(out) {
            self.known = if x.is_finite() { self.n.min(self.known + 1) } else { 0 };
            if self.known < self.n {
                *out = f64::NAN;
            }
        }
    }
}

/// Joins the last values, as many as `out` has room for, with the first ones.
fn pass<F: Fn(f64, f64) -> f64>(join: &F, values: &[f64], out: &mut [f64]) {
    let last = &values[values.len() - out.len()..];
    out.iter_mut().zip(last).zip(values).for_each(|((out, &value), &before)| *out = join(value, before));
}
