//! Sums over several windows of one series at once, as differences of its running total.
//!
//! For several windows this is less work than putting each together by itself (`sums.rs`). The total is exact to
//! twice a double's digits, so that a window's sum does not drift; and where every value of a window is zero its sum
//! is exactly zero, which a sum that adds and takes away cannot promise.

use super::window::Past;

/// The running total of a series, and what it was at each of the last n candles.
pub(super) struct Totals {
    depth: usize,
    total: ExactSum,
    sums: Past,
    errors: Past,
}

impl Totals {
    /// For windows of at most `depth` values.
    pub(super) fn new(depth: usize) -> Self {
        let (mut sums, mut errors) = (Past::new(depth), Past::new(depth));
        // Before the first value the total is zero, and before that there was none.
        sums.extend(&[0.0]);
        errors.extend(&[0.0]);
        Totals { depth, total: ExactSum::default(), sums, errors }
    }

    /// Takes a block of known values; its totals are then read window by window.
    pub(super) fn extend(&mut self, block: impl ExactSizeIterator<Item = f64>) -> Windows<'_> {
        let (sums, errors) = (self.sums.room(block.len()), self.errors.room(block.len()));
        let mut total = self.total;
        for ((value, sum), error) in block.zip(&mut sums[self.depth..]).zip(&mut errors[self.depth..]) {
            total.add(value);
            (*sum, *error) = total.parts();
        }
        self.total = total;
        Windows { depth: self.depth, sums, errors }
    }
}

/// The totals of a block and of the values before it.
pub(super) struct Windows<'a> {
    depth: usize,
    sums: &'a [f64],
    errors: &'a [f64],
}

impl Windows<'_> {
    /// For each value of the block the sum of the last n, n at most the depth; unknown before there are n.
    pub(super) fn over(&self, n: usize) -> impl Iterator<Item = f64> {
        let before = self.depth - n;
        let sums = self.sums[self.depth..].iter().zip(&self.sums[before..]);
        let errors = self.errors[self.depth..].iter().zip(&self.errors[before..]);
        sums.zip(errors).map(|((new, old), (new_error, old_error))| (new - old) + (new_error - old_error))
    }
}

/// A sum to which values are added and from which they are taken, exact to twice a double's digits.
///
/// The rounding error of every addition is kept beside the sum (Knuth's two-sum), so that nothing drifts
/// over millions of candles, and the result does not depend on where the history starts.
#[derive(Default, Clone, Copy)]
struct ExactSum {
    sum: f64,
    error: f64,
}

impl ExactSum {
    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let back = sum - self.sum;
        self.error += (self.sum - (sum - back)) + (value - back);
        self.sum = sum;
    }

    /// The sum and the error it has gathered.
    fn parts(self) -> (f64, f64) {
        (self.sum, self.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::BLOCK;

    /// The last sum of a window over the values, which come in blocks of this length.
    fn last(n: usize, values: &[f64], block: usize) -> f64 {
        let mut totals = Totals::new(n + 3);
        let mut blocks = values.chunks(block);
        let end = blocks.next_back().unwrap_or_default();
        for block in blocks {
            totals.extend(block.iter().copied());
        }
        totals.extend(end.iter().copied()).over(n).last().unwrap_or(f64::NAN)
    }

    #[test]
    fn sums_are_those_of_the_last_values() {
        for block in 1..5 {
            assert!(last(3, &[1.0, 2.0], block).is_nan());
            assert_eq!(last(3, &[1.0, 2.0, 4.0], block), 7.0);
            assert_eq!(last(3, &[1.0, 2.0, 4.0, 8.0, 16.0], block), 28.0);
        }
    }

    #[test]
    fn nothing_drifts_in_ten_million_candles() {
        let values: Vec<f64> = (0..10_000_000_u64).map(|i| (i * 7919 % 10_007) as f64 / 3.0).collect();
        let fresh: f64 = values[values.len() - 20..].iter().sum();
        assert!((last(20, &values, BLOCK) / fresh - 1.0).abs() < 1e-15);
    }

    #[test]
    fn large_values_leave_no_trace() {
        let values = [1e9, 1e-8, 3e-8, 1e9, 1e-8, 2e-8, 4e-8];
        assert!((last(3, &values, 2) / 7e-8 - 1.0).abs() < 1e-15);
        assert_eq!(last(2, &[0.1, 1e12 / 3.0, 0.7, 0.0, 0.0], 5), 0.0);
    }
}
