//! The lowest and the highest of any of the values in a row, found at once.

use std::ops::Range;

/// Values whose ranges are asked for their extremes again and again.
#[derive(Debug, Clone, Default)]
pub struct Extremes {
    /// How many values there are.
    length: usize,
    /// The lowest and the highest from each value on: of that value alone, then of two, then of four, and so on. The
    /// last ranges of each length are cut off where the values end.
    rows: Vec<[f64; 2]>,
}

/// Longest ranges that are known, as a power of two: longer ones are put together from these.
const MOST: usize = 6;

impl Extremes {
    /// Takes other values in place of those before.
    pub fn set(&mut self, values: &[f64]) {
        self.length = values.len();
        self.rows.clear();
        self.rows.extend(values.iter().map(|value| [*value, *value]));
        for power in 0..MOST {
            let (row, half) = (power * self.length, 1 << power);
            let joined = self.length.saturating_sub(half);
            self.rows.extend_from_within(row..row + self.length);
            for start in 0..joined {
                self.rows[row + self.length + start] = join(self.rows[row + start], self.rows[row + start + half]);
            }
        }
    }

    /// The lowest and the highest of the values with these numbers, at least one.
    #[must_use]
    pub fn of(&self, range: Range<usize>) -> [f64; 2] {
        let power = (range.len().ilog2() as usize).min(MOST);
        let (row, length) = (&self.rows[power * self.length..], 1 << power);
        let mut extremes = join(row[range.start], row[range.end - length]);
        // What lies between the first and the last of them, where that is more than both.
        let mut start = range.start + length;
        while start + length < range.end {
            extremes = join(extremes, row[start]);
            start += length;
        }
        extremes
    }
}

fn join([low, high]: [f64; 2], [other_low, other_high]: [f64; 2]) -> [f64; 2] {
    [if other_low < low { other_low } else { low }, if other_high > high { other_high } else { high }]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_range_has_its_extremes(values in prop::collection::vec(-9.0..9.0_f64, 1..600), a in 0..600_usize, b in 0..600_usize) {
            let mut extremes = Extremes::default();
            extremes.set(&[1.0; 700]);
            extremes.set(&values);
            let (a, b) = (a % values.len(), b % values.len());
            let range = a.min(b)..a.max(b) + 1;
            let low = values[range.clone()].iter().copied().fold(f64::INFINITY, f64::min);
            let high = values[range.clone()].iter().copied().fold(f64::NEG_INFINITY, f64::max);
            prop_assert_eq!(extremes.of(range), [low, high]);
        }
    }
}
