//! A page of candles as an exchange gives it, and the rows on it that are none.

use market::{Candle, Objection};

/// One page of candles, oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// A candle for each row. That of a spoilt row opens when the row should, and is not to be believed.
    pub candles: Vec<Candle>,
    /// The rows that cannot be candles, in the order of the page.
    pub spoilt: Vec<Spoilt>,
}

/// A row that cannot be a candle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoilt {
    /// When its candle opens, Unix milliseconds.
    pub open_time_ms: i64,
    /// What is wrong with it.
    pub objection: Objection,
    /// The row as it came.
    pub raw: String,
}

impl From<Vec<Candle>> for Page {
    fn from(candles: Vec<Candle>) -> Self {
        Page { candles, spoilt: Vec::new() }
    }
}
