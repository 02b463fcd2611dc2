//! Sums and means of the last n values.
//!
//! Sums of two values make sums of four, those make sums of eight, and a window is put together from these:
//! 14 = 2 + 4 + 8. Nothing is ever taken away, so nothing drifts, a huge value that has left leaves no trace,
//! zeros give exactly zero, and the result depends on the n values alone, not on where the history starts.
//! No candle waits for the one before it, so several go through at once.

use super::window::Past;

/// Sums over the last values of a series, for windows of any length up to the longest; unknown while one of
/// the values is.
pub(super) struct Sums {
    /// Sums of 1, 2, 4, … values.
    powers: Vec<Past>,
    /// Length of the last block.
    block: usize,
}

impl Sums {
    /// For windows of at most so many values.
    pub(super) fn new(longest: usize) -> Self {
        // A power's sums are read from as far back as the next power, or the rest of the longest window, goes.
        let depth = |length: usize| if 2 * length <= longest { length } else { longest - length };
        let powers = (0..=longest.ilog2()).map(|power| Past::new(depth(1 << power))).collect();
        Sums { powers, block: 0 }
    }

    /// Takes a block, over which windows are then summed.
    pub(super) fn extend(&mut self, block: &[f64]) {
        self.extend_by(block.len(), |room| room.copy_from_slice(block));
    }

    /// Takes a block of so many values, which `fill` puts where they stay.
    pub(super) fn extend_by(&mut self, length: usize, fill: impl FnOnce(&mut [f64])) {
        self.block = length;
        fill(self.powers[0].new_block(length));
        for power in 1..self.powers.len() {
            let (below, above) = self.powers.split_at_mut(power);
            let halves = &below[power - 1];
            let (newer, older) = (halves.block(length, 0), halves.block(length, 1 << (power - 1)));
            for ((sum, newer), older) in above[0].new_block(length).iter_mut().zip(newer).zip(older) {
                *sum = newer + older;
            }
        }
    }

    /// Fills `out`, as long as the last block, with the sums of the last n values.
    pub(super) fn sums(&self, n: usize, out: &mut [f64]) {
        // Of an infinite value nothing is known.
        self.windows(n, out, |sum, _, _| sum, |sum, _| sum + 0.0 * sum);
    }

    /// As [`Sums::sums`], but infinite or unknown where one of the values is infinite.
    pub(super) fn infinite_sums(&self, n: usize, out: &mut [f64]) {
        self.windows(n, out, |sum, _, _| sum, |sum, _| sum);
    }

    /// Fills `out`, as long as the last block, with the means of the last n values.
    pub(super) fn means(&self, n: usize, out: &mut [f64]) {
        let one_nth = 1.0 / n as f64;
        // Of an infinite value nothing is known. As distances from the newest value: equal values are no distance apart, and their mean is that value.
        self.windows(
            n,
            out,
            |sum, length, newest| sum - length * newest,
            |above, newest| newest + above * one_nth + 0.0 * above,
        );
    }

    /// Puts the windows of n values together that end in the last block: adds the terms of their parts, made from
    /// each part's sum and length and the newest value, and turns the whole into what is told.
    fn windows(
        &self,
        n: usize,
        out: &mut [f64],
        term: impl Fn(f64, f64, f64) -> f64,
        finish: impl Fn(f64, f64) -> f64,
    ) {
        let newest = self.part(1, 0);
        let mut rest = n;
        let mut take = || {
            let (length, newer) = (lowest_power(rest), n - rest);
            rest -= length;
            (self.part(length, newer), length as f64, rest == 0)
        };
        // Several in one go: what is added up is read and written less often.
        let (a, length, is_all) = take();
        if n.count_ones() % 2 == 1 {
            if is_all {
                return update(out, [a, newest], |_, [a, x]| finish(term(a, length, x), x));
            }
            let ((b, length_b, _), (c, length_c, is_all)) = (take(), take());
            let three = |a, b, c, x| term(a, length, x) + (term(b, length_b, x) + term(c, length_c, x));
            if is_all {
                return update(out, [a, b, c, newest], |_, [a, b, c, x]| finish(three(a, b, c, x), x));
            }
            update(out, [a, b, c, newest], |_, [a, b, c, x]| three(a, b, c, x));
        } else {
            let (b, length_b, is_all) = take();
            let both = |a, b, x| term(a, length, x) + term(b, length_b, x);
            if is_all {
                return update(out, [a, b, newest], |_, [a, b, x]| finish(both(a, b, x), x));
            }
            update(out, [a, b, newest], |_, [a, b, x]| both(a, b, x));
        }
        loop {
            let ((a, length_a, _), (b, length_b, is_all)) = (take(), take());
            let add = |sum: f64, a, b, x| sum + (term(a, length_a, x) + term(b, length_b, x));
            if is_all {
                return update(out, [a, b, newest], |sum, [a, b, x]| finish(add(sum, a, b, x), x));
            }
            update(out, [a, b, newest], |sum, [a, b, x]| add(sum, a, b, x));
        }
    }

    /// The sums of so many values, a power of two, before which so many newer ones stand.
    fn part(&self, length: usize, newer: usize) -> &[f64] {
        self.powers[length.trailing_zeros() as usize].block(self.block, newer)
    }
}

/// The lowest power of two that a number above zero is made of.
fn lowest_power(number: usize) -> usize {
    number & number.wrapping_neg()
}

/// Changes a column by what stands in others beside it.
fn update<const I: usize>(out: &mut [f64], others: [&[f64]; I], make: impl Fn(f64, [f64; I]) -> f64) {
    let others = others.map(|other| &other[..out.len()]);
    for index in 0..out.len() {
        out[index] = make(out[index], others.map(|other| other[index]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::BLOCK;

    /// The last sum and mean of a window over the values.
    fn last(n: usize, values: &[f64]) -> (f64, f64) {
        let mut window = Sums::new(n + 3);
        values.chunks(BLOCK).for_each(|block| window.extend(block));
        let (mut sums, mut means) = (vec![f64::NAN; window.block], vec![f64::NAN; window.block]);
        window.sums(n, &mut sums);
        window.means(n, &mut means);
        (sums[sums.len() - 1], means[means.len() - 1])
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
        assert_eq!(last(20, &values), last(20, &values[values.len() - 20..]));
    }

    #[test]
    fn large_values_leave_no_trace() {
        let values = [1e9, 1e-8, 3e-8, 1e9, 1e-8, 2e-8, 4e-8];
        assert!((last(3, &values).0 / 7e-8 - 1.0).abs() < 1e-15);
        assert!((last(3, &values).1 / (7e-8 / 3.0) - 1.0).abs() < 1e-15);
        assert_eq!(last(2, &[0.1, 1e12 / 3.0, 0.7, 0.0, 0.0]), (0.0, 0.0));
    }

    #[test]
    fn sums_are_those_of_the_last_values() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        for n in 1..=40 {
            for end in n..=100 {
                let expected: f64 = values[end - n..end].iter().sum();
                assert_eq!(last(n, &values[..end]), (expected, expected / n as f64), "of {n} up to {end}");
            }
        }
    }

    #[test]
    fn an_unknown_value_is_forgotten_after_n() {
        assert!(last(2, &[1.0]).0.is_nan());
        for unknown in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let (sum, mean) = last(2, &[1.0, unknown, 2.0]);
            assert!(sum.is_nan() && mean.is_nan());
            assert!(last(1, &[1.0, unknown]).1.is_nan());
        }
        assert_eq!(last(2, &[1.0, f64::NAN, 2.0, 3.0]).0, 5.0);
    }
}
