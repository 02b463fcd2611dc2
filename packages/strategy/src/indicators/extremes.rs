//! The highest or lowest of the last n values, made of those of the last 1, 4, 16, … values.
//!
//! The highest of the last 4k values is the highest of four: of the last k, of the k before them, and so on. So values are
//! compared with those 1, 2 and 3 candles ago, what comes of it with that 4, 8 and 12 candles ago, and a last time with as
//! much as is missing to n: that some are seen twice changes no extreme. Each of these few passes over a block takes several
//! values at once, and what is told hangs on the last n values alone, in one grouping.

use super::runs::known;
use super::window::Past;

/// The extreme of the last n values; `join` picks from two known values.
pub(super) struct Extremes<F> {
    n: usize,
    join: F,
    passes: Vec<Pass>,
    /// How many of the last values are known in a row, at most n.
    known: usize,
}

/// Joins each value with three before it.
struct Pass {
    /// How many candles ago these were, the oldest last.
    backs: [usize; 3],
    past: Past,
}

impl<F: Fn(f64, f64) -> f64> Extremes<F> {
    pub(super) fn new(n: usize, join: F) -> Self {
        let (mut passes, mut covered) = (Vec::new(), 1);
        while covered < n {
            let backs = [1, 2, 3].map(|times| (times * covered).min(n - covered));
            passes.push(Pass { backs, past: Past::new(backs[2]) });
            covered += backs[2];
        }
        Extremes { n, join, passes, known: 0 }
    }

    /// Takes a block; fills `out` with the extreme at each candle, unknown while one of the last n values is.
    pub(super) fn run(&mut self, x: &[f64], out: &mut [f64]) {
        if let Some(first) = self.passes.first_mut() {
            first.past.extend(x);
        } else {
            out.copy_from_slice(x);
        }
        for index in 0..self.passes.len() {
            let (done, left) = self.passes.split_at_mut(index + 1);
            let out = left.first_mut().map_or(&mut *out, |next| next.past.new_block(x.len()));
            done[index].join(&self.join, out);
        }
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

impl Pass {
    /// Fills `out`, as long as the last block.
    fn join<F: Fn(f64, f64) -> f64>(&self, join: &F, out: &mut [f64]) {
        let ago = |back: usize| self.past.block(out.len(), back);
        let (values, [a, b, c]) = (ago(0), self.backs.map(ago));
        for ((((out, &x), &a), &b), &c) in out.iter_mut().zip(values).zip(a).zip(b).zip(c) {
            *out = join(join(x, a), join(b, c));
        }
    }
}
