//! What can be wrong with an exchange's candles.

use market::{Candle, Timeframe, format_utc};

use super::{MAX_FRUITLESS, MAX_REFUSED};

/// Why an answer cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PagerError {
    /// The answer to the same question was of no use too often.
    #[error(
        "the exchange's candles lead nowhere: asked {MAX_FRUITLESS} times for {timeframe} candles from {}, {fault}",
        format_utc(*since_ms)
    )]
    Fruitless {
        /// The timeframe.
        timeframe: Timeframe,
        /// Where the question began, Unix milliseconds.
        since_ms: i64,
        /// What was wrong the last time.
        fault: AnswerFault,
    },
    /// Too many candles had to be refused.
    #[error(
        "more than {MAX_REFUSED} candles had to be refused, the last one at {}: {why}; is the timeframe right?",
        format_utc(*open_time_ms)
    )]
    TooManyRefused {
        /// Open time of the last one, Unix milliseconds.
        open_time_ms: i64,
        /// What was wrong with it.
        why: String,
    },
}

/// What is wrong with an answer as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    /// A candle from before the time asked for.
    #[error("got one from {}, before that", format_utc(*open_time_ms))]
    TooEarly {
        /// Its open time, Unix milliseconds.
        open_time_ms: i64,
    },
    /// A candle twice, or one after a later one.
    #[error("got them out of order or twice at {}", format_utc(*open_time_ms))]
    NotRising {
        /// Its open time, Unix milliseconds.
        open_time_ms: i64,
    },
    /// A page said that there is no candle, another answer said that there is.
    #[error("a page is empty although there is a candle")]
    Contradiction,
    /// Most rows have times in another unit.
    #[error("got most of them with open times in another unit than milliseconds")]
    OtherUnit,
}

/// Refuses rows that cannot be the answer to a question for candles from `since_ms` on.
pub(super) fn check_order(rows: &[Candle], since_ms: i64) -> Result<(), AnswerFault> {
    let mut last_ms = None;
    for &Candle { open_time_ms, .. } in rows {
        if open_time_ms < since_ms {
            return Err(AnswerFault::TooEarly { open_time_ms });
        }
        if last_ms.is_some_and(|last_ms| open_time_ms <= last_ms) {
            return Err(AnswerFault::NotRising { open_time_ms });
        }
        last_ms = Some(open_time_ms);
    }
    Ok(())
}
