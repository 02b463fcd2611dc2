//! The one place that reads the wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, Unix milliseconds.
#[must_use]
pub fn now_ms() -> i64 {
    // A clock before 1970 is wrong anyway; 0 makes everything look like the future, which is refused.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
