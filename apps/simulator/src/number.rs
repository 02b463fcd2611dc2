//! Numbers as the exchange writes them: decimal strings that keep every digit.

/// The exchange never writes fewer decimals than this.
const LEAST_DECIMALS: usize = 8;
/// Whole numbers up to here are exact in an `f64`.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// The shortest decimal text that reads back as the same `f64`, padded to eight decimals.
pub(crate) fn decimal(value: f64) -> String {
    let mut text = value.to_string();
    let decimals = match text.find('.') {
        Some(dot) => text.len() - dot - 1,
        None => {
            text.push('.');
            0
        }
    };
    text.extend(std::iter::repeat_n('0', LEAST_DECIMALS.saturating_sub(decimals)));
    text
}

/// The `f64` nearest to `value` with at most `decimals` decimals.
///
/// The quotient of two exact whole numbers is what the parser makes of the same digits, so sums of
/// parsed volumes come out as if they had been added in decimal. Values too large for that stay as they are.
pub(crate) fn round_to(value: f64, decimals: u32) -> f64 {
    let scale = 10_f64.powi(i32::try_from(decimals).unwrap_or(0));
    let scaled = value * scale;
    if scaled.abs() >= LARGEST_EXACT { value } else { scaled.round() / scale }
}

/// One step of a quantity with `decimals` decimals: `0.01` for two.
pub(crate) fn step(decimals: u32) -> f64 {
    round_to(10_f64.powi(-i32::try_from(decimals).unwrap_or(0)), decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: f64, text: &str) {
        assert_eq!(decimal(value), text);
        assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits());
    }

    #[test]
    fn numbers_keep_every_digit() {
        check(0.0, "0.00000000");
        check(42_000.0, "42000.00000000");
        check(0.1 + 0.2, "0.30000000000000004");
        check(1e-7, "0.00000010");
        check(123_456.78, "123456.78000000");
        check(0.000_000_012_345, "0.000000012345");
    }

    #[test]
    fn sums_are_as_if_added_in_decimal() {
        assert_eq!(round_to(0.1 + 0.2, 8), 0.3);
        assert_eq!(round_to(1e12 + 0.123, 8), 1e12 + 0.123);
        assert_eq!(step(2), 0.01);
        assert_eq!(step(0), 1.0);
    }
}
