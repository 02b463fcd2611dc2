//! A column of numbers in few characters: whole steps of a power of ten, each as the change from the one before.

use serde::Serialize;

/// Most decimals that are tried for an exact column.
const DECIMALS_MAX: i32 = 12;
/// Steps below this are held exactly by a double, here and in the page.
const STEPS_MAX: f64 = 9_007_199_254_740_992.0;

/// Numbers as `(sum of the changes up to here) / 10^decimals`.
#[derive(Debug, Serialize, PartialEq)]
pub(super) struct Column {
    decimals: i32,
    /// Change from the value before; `None` where there is no value.
    changes: Vec<Option<i64>>,
}

impl Column {
    /// Values that read back the same wherever they have no more than twelve decimals, as prices do;
    /// else rounded to fifteen digits of the largest.
    pub(super) fn exact(values: &[f64]) -> Self {
        let exact = (0..=DECIMALS_MAX).find(|&decimals| values.iter().all(|&value| is_exact(value, decimals)));
        exact.map_or_else(|| Column::rounded(values, 15), |decimals| Column::new(values, decimals))
    }

    /// Values rounded to so many significant digits of the largest; what is no number has no value.
    pub(super) fn rounded(values: &[f64], digits: i32) -> Self {
        let largest =
            values.iter().filter(|value| value.is_finite()).fold(0.0_f64, |most, value| most.max(value.abs()));
        let whole_digits = if largest > 0.0 { largest.log10().floor() as i32 + 1 } else { 1 };
        Column::new(values, (digits - whole_digits).clamp(0, 300))
    }

    fn new(values: &[f64], decimals: i32) -> Self {
        let mut before = 0;
        let mut change = |&value: &f64| {
            let steps = steps(value, decimals);
            let now = steps.is_finite().then_some(steps as i64)?;
            Some(now - std::mem::replace(&mut before, now))
        };
        Column { decimals, changes: values.iter().map(&mut change).collect() }
    }
}

fn steps(value: f64, decimals: i32) -> f64 {
    (value * 10.0_f64.powi(decimals)).round()
}

fn is_exact(value: f64, decimals: i32) -> bool {
    let steps = steps(value, decimals);
    !value.is_finite() || (steps.abs() < STEPS_MAX && steps / 10.0_f64.powi(decimals) == value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(column: &Column) -> Vec<Option<f64>> {
        let mut sum = 0;
        let scale = 10.0_f64.powi(column.decimals);
        let mut value = |change: &Option<i64>| {
            sum += (*change)?;
            Some(sum as f64 / scale)
        };
        column.changes.iter().map(&mut value).collect()
    }

    #[test]
    fn columns_are_short() {
        let column = Column::exact(&[37_000.25, 37_001.0, f64::NAN, 36_999.5]);
        assert_eq!(column, Column { decimals: 2, changes: vec![Some(3_700_025), Some(75), None, Some(-150)] });
        assert_eq!(read(&Column::rounded(&[12_345.678_9, 0.123_456], 7)), [Some(12_345.68), Some(0.12)]);
        assert_eq!(read(&Column::rounded(&[0.000_123_456_789, f64::INFINITY], 3)), [Some(0.000_123), None]);
        assert_eq!(read(&Column::rounded(&[], 7)), []);
        assert_eq!(read(&Column::exact(&[1.0 / 3.0])), [Some(0.333_333_333_333_333)]);
    }

    proptest! {
        #[test]
        fn prices_read_back_the_same(steps in prop::collection::vec(0_i64..10_000_000_000, 0..50), decimals in 0..9) {
            let prices: Vec<f64> = steps.iter().map(|&steps| steps as f64 / 10.0_f64.powi(decimals)).collect();
            let expected: Vec<Option<f64>> = prices.iter().copied().map(Some).collect();
            prop_assert_eq!(read(&Column::exact(&prices)), expected);
        }

        #[test]
        fn rounding_is_finer_than_a_pixel(values in prop::collection::vec(-1e12..1e12_f64, 1..50)) {
            let largest = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
            for (read, value) in read(&Column::rounded(&values, 7)).into_iter().zip(values) {
                prop_assert!((read.unwrap() - value).abs() <= largest * 1e-6);
            }
        }
    }
}
