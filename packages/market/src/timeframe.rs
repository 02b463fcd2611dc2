//! Timeframes with exact opens and closes: weeks on Monday, calendar months, all UTC.

use std::fmt;
use std::str::FromStr;

use time::{Date, Month, OffsetDateTime};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// The first Monday of the Unix epoch, 1970-01-05.
const FIRST_MONDAY: i64 = 4 * DAY;

/// How long a candle lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it: a unit and a count")]
pub enum Timeframe {
    S1,
    M1,
    M3,
    M5,
    M15,
    M30,
    H1,
    H2,
    H4,
    H6,
    H8,
    H12,
    D1,
    D3,
    W1,
    Month1,
}

/// A text that is no timeframe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a timeframe; {}", hint(*meant))]
pub struct TimeframeError {
    text: String,
    /// What it looks like.
    meant: Option<Timeframe>,
}

fn hint(meant: Option<Timeframe>) -> String {
    match meant {
        None => "expected one of 1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M".to_owned(),
        Some(Timeframe::M1 | Timeframe::Month1) => "`1m` is a minute, `1M` a month".to_owned(),
        Some(meant) => format!("did you mean `{meant}`?"),
    }
}

impl Timeframe {
    /// Every timeframe, shortest first.
    pub const ALL: [Timeframe; 16] = [
        Timeframe::S1,
        Timeframe::M1,
        Timeframe::M3,
        Timeframe::M5,
        Timeframe::M15,
        Timeframe::M30,
        Timeframe::H1,
        Timeframe::H2,
        Timeframe::H4,
        Timeframe::H6,
        Timeframe::H8,
        Timeframe::H12,
        Timeframe::D1,
        Timeframe::D3,
        Timeframe::W1,
        Timeframe::Month1,
    ];

    /// The name in ccxt's notation: `1h`, `1M`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Timeframe::S1 => "1s",
            Timeframe::M1 => "1m",
            Timeframe::M3 => "3m",
            Timeframe::M5 => "5m",
            Timeframe::M15 => "15m",
            Timeframe::M30 => "30m",
            Timeframe::H1 => "1h",
            Timeframe::H2 => "2h",
            Timeframe::H4 => "4h",
            Timeframe::H6 => "6h",
            Timeframe::H8 => "8h",
            Timeframe::H12 => "12h",
            Timeframe::D1 => "1d",
            Timeframe::D3 => "3d",
            Timeframe::W1 => "1w",
            Timeframe::Month1 => "1M",
        }
    }

    /// The length in milliseconds; for a month, that of its longest, 31 days.
    #[must_use]
    pub fn longest_ms(self) -> i64 {
        match self {
            Timeframe::S1 => SECOND,
            Timeframe::M1 => MINUTE,
            Timeframe::M3 => 3 * MINUTE,
            Timeframe::M5 => 5 * MINUTE,
            Timeframe::M15 => 15 * MINUTE,
            Timeframe::M30 => 30 * MINUTE,
            Timeframe::H1 => HOUR,
            Timeframe::H2 => 2 * HOUR,
            Timeframe::H4 => 4 * HOUR,
            Timeframe::H6 => 6 * HOUR,
            Timeframe::H8 => 8 * HOUR,
            Timeframe::H12 => 12 * HOUR,
            Timeframe::D1 => DAY,
            Timeframe::D3 => 3 * DAY,
            Timeframe::W1 => WEEK,
            Timeframe::Month1 => 31 * DAY,
        }
    }

    /// The open time of the candle that holds `time_ms` (Unix milliseconds, UTC).
    #[must_use]
    pub fn open_of(self, time_ms: i64) -> i64 {
        match self {
            Timeframe::W1 => (time_ms - FIRST_MONDAY).div_euclid(WEEK) * WEEK + FIRST_MONDAY,
            Timeframe::Month1 => month_start(time_ms, 0),
            _ => time_ms.div_euclid(self.longest_ms()) * self.longest_ms(),
        }
    }

    /// The open time of the candle after the one that opens at `open_time_ms`: when that one closes.
    #[must_use]
    pub fn next_open(self, open_time_ms: i64) -> i64 {
        match self {
            Timeframe::Month1 => month_start(open_time_ms, 1),
            _ => open_time_ms.saturating_add(self.longest_ms()),
        }
    }

    /// How many candles open at or after `from_ms` and before `to_ms`, both on the grid.
    #[must_use]
    pub fn count(self, from_ms: i64, to_ms: i64) -> u64 {
        if to_ms <= from_ms {
            return 0;
        }
        match self {
            Timeframe::Month1 => {
                let (from, to) = (date_of(from_ms), date_of(to_ms));
                let months = (to.year() - from.year()) * 12 + i32::from(u8::from(to.month()))
                    - i32::from(u8::from(from.month()));
                u64::try_from(months).unwrap_or(0)
            }
            _ => to_ms.saturating_sub(from_ms).div_euclid(self.longest_ms()).unsigned_abs(),
        }
    }
}

fn date_of(time_ms: i64) -> Date {
    // Outside the years -9999 to 9999 there is no market; clamping keeps the arithmetic total.
    OffsetDateTime::from_unix_timestamp(time_ms.div_euclid(1_000)).map_or(Date::MAX, OffsetDateTime::date)
}

fn month_start(time_ms: i64, months_later: u8) -> i64 {
    let date = date_of(time_ms);
    let month0 = u8::from(date.month()) - 1 + months_later;
    let year = date.year() + i32::from(month0 / 12);
    let month = Month::try_from(month0 % 12 + 1).unwrap_or(Month::January);
    let start = Date::from_calendar_date(year, month, 1).unwrap_or(Date::MAX);
    start.midnight().assume_utc().unix_timestamp() * 1_000
}

