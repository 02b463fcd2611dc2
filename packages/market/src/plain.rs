//! Plain numbers in text, read fast: digits, and perhaps a point. What is written otherwise, or is so long that one division
//! does not give the nearest double, is left to the standard library, which is several times as slow.

/// Powers of ten, all of them exact doubles: one for each number of digits behind the point.
const POWERS: [f64; MOST_DIGITS + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19];
/// Whole numbers up to this one are exact doubles.
const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;
/// So many digits never overflow.
const MOST_DIGITS: usize = 19;

/// The number that a text begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plain<'a> {
    digits: u64,
    /// Digits behind the point; `None` without one.
    places: Option<usize>,
    /// The text behind it.
    pub rest: &'a [u8],
}

impl<'a> Plain<'a> {
    /// The number that `text` begins with, up to what is no part of it; `None` where there is no digit, or too many.
    #[must_use]
    pub fn at_start_of(text: &'a [u8]) -> Option<Self> {
        let (whole, rest) = digits(text, 0);
        let (digits, places, rest) = match rest.strip_prefix(b".") {
            None => (whole, None, rest),
            Some(behind) => {
                let (digits, rest) = digits(behind, whole);
                (digits, Some(behind.len() - rest.len()), rest)
            }
        };
        let count = text.len() - rest.len() - usize::from(places.is_some());
        (1..=MOST_DIGITS).contains(&count).then_some(Plain { digits, places, rest })
    }

    /// The number, where it has no point.
    #[must_use]
    pub fn whole(&self) -> Option<i64> {
        if self.places.is_some() { None } else { i64::try_from(self.digits).ok() }
    }

    /// The nearest double, where a single division of exact ones gives it: so for nearly all prices.
    #[must_use]
    pub fn nearest(&self) -> Option<f64> {
        (self.digits <= EXACT).then(|| self.digits as f64 / POWERS[self.places.unwrap_or(0)])
    }
}

/// The number whose digits are those of `number` and those that `text` begins with, and what is behind them. It may have
/// overflown where there are too many.
fn digits(text: &[u8], mut number: u64) -> (u64, &[u8]) {
    let mut at = 0;
    while let Some(digit) = text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit <= 9) {
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    (number, &text[at..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(Option<i64>, Option<f64>, &str)>) {
        let found = Plain::at_start_of(text.as_bytes());
        let expected = expected.map(|(whole, nearest, rest)| (whole, nearest, rest.as_bytes()));
        assert_eq!(found.map(|plain| (plain.whole(), plain.nearest(), plain.rest)), expected, "{text}");
    }

    #[test]
    fn numbers_end_where_something_else_begins() {
        check("7", Some((Some(7), Some(7.0), "")));
        check("1735689600000,1", Some((Some(1_735_689_600_000), Some(1_735_689_600_000.0), ",1")));
        check("12345678", Some((Some(12_345_678), Some(12_345_678.0), "")));
        check("123456789", Some((Some(123_456_789), Some(123_456_789.0), "")));
        check("93576.00000000\",\"", Some((None, Some(93_576.0), "\",\"")));
        check("5.x", Some((None, Some(5.0), "x")));
        check(".5", Some((None, Some(0.5), "")));
        check("1.2.3", Some((None, Some(1.2), ".3")));
        check("1e5", Some((Some(1), Some(1.0), "e5")));
        check("1\u{ff}2", Some((Some(1), Some(1.0), "\u{ff}2")));
    }

    #[test]
    fn what_is_not_plain_is_left_to_others() {
        for text in ["", ".", "-1", "+1", " 1", "x", "\"1\"", ",", "inf", "\u{ff}"] {
            check(text, None);
        }
        check("9007199254740992", Some((Some(1 << 53), Some(9_007_199_254_740_992.0), "")));
        check("9007199254740993", Some((Some(9_007_199_254_740_993), None, "")));
        check("9999999999999999999", Some((None, None, "")));
        check("18446744073709551617", None);
        check("0.0000000000000000001", None);
        check(&"0".repeat(100), None);
        check(&format!(".{}", "1".repeat(100)), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Digits and a point somewhere: the same bits as the standard library reads, whatever comes behind.
        #[test]
        fn numbers_are_the_nearest_doubles(text in "[0-9]{1,14}\\.?[0-9]{0,9}", rest in "([^0-9.][ -~]{0,9})?") {
            let expected: f64 = text.parse().unwrap();
            let whole = format!("{text}{rest}");
            if let Some(plain) = Plain::at_start_of(whole.as_bytes()) {
                prop_assert_eq!(plain.rest, rest.as_bytes());
                prop_assert!(plain.nearest().is_none_or(|nearest| nearest.to_bits() == expected.to_bits()));
                prop_assert_eq!(plain.nearest().is_some(), text.replace('.', "").parse::<u64>().unwrap() <= 1 << 53);
            } else {
                prop_assert!(text.replace('.', "").len() > 19);
            }
        }
    }
}
