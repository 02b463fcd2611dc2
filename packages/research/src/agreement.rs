//! Whether two tellings of the same past agree, to the bit.

/// Where two tellings of the same past differ first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The row: the earliest in which any column differs.
    pub row: usize,
    /// The first column that differs there.
    pub column: usize,
    /// Its value in the whole.
    pub whole: f64,
    /// Its value in the part; `None` where the part ends before.
    pub part: Option<f64>,
}

/// The first difference between the beginning of `whole` and `part`, both a list of columns: `None` where every value
/// of the first `rows` rows is the same to the bit. Unknown values (NaN) are the same as each other and as nothing else.
#[must_use]
pub fn first_difference(whole: &[Vec<f64>], part: &[Vec<f64>], rows: usize) -> Option<Difference> {
    let of_column = |(column, (whole, part)): (usize, (&Vec<f64>, &Vec<f64>))| {
        let row =
            (0..rows.min(whole.len())).find(|row| !part.get(*row).is_some_and(|part| same(whole[*row], *part)))?;
        Some(Difference { row, column, whole: whole[row], part: part.get(row).copied() })
    };
    let differences = whole.iter().zip(part).enumerate().filter_map(of_column);
    differences.min_by_key(|difference| (difference.row, difference.column))
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// At most `count` of the numbers below `length`, rising, evenly spread, the last one among them.
#[must_use]
pub fn spread(count: usize, length: usize) -> Vec<usize> {
    let count = count.min(length);
    (1..=count).map(|n| n * length / count - 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;

    #[track_caller]
    fn check(whole: &[&[f64]], part: &[&[f64]], rows: usize, expected: Option<(usize, usize)>) {
        let columns = |all: &[&[f64]]| all.iter().map(|column| column.to_vec()).collect::<Vec<_>>();
        let found = first_difference(&columns(whole), &columns(part), rows);
        assert_eq!(found.map(|difference| (difference.row, difference.column)), expected);
    }

    #[test]
    fn the_earliest_row_counts_then_the_first_column() {
        check(&[&[1.0, 2.0, 3.0]], &[&[1.0, 2.0]], 2, None);
        check(&[&[NAN, 2.0]], &[&[-NAN, 2.0]], 2, None);
        check(&[&[1.0, 2.0], &[1.0, 2.0]], &[&[1.0, 9.0], &[9.0, 2.0]], 2, Some((0, 1)));
        check(&[&[1.0, 2.0], &[1.0, 2.0]], &[&[1.0, 9.0], &[1.0, 9.0]], 2, Some((1, 0)));
        check(&[&[NAN]], &[&[0.0]], 1, Some((0, 0)));
        // The last bit counts, the sign of zero too, and what is missing is no agreement.
        check(&[&[0.3]], &[&[0.1 + 0.2]], 1, Some((0, 0)));
        check(&[&[0.0]], &[&[-0.0]], 1, Some((0, 0)));
        check(&[&[1.0, 2.0]], &[&[1.0]], 2, Some((1, 0)));
        check(&[&[1.0, 2.0]], &[&[1.0]], 1, None);
    }

    #[test]
    fn points_are_spread_up_to_the_last() {
        assert_eq!(spread(4, 8), [1, 3, 5, 7]);
        assert_eq!(spread(3, 10), [2, 5, 9]);
        assert_eq!(spread(9, 3), [0, 1, 2]);
        assert_eq!(spread(1, 5), [4]);
        assert!(spread(5, 0).is_empty() && spread(0, 5).is_empty());
    }
}
