//! Numbers as the exchange writes them: decimal strings that keep every digit.

/// The exchange never writes fewer decimals than this.
const LEAST_DECIMALS: usize = 8;
/// Whole numbers up to here are exact in an `f64`.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// One unit of the eighth decimal, turned over.
const UNITS: f64 = 1e8;
/// Numbers of so many digits are each a double of their own: what reads back is the shortest text.
const LEAST_TOO_LONG: u64 = 1_000_000_000_000_000;
/// One more than what has eight digits.
const EIGHT_DIGITS: u64 = 100_000_000;

/// The shortest decimal text that reads back as the same `f64`, padded to eight decimals.
pub(crate) fn decimal(value: f64) -> String {
    let mut text = Vec::new();
    push_decimal(&mut text, value);
    text.into_iter().map(char::from).collect()
}

/// Adds what [`decimal`] gives: almost always a whole number of units, which is many times as fast.
pub(crate) fn push_decimal(text: &mut Vec<u8>, value: f64) {
    // Whatever is rounded wrongly here does not read back as the same.
    let units = (value * UNITS + 0.5) as u64;
    if units >= LEAST_TOO_LONG || units as f64 / UNITS != value || value.is_sign_negative() {
        text.extend_from_slice(long_decimal(value).as_bytes());
        return;
    }
    let mut digits = [b'.'; 17];
    digits[..8].copy_from_slice(&eight_digits(units / EIGHT_DIGITS));
    digits[9..].copy_from_slice(&eight_digits(units % EIGHT_DIGITS));
    text.extend_from_slice(&digits[zeros_before(&digits[..8]).min(7)..]);
}

/// Adds a whole number.
pub(crate) fn push_whole(text: &mut Vec<u8>, number: u64) {
    let (high, low) = (number / EIGHT_DIGITS, number % EIGHT_DIGITS);
    if high >= EIGHT_DIGITS {
        text.extend_from_slice(number.to_string().as_bytes());
        return;
    }
    let mut digits = [0; 16];
    digits[..8].copy_from_slice(&eight_digits(high));
    digits[8..].copy_from_slice(&eight_digits(low));
    text.extend_from_slice(&digits[zeros_before(&digits).min(15)..]);
}

fn zeros_before(digits: &[u8]) -> usize {
    digits.iter().take_while(|digit| **digit == b'0').count()
}

/// The digits of a number below 10^8, with zeros before it: halves, quarters and digits side by side in one word, where
/// the products with 10,486 / 2^20 and 103 / 2^10 are a hundredth and a tenth, rounded down.
fn eight_digits(number: u64) -> [u8; 8] {
    let halves = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = ((halves * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = hundreds | ((halves - hundreds * 100) << 16);
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    let digits = tens | ((pairs - tens * 10) << 8);
    (digits + u64::from_le_bytes([b'0'; 8])).to_le_bytes()
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
        check(4_503_599.627_370_497, "4503599.627370497");
        check(-0.5, "-0.50000000");
        check(-0.0, "-0.00000000");
        check(1e15, "1000000000000000.00000000");
    }

    #[test]
    fn whole_numbers_have_no_zeros_before() {
        for number in [0, 7, 99_999_999, 100_000_000, 1_735_689_599_999, 9_999_999_999_999_999, u64::MAX] {
            let mut text = Vec::new();
            push_whole(&mut text, number);
            assert_eq!(text, number.to_string().as_bytes());
        }
    }

    #[test]
    fn eight_digits_are_each_in_its_place() {
        for number in (0..100_000_000).step_by(9_973).chain(0..20_000).chain([99_999_999]) {
            assert_eq!(eight_digits(number).as_slice(), format!("{number:08}").as_bytes());
        }
    }

    #[test]
    fn sums_are_as_if_added_in_decimal() {
        assert_eq!(round_to(0.1 + 0.2, 8), 0.3);
        assert_eq!(round_to(1e12 + 0.123, 8), 1e12 + 0.123);
        assert_eq!(step(2), 0.01);
        assert_eq!(step(0), 1.0);
    }
}
