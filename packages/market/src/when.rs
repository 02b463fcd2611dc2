//! Points in time and spans as people type them, all UTC.

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime};

const DAY_MS: i64 = 86_400_000;

/// A text that is no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    /// Not a point in time.
    #[error(
        "`{0}` is not a time; expected a date such as 2024-01-31, a time such as 2024-01-31T12:00:00Z, or 90d for 90 days ago"
    )]
    Time(String),
    /// Not a span of time.
    #[error("`{0}` is not a span of time; expected a number and a unit, such as 30s, 15m, 12h, 90d or 2w")]
    Span(String),
}

/// Reads a date (`2024-01-31`, its midnight), a time (`2024-01-31T12:00:00Z`, `2024-01-31 12:00`) or a span back
/// from `now_ms` (`90d`). Gives Unix milliseconds.
///
/// # Errors
/// When the text is none of these.
pub fn parse_when(text: &str, now_ms: i64) -> Result<i64, WhenError> {
    if text == "now" {
        return Ok(now_ms);
    }
    if let Ok(span) = parse_duration_ms(text) {
        return Ok(now_ms - span);
    }
    if let Ok(date) = Date::parse(text, format_description!("[year]-[month]-[day]")) {
        return Ok(date.midnight().assume_utc().unix_timestamp() * 1_000);
    }
    let to_minutes = format_description!("[year]-[month]-[day][first [ ][T]][hour]:[minute][optional [:[second]]]");
    if let Ok(time) = PrimitiveDateTime::parse(text, to_minutes) {
        return Ok(time.assume_utc().unix_timestamp() * 1_000);
    }
    OffsetDateTime::parse(text, &Rfc3339)
        .map(|time| i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX))
        .map_err(|_| WhenError::Time(text.to_owned()))
}

/// Reads a span such as `30s`, `15m`, `12h`, `90d`, `2w`. Gives milliseconds.
///
/// # Errors
/// When the text is not a whole number and one of these units, or is more than a thousand years.
pub fn parse_duration_ms(text: &str) -> Result<i64, WhenError> {
    let error = || WhenError::Span(text.to_owned());
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
    let (count, unit) = text.split_at(digits);
    let unit_ms = match unit {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => DAY_MS,
        "w" => 7 * DAY_MS,
        _ => return Err(error()),
    };
    let count: i64 = count.parse().map_err(|_| error())?;
    count.checked_mul(unit_ms).filter(|&span| span <= 365_250 * DAY_MS).ok_or_else(error)
}

/// A point in time as `2024-01-31T12:00:00Z`, with milliseconds only where there are any.
#[must_use]
pub fn format_utc(time_ms: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(time_ms) * 1_000_000).ok();
    let text = if time_ms.rem_euclid(1_000) == 0 {
        time.and_then(|time| time.format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z")).ok())
    } else {
        let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
        time.and_then(|time| time.format(format).ok())
    };
    text.unwrap_or_else(|| format!("{time_ms} ms"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let now = 1_704_067_200_000; // 2024-01-01
        assert_eq!(format_utc(parse_when(text, now).unwrap()), expected);
    }

    #[test]
    fn times_as_typed() {
        check("2024-02-29", "2024-02-29T00:00:00Z");
        check("2024-02-29T12:34:56Z", "2024-02-29T12:34:56Z");
        check("2024-02-29T12:34:56.789+02:00", "2024-02-29T10:34:56.789Z");
        check("2024-02-29 12:34", "2024-02-29T12:34:00Z");
        check("2024-02-29T12:34", "2024-02-29T12:34:00Z");
        check("2024-02-29T12:34:56", "2024-02-29T12:34:56Z");
        check("1d", "2023-12-31T00:00:00Z");
        check("36h", "2023-12-30T12:00:00Z");
        check("now", "2024-01-01T00:00:00Z");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "yesterday", "2024-02-30", "2024-13-01", "90", "d", "-1d", "1y", "99999999999999999999d"] {
            assert!(parse_when(text, 0).is_err(), "{text}");
        }
    }
}