impl FromStr for Timeframe {
    type Err = TimeframeError;

    fn from_str(text: &str) -> Result<Self, TimeframeError> {
        Timeframe::ALL
            .into_iter()
            .find(|timeframe| timeframe.name() == text)
            .ok_or_else(|| TimeframeError { text: text.to_owned(), meant: meant(text) })
    }
}

/// The timeframe that is meant by `1H`, `60m`, `60`, `h4`, `D`, `1day` or `weekly`.
fn meant(text: &str) -> Option<Timeframe> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let unit: String = text.chars().filter(|c| c.is_alphabetic()).collect();
    let count: u64 = if digits.is_empty() { 1 } else { digits.parse().ok()? };
    let wide = unit.to_lowercase();
    let unit_ms = match wide.as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => SECOND,
        "m" if unit == "M" && count <= 1 => return Some(Timeframe::Month1),
        "" | "m" | "min" | "mins" | "minute" | "minutes" => MINUTE,
        "h" | "hr" | "hrs" | "hour" | "hours" | "hourly" => HOUR,
        "d" | "day" | "days" | "daily" => DAY,
        "w" | "wk" | "week" | "weeks" | "weekly" => WEEK,
        "mo" | "mon" | "month" | "months" | "monthly" if count == 1 => return Some(Timeframe::Month1),
        _ => return None,
    };
    let length_ms = unit_ms.checked_mul(i64::try_from(count).ok()?)?;
    let fixed = Timeframe::ALL.into_iter().filter(|timeframe| *timeframe != Timeframe::Month1);
    fixed.into_iter().find(|timeframe| timeframe.longest_ms() == length_ms)
}

impl fmt::Display for Timeframe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{format_utc, parse_when};

    #[track_caller]
    fn check(timeframe: &str, time: &str, open: &str, next: &str) {
        let timeframe: Timeframe = timeframe.parse().unwrap();
        let open_ms = timeframe.open_of(parse_when(time, 0).unwrap());
        assert_eq!(format_utc(open_ms), open);
        assert_eq!(format_utc(timeframe.next_open(open_ms)), next);
    }

    #[test]
    fn opens_and_closes() {
        check("1m", "2024-02-29T23:59:59Z", "2024-02-29T23:59:00Z", "2024-03-01T00:00:00Z");
        check("4h", "2024-01-01T07:00:00Z", "2024-01-01T04:00:00Z", "2024-01-01T08:00:00Z");
        check("1w", "2024-01-01", "2024-01-01T00:00:00Z", "2024-01-08T00:00:00Z");
        check("1w", "2023-12-31T23:59:59Z", "2023-12-25T00:00:00Z", "2024-01-01T00:00:00Z");
        check("1M", "2024-02-15", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z");
        check("1M", "2024-12-31T23:00:00Z", "2024-12-01T00:00:00Z", "2025-01-01T00:00:00Z");
        check("3d", "1970-01-05", "1970-01-04T00:00:00Z", "1970-01-07T00:00:00Z");
        check("1h", "1969-12-31T23:30:00Z", "1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z");
    }

    #[test]
    fn names_round_trip_and_opens_are_fixed_points() {
        for timeframe in Timeframe::ALL {
            assert_eq!(timeframe.name().parse(), Ok(timeframe));
            let open = timeframe.open_of(1_700_000_000_000);
            assert_eq!(timeframe.open_of(open), open);
            let next = timeframe.next_open(open);
            assert_eq!(timeframe.open_of(next), next);
            assert_eq!(timeframe.open_of(next - 1), open);
            assert_eq!(timeframe.count(open, timeframe.next_open(next)), 2);
        }
        assert!("1H".parse::<Timeframe>().is_err());
    }

    #[test]
    fn what_was_meant_is_offered() {
        let cases = [
            ("1H", "1h"),
            ("60m", "1h"),
            ("4H", "4h"),
            ("240", "4h"),
            ("D", "1d"),
            ("1day", "1d"),
            ("daily", "1d"),
            ("24h", "1d"),
            ("h4", "4h"),
            ("15min", "15m"),
            ("15M", "15m"),
            ("1W", "1w"),
            ("7d", "1w"),
            ("1 hour", "1h"),
        ];
        for (text, meant) in cases {
            let message = text.parse::<Timeframe>().expect_err(text).to_string();
            assert!(message.contains(&format!("did you mean `{meant}`?")), "{text}: {message}");
        }
        for text in ["7h", "", "one hour", "99999999999999999999h", "9223372036854775807w", "1x", "2M"] {
            let message = text.parse::<Timeframe>().expect_err(text).to_string();
            assert!(!message.contains("did you mean"), "{text}: {message}");
        }
        for text in ["M", "1mo", "monthly", "60s", "1min"] {
            let message = text.parse::<Timeframe>().expect_err(text).to_string();
            assert!(message.contains("`1m` is a minute, `1M` a month"), "{text}: {message}");
        }
    }

    #[test]
    fn months_are_counted_over_years() {
        let (from, to) = (parse_when("2023-11-01", 0).unwrap(), parse_when("2024-02-01", 0).unwrap());
        assert_eq!(Timeframe::Month1.count(from, to), 3);
        assert_eq!(Timeframe::D1.count(i64::MIN, i64::MAX), i64::MAX.unsigned_abs() / 86_400_000);
    }
}
