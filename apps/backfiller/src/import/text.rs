//! Text as rows and fields, without copying: a CSV file in which no field holds a comma or a line break.

use market::Plain;
use memchr::{memchr, memchr_iter};

/// What some programs put before the first row.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// Whole numbers of fewer digits never overflow.
const DIGITS: usize = 19;

/// The rows of a text, one after the other; empty lines are none.
#[derive(Debug, Clone)]
pub(crate) struct Rows<'a> {
    text: &'a [u8],
    at: usize,
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    text: &'a [u8],
    /// Where it begins in the text.
    pub(crate) at: usize,
    /// Bytes up to the next one.
    length: usize,
}

impl<'a> Rows<'a> {
    pub(crate) fn of(text: &'a [u8]) -> Self {
        Rows { text, at: if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 } }
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Row<'a>;

    fn next(&mut self) -> Option<Row<'a>> {
        while self.at < self.text.len() {
            let row = Row::at(self.text, self.at);
            self.at += row.length;
            if !row.text.is_empty() {
                return Some(row);
            }
        }
        None
    }
}

impl<'a> Row<'a> {
    /// The row that begins at `at`.
    pub(crate) fn at(text: &'a [u8], at: usize) -> Self {
        let rest = &text[at..];
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        Row { text: line.strip_suffix(b"\r").unwrap_or(line), at, length: end + 1 }
    }

    /// The first fields; where there are fewer, how many.
    pub(crate) fn first<const N: usize>(&self) -> Result<[&'a [u8]; N], usize> {
        let mut fields = [&[][..]; N];
        let mut rest = Some(self.text);
        for (index, field) in fields.iter_mut().enumerate() {
            let text = rest.ok_or(index)?;
            let comma = memchr(b',', text);
            (*field, rest) = comma.map_or((text, None), |comma| (&text[..comma], Some(&text[comma + 1..])));
        }
        Ok(fields)
    }

    /// The whole number and the numbers that the row begins with, where they are plain: digits and a point, no sign,
    /// no quotes. One look at each byte, which is what makes a long file short.
    pub(crate) fn plain<const N: usize>(&self) -> Option<(i64, [f64; N])> {
        let time = Plain::at_start_of(self.text)?;
        let mut rest = time.rest;
        let mut values = [0.0; N];
        for value in &mut values {
            let plain = Plain::at_start_of(rest.strip_prefix(b",")?)?;
            *value = plain.nearest()?;
            rest = plain.rest;
        }
        if rest.is_empty() || rest.starts_with(b",") { Some((time.whole()?, values)) } else { None }
    }

    /// How many fields it has.
    pub(crate) fn columns(&self) -> usize {
        memchr_iter(b',', self.text).count() + 1
    }

    /// All fields.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'a [u8]> {
        self.text.split(|&byte| byte == b',')
    }

    /// The row as it came.
    pub(crate) fn raw(&self) -> String {
        lossy(self.text)
    }
}

/// Where a carriage return ends a line without a line feed, as on some old systems: to all others that is one long line.
pub(crate) fn lone_return(text: &[u8]) -> Option<usize> {
    memchr_iter(b'\r', text).find(|&at| text.get(at + 1).is_some_and(|&next| next != b'\n'))
}

/// Counts lines, on from the last one that was asked for where that is possible.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines {
    at: usize,
    before: usize,
}

impl Lines {
    /// The line, counted from one, in which the byte at `at` is.
    pub(crate) fn line_of(&mut self, text: &[u8], at: usize) -> usize {
        if at < self.at {
            *self = Lines::default();
        }
        self.before += memchr_iter(b'\n', &text[self.at..at]).count();
        self.at = at;
        self.before + 1
    }
}

/// A field without what some programs put around it: spaces and quotes.
pub(crate) fn bare(field: &[u8]) -> &[u8] {
    let field = field.trim_ascii();
    let inner = field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\""));
    inner.map_or(field, <[u8]>::trim_ascii)
}

/// A field as text.
pub(crate) fn lossy(field: &[u8]) -> String {
    String::from_utf8_lossy(field).into_owned()
}

/// The number in a field, as the nearest double.
pub(crate) fn number(field: &[u8]) -> Option<f64> {
    let plain = Plain::at_start_of(field).filter(|plain| plain.rest.is_empty());
    plain.and_then(|plain| plain.nearest()).or_else(|| std::str::from_utf8(bare(field)).ok()?.parse().ok())
}

