//! How much a value still depends on how far back reading begins.

/// A change that is rounding and no more: sums of another beginning differ in their last digits.
pub const SETTLED: f64 = 1e-9;

/// By how much the values of one name differ from those with all history, at the same candles: the largest distance, as
/// a share of the value itself or of the mean size of all of them, whichever is more, so that a value near zero does
/// not count for more than it is.
///
/// `None` is an unknown value; where one is known and the other is not, the change is infinite. 0 without values.
#[must_use]
pub fn largest_change(values: &[Option<f64>], with_all: &[Option<f64>]) -> f64 {
    let sizes = with_all.iter().flatten().map(|value| value.abs());
    let known = with_all.iter().flatten().count();
    let mean = if known == 0 { 0.0 } else { sizes.sum::<f64>() / known as f64 };
    let change = |(value, with_all): (&Option<f64>, &Option<f64>)| match (value, with_all) {
        (Some(value), Some(all)) if value == all => 0.0,
        (Some(value), Some(all)) => (value - all).abs() / all.abs().max(mean),
        (None, None) => 0.0,
        _ => f64::INFINITY,
    };
    values.iter().zip(with_all).map(change).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[Option<f64>], with_all: &[Option<f64>], expected: f64) {
        assert_eq!(largest_change(values, with_all), expected);
    }

    #[test]
    fn changes_are_told_against_the_size_of_the_values() {
        check(&[Some(101.0), Some(99.0)], &[Some(100.0), Some(100.0)], 0.01);
        check(&[Some(1.5), Some(2.0)], &[Some(1.0), Some(2.0)], 1.0 / 3.0);
        check(&[Some(0.0)], &[Some(0.0)], 0.0);
        // A value near zero is judged by the size of the others.
        check(&[Some(0.02), Some(-1.0), Some(2.0)], &[Some(0.0), Some(-1.0), Some(2.0)], 0.02);
        check(&[Some(1.0), None], &[Some(1.0), None], 0.0);
        check(&[Some(1.0), None], &[Some(1.0), Some(1.0)], f64::INFINITY);
        check(&[Some(1.0)], &[None], f64::INFINITY);
        check(&[], &[], 0.0);
    }
}
