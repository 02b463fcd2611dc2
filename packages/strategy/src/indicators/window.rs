//! What window functions share: the last n values, and a sum over them that does not drift.

use super::runs::known;
use crate::plan::BLOCK;

/// The last n values before a block and the block behind them, in one piece.
///
/// Before the first value stand unknown ones. The values move to the front of the buffer only when it is
/// full, so that a block of one costs no more than its share.
pub(super) struct Past {
    n: usize,
    values: Vec<f64>,
    /// Where the last n values end.
    end: usize,
}

impl Past {
    pub(super) fn new(n: usize) -> Self {
        Past { n, values: vec![f64::NAN; n + n.max(BLOCK)], end: n }
    }

    /// Takes a block of at most [`BLOCK`] values; gives the n values before it, and it.
    pub(super) fn extend(&mut self, block: &[f64]) -> &[f64] {
        let values = self.room(block.len());
        let before = values.len() - block.len();
        values[before..].copy_from_slice(block);
        values
    }

    /// The n last values, and behind them room for so many new ones, at most [`BLOCK`], to be filled.
    pub(super) fn room(&mut self, length: usize) -> &mut [f64] {
        if self.end + length > self.values.len() {
            self.values.copy_within(self.end - self.n..self.end, 0);
            self.end = self.n;
        }
        let start = self.end - self.n;
        self.end += length;
        &mut self.values[start..self.end]
    }
}

/// A sum to which values are added and from which they are taken, exact to twice a double's digits.
///
/// The rounding error of every addition is kept beside the sum (Knuth's two-sum), so that nothing drifts
/// over millions of candles, and the result does not depend on where the history starts.
#[derive(Default, Clone, Copy)]
pub(super) struct ExactSum {
    sum: f64,
    error: f64,
}

impl ExactSum {
    pub(super) fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let back = sum - self.sum;
        self.error += (self.sum - (sum - back)) + (value - back);
        self.sum = sum;
    }

    /// Takes one value out and another in.
    pub(super) fn replace(&mut self, old: f64, new: f64) {
        let change = new - old;
        let back = change - new;
        self.error += (new - (change - back)) - (old + back);
        self.add(change);
    }

    /// The sum and the error it has gathered.
    pub(super) fn parts(self) -> (f64, f64) {
        (self.sum, self.error)
    }
}

/// The sum over n, rounded once: the mean of equal values is that value.
fn mean(sum: f64, error: f64, n: f64) -> f64 {
    // Out of the loop this is divided once; multiplying is several times faster.
    let one_nth = 1.0 / n;
    let quotient = sum * one_nth;
    quotient + (remainder(sum, quotient, n) + error) * one_nth
}

/// sum − quotient · n without rounding, by splitting the quotient into halves whose products are exact
/// (Veltkamp and Dekker; n is a whole number below 2^26).
fn remainder(sum: f64, quotient: f64, n: f64) -> f64 {
    const SPLIT: f64 = 134_217_729.0; // 2^27 + 1
    let shifted = quotient * SPLIT;
    let high = shifted - (shifted - quotient);
    let low = quotient - high;
    let product = quotient * n;
    let product_error = (high * n - product) + low * n;
    (sum - product) - product_error
}

/// The sum of the last n values; unknown while one of them is.
pub(super) struct WindowSum {
    n: usize,
    past: Past,
    sum: ExactSum,
    /// What the rounded sums of a block lack.
    errors: Vec<f64>,
    /// Known values in a row, at most n.
    run: usize,
}

impl WindowSum {
    pub(super) fn new(n: usize) -> Self {
        WindowSum { n, past: Past::new(n), sum: ExactSum::default(), errors: vec![f64::NAN; BLOCK], run: 0 }
    }

    /// Takes a block; fills `out` with the means.
    pub(super) fn means(&mut self, block: &[f64], out: &mut [f64]) {
        let n = self.n as f64;
        self.run(block, out);
        // A loop of its own, because it goes several candles at a time, and the sums cannot.
        for (out, error) in out.iter_mut().zip(&self.errors) {
            *out = mean(*out, *error, n);
        }
    }

    /// Takes a block; fills `out` with the sums.
    pub(super) fn sums(&mut self, block: &[f64], out: &mut [f64]) {
        self.run(block, out);
        for (out, error) in out.iter_mut().zip(&self.errors) {
            *out += *error;
        }
    }

    /// Takes a block; fills `sums` with the rounded sums, and the errors with what they lack.
    fn run(&mut self, block: &[f64], sums: &mut [f64]) {
        let values = self.past.extend(block);
        let (old, new) = (&values[..block.len()], block);
        let places = sums.iter_mut().zip(&mut self.errors).zip(old).zip(new);
        let mut sum = self.sum;
        if self.run == self.n && known(block) == block.len() {
            for (((out, error), &old), &new) in places {
                sum.replace(old, new);
                (*out, *error) = sum.parts();
            }
        } else {
            for (((out, error), &old), &new) in places {
                if !new.is_finite() {
                    (sum, self.run) = (ExactSum::default(), 0);
                } else if self.run == self.n {
                    sum.replace(old, new);
                } else {
                    sum.add(new);
                    self.run += 1;
                }
                (*out, *error) = if self.run == self.n { sum.parts() } else { (f64::NAN, f64::NAN) };
            }
        }
        self.sum = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The last sum and mean of a window over the values.
    fn last(n: usize, values: &[f64]) -> (f64, f64) {
        let (mut sums, mut means) = (WindowSum::new(n), WindowSum::new(n));
        let (mut sum, mut mean) = ([f64::NAN; BLOCK], [f64::NAN; BLOCK]);
        let mut at = 0;
        for block in values.chunks(BLOCK) {
            at = block.len() - 1;
            sums.sums(block, &mut sum[..=at]);
            means.means(block, &mut mean[..=at]);
        }
        (sum[at], mean[at])
    }

    #[test]
    fn the_mean_of_equal_values_is_that_value() {
        for n in 1..200 {
            for value in [0.1, 1e-8, 63_110.01, 1e9 / 3.0] {
                assert_eq!(last(n, &vec![value; 3 * n]).1, value, "{n} times {value}");
            }
        }
    }

    #[test]
    fn nothing_drifts_in_ten_million_candles() {
        let mut random = 12_345_u64;
        let mut next = || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 11) as f64 / (1u64 << 53) as f64 * 1e5
        };
        let values: Vec<f64> = (0..10_000_000).map(|_| next()).collect();
        let rolling = last(20, &values).0;
        let fresh: f64 = values[values.len() - 20..].iter().sum();
        assert!((rolling / fresh - 1.0).abs() < 1e-15);
    }

    #[test]
    fn large_values_leave_no_trace() {
        let values = [1e9, 1e-8, 3e-8, 1e9, 1e-8, 2e-8, 4e-8];
        assert!((last(3, &values).0 / 7e-8 - 1.0).abs() < 1e-15);
    }

    #[test]
    fn an_unknown_value_is_forgotten_after_n() {
        assert!(last(2, &[1.0]).0.is_nan());
        assert!(last(2, &[1.0, f64::NAN, 2.0]).0.is_nan());
        assert_eq!(last(2, &[1.0, f64::NAN, 2.0, 3.0]).0, 5.0);
    }
}
