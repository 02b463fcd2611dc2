//! What to ask an exchange.

use market::Timeframe;

/// What to ask the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// The candles that open at or after `since_ms` and before `until_ms`, and the one behind them: as many as fit on a
    /// page.
    Page {
        /// First open time, Unix milliseconds.
        since_ms: i64,
        /// First open time not wanted, Unix milliseconds.
        until_ms: i64,
    },
    /// The first candle that opens at or after `since_ms`, however late, with one or two behind it.
    Next {
        /// First open time, Unix milliseconds.
        since_ms: i64,
    },
}

impl Question {
    /// The first open time asked for, Unix milliseconds.
    #[must_use]
    pub fn since_ms(self) -> i64 {
        let (Question::Page { since_ms, .. } | Question::Next { since_ms }) = self;
        since_ms
    }

    /// Before which open time the candles lie that are asked for, Unix milliseconds, and how many of them are wanted;
    /// `None` where there is no such bound. All is asked for with the candle behind it, which tells that those before
    /// it were closed when the answer was made.
    #[must_use]
    pub fn bounds(self, timeframe: Timeframe) -> (Option<i64>, Option<u32>) {
        match self {
            Question::Page { until_ms, .. } => (Some(timeframe.next_open(until_ms)), None),
            Question::Next { .. } => (None, Some(3)),
        }
    }
}
