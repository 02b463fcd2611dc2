//! Numbers as the exchange writes them: decimal strings that keep every digit.

/// The exchange never writes fewer decimals than this.
const LEAST_DECIMALS: usize = 8;
/// Whole numbers up to here are exact in an `f64`.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// One unit of the eighth decimal, turned over.
const UNITS: f64 = 1e8;
/// Numbers of so many digits are each a double of their own: what reads back is the shortest text.
const LEAST_TOO_LONG: f64 = 1e15;

/// The shortest decimal text that reads back as the same `f64`, padded to eight decimals.
pub(crate) fn decimal(value: f64) -> String {
    let mut text = String::new();
    push_decimal(&mut text, value);
    text
}

/// Adds what [`decimal`] gives: almost always a whole number of units, which is several times as fast.
pub(crate) fn push_decimal(text: &mut String, value: f64) {
    let units = (value * UNITS).round();
    if !(0.0..LEAST_TOO_LONG).contains(&units) || units / UNITS != value || value.is_sign_negative() {
        text.push_str(&long_decimal(value));
        return;
    }
    let (mut units, mut digits) = (units as u64, [b'0'; 24]);
    let mut at = digits.len();
    while units > 0 || at > digits.len() - LEAST_DECIMALS - 2 {
        at -= 1;
        if at == digits.len() - LEAST_DECIMALS - 1 {
            digits[at] = b'.';
            continue;
        }
        digits[at] += (units % 10) as u8;
        units /= 10;
    }
    text.extend(digits[at..].iter().map(|&digit| char::from(digit)));
}

fn long_decimal(value: f64) -> String {
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
        assert_eq!((decimal(value).as_str(), long_decimal(value).as_str()), (text, text));
        assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits());
    }

    #[test]
    fn numbers_keep_every_digit() {
        check(0.0, "0.00000000");
        check(0.5, "0.50000000");
        check(9_999_999.999_999_99, "9999999.99999999");
        check(10_000_000.000_000_01, "10000000.00000001");
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
