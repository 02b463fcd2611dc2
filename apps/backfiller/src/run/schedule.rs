//! When to run, as cron writes it.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use croner::Cron;

/// Times in UTC, such as `15 * * * *`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Schedule(Cron);

impl Schedule {
    /// The first time after `now_ms`, Unix milliseconds; `None` where there is none any more.
    pub(crate) fn next_ms(&self, now_ms: i64) -> Option<i64> {
        let now: DateTime<Utc> = DateTime::from_timestamp_millis(now_ms)?;
        Some(self.0.find_next_occurrence(&now, false).ok()?.timestamp_millis())
    }
}

impl FromStr for Schedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let cron = text.parse().map_err(|error| {
            format!("`{text}` is no schedule ({error}); expected minute, hour, day, month and weekday, as cron has it")
        })?;
        let schedule = Schedule(cron);
        match schedule.next_ms(0) {
            Some(_) => Ok(schedule),
            None => Err(format!("`{text}` never comes; expected a day that some month has")),
        }
    }
}

#[cfg(test)]
mod tests {
    use market::{format_utc, parse_when};

    use super::*;

    /// The next time after some minutes past noon of a Wednesday.
    #[track_caller]
    fn check(schedule: &str, expected: &str) {
        let now_ms = parse_when("2025-01-01T12:15:00Z", 0).unwrap();
        let next = schedule.parse::<Schedule>().map(|schedule| schedule.next_ms(now_ms).map(format_utc));
        match next {
            Ok(next) => assert_eq!(next.as_deref().unwrap_or("never"), expected, "{schedule}"),
            Err(error) => assert!(error.contains(expected), "{error}"),
        }
    }

    #[test]
    fn times_follow_cron() {
        check("15 * * * *", "2025-01-01T13:15:00Z");
        check("*/5 * * * *", "2025-01-01T12:20:00Z");
        check("30 3 * * 0", "2025-01-05T03:30:00Z");
        check("0 0 1 * *", "2025-02-01T00:00:00Z");
        check("*/10 * * * * *", "2025-01-01T12:15:10Z");
        check("@daily", "2025-01-02T00:00:00Z");
        check("0 0 29 2 *", "2028-02-29T00:00:00Z");
        check("0 0 30 2 *", "`0 0 30 2 *` never comes");
        check("often", "`often` is no schedule");
        check("60 * * * *", "expected minute, hour, day, month and weekday");
    }
}
