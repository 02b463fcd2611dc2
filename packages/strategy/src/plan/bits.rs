//! Columns of bits: whether something holds, for each candle.

/// Candles that share a word; the lowest bit is the first of them.
pub(crate) const WORD: usize = u64::BITS as usize;

/// Each bit of a word by itself.
static BITS: [u64; WORD] = {
    let mut bits = [1; WORD];
    let mut index = 1;
    while index < WORD {
        bits[index] = 2 * bits[index - 1];
        index += 1;
    }
    bits
};

/// A bit for each row of columns of one length, at most [`WORD`] rows: whether it holds there.
pub(crate) fn word<const COLUMNS: usize>(columns: [&[f64]; COLUMNS], holds: impl Fn([f64; COLUMNS]) -> bool) -> u64 {
    let mut whole = [&[0.0; WORD]; COLUMNS];
    for (whole, column) in whole.iter_mut().zip(columns) {
        let Some(column) = column.first_chunk() else {
            let rows = 0..column.len();
            return rows.fold(0, |word, row| word | u64::from(holds(columns.map(|column| column[row]))) << row);
        };
        *whole = column;
    }
    whole_word(whole, holds)
}

/// Of a known number of rows, and without a branch in the loop, several go at once.
fn whole_word<const COLUMNS: usize>(columns: [&[f64; WORD]; COLUMNS], holds: impl Fn([f64; COLUMNS]) -> bool) -> u64 {
    let mut word = 0;
    for row in 0..WORD {
        word |= u64::from(holds(columns.map(|column| column[row]))).wrapping_neg() & BITS[row];
    }
    word
}

/// A bit for each value: whether it is above zero, as conditions are that hold.
pub(crate) fn fill(values: &[f64], out: &mut [u64]) {
    out.iter_mut().zip(values.chunks(WORD)).for_each(|(out, values)| *out = word([values], |[value]| value > 0.0));
}

/// The lowest so many bits.
pub(crate) fn ones(count: usize) -> u64 {
    u64::MAX.checked_shr((WORD - count) as u32).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_row_that_holds_has_its_bit(
            rows in prop::collection::vec((prop::sample::select(vec![0.0, 1.0, -1.0, f64::NAN]), 0.0..0.5), 0..=WORD),
        ) {
            let (a, b): (Vec<f64>, Vec<f64>) = rows.iter().copied().unzip();
            let expected = rows.iter().enumerate().fold(0, |word, (row, (a, b))| word | u64::from(a > b) << row);
            prop_assert_eq!(word([&a, &b], |[a, b]| a > b), expected);
        }
    }

    #[test]
    fn the_lowest_bits_are_counted() {
        assert_eq!((ones(0), ones(3), ones(WORD)), (0, 0b111, u64::MAX));
    }
}