/// The whole number in a field.
pub(crate) fn whole(field: &[u8]) -> Option<i64> {
    let text = bare(field);
    if text.is_empty() || text.len() >= DIGITS || !text.iter().all(u8::is_ascii_digit) {
        return std::str::from_utf8(text).ok()?.parse().ok();
    }
    Some(text.iter().fold(0, |number, byte| number * 10 + i64::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check_rows(text: &str, expected: &[(&str, usize)]) {
        let mut rows: Vec<_> = Rows::of(text.as_bytes()).collect();
        let mut lines = Lines::default();
        rows.reverse();
        let mut found: Vec<_> = rows.iter().map(|row| (row.raw(), lines.line_of(text.as_bytes(), row.at))).collect();
        found.reverse();
        let again = Rows::of(text.as_bytes()).map(|row| lines.line_of(text.as_bytes(), row.at));
        assert!(again.eq(found.iter().map(|(_, line)| *line)), "in whatever order they are asked for");
        let expected: Vec<_> = expected.iter().map(|(row, line)| ((*row).to_owned(), *line)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn rows_know_their_lines() {
        check_rows("", &[]);
        check_rows("\n\r\n", &[]);
        check_rows("a,b", &[("a,b", 1)]);
        check_rows("a\nb\n", &[("a", 1), ("b", 2)]);
        check_rows("\u{feff}a\r\n\r\nb\r\n", &[("a", 1), ("b", 3)]);
    }

    #[test]
    fn fields_are_split_at_commas() {
        let row = Row::at(b"x\n1,,3\n", 2);
        assert_eq!(row.first::<3>(), Ok([&b"1"[..], b"", b"3"]));
        assert_eq!(row.first::<4>(), Err(3));
        assert_eq!(row.first::<1>(), Ok([&b"1"[..]]));
        assert_eq!(row.fields().count(), 3);
    }

    #[test]
    fn numbers_as_they_are_written() {
        for text in
            ["1", "0.0", "93576.00000000", ".5", "5.", "-3", "1e-5", "+1", "0.00000001", "9007199254740993", "inf"]
        {
            assert_eq!(number(text.as_bytes()), text.parse().ok(), "{text}");
        }
        assert_eq!(number(b" \"1.5\" "), Some(1.5));
        for text in ["", ".", "1.2.3", "x", "1,5", "--1", "\"", "1_000"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn whole_numbers_as_they_are_written() {
        for (text, expected) in [
            ("1735689600000", Some(1_735_689_600_000)),
            ("-7", Some(-7)),
            ("\"7\"", Some(7)),
            ("999999999999999999", Some(999_999_999_999_999_999)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("", None),
            ("1.5", None),
            ("12a", None),
        ] {
            assert_eq!(whole(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn plain_rows_are_read_at_once_and_others_are_left() {
        let plain = |text: &str| Row::at(text.as_bytes(), 0).plain::<2>();
        assert_eq!(plain("1735689600,1.5,2\n9"), Some((1_735_689_600, [1.5, 2.0])));
        assert_eq!(plain("7,.5,5.,x,y\r\n"), Some((7, [0.5, 5.0])));
        for text in [
            "",
            "7",
            "7,1",
            "7,1,",
            "7,1,-2",
            "7,1,2e3",
            "7,1,\"2\"",
            "7, 1,2",
            "7.0,1,2",
            "7.,1,2",
            "7,1..2,3",
            "7,1,9007199254740993",
        ] {
            assert_eq!(plain(text), None, "{text}");
        }
        assert_eq!(plain("18446744073709551617,1,2"), None);
        assert_eq!(plain("9999999999999999999,1,2"), None, "no time is so long");
    }

    proptest! {
        /// Digits and a point somewhere: the same bits as the standard library reads.
        #[test]
        fn short_numbers_are_the_nearest_doubles(text in "[0-9]{1,14}\\.?[0-9]{0,9}") {
            let expected: f64 = text.parse().unwrap();
            prop_assert_eq!(number(text.as_bytes()).map(f64::to_bits), Some(expected.to_bits()));
            let row = format!("1,{text},2");
            if let Some((_, [value])) = Row::at(row.as_bytes(), 0).plain() {
                prop_assert_eq!(value.to_bits(), expected.to_bits());
            }
        }
    }
}
