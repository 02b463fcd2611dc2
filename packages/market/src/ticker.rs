//! The best prices of a market at one moment.

/// Best bid and ask, and the last trade. Prices in quote, sizes in base.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ticker {
    /// When it was so: exchange time where the exchange says it, Unix milliseconds.
    pub time_ms: i64,
    /// Highest price someone would buy at.
    pub bid: f64,
    /// How much at the bid.
    pub bid_size: f64,
    /// Lowest price someone would sell at.
    pub ask: f64,
    /// How much at the ask.
    pub ask_size: f64,
    /// Price of the last trade, where the message tells it.
    pub last: Option<f64>,
}
