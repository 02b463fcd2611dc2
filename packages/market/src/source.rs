//! The one door through which a strategy's candles come, in a backtest and live alike.

use std::error::Error;

use crate::{Candles, Symbol, Timeframe};

/// What went wrong while candles were read.
pub type SourceError = Box<dyn Error + Send + Sync>;

/// Closed candles of one exchange, as the store holds them.
pub trait CandleSource {
    /// Closed candles with `from_ms` ≤ open time < `to_ms`, rising.
    ///
    /// # Errors
    /// When they cannot be read.
    fn candles(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        from_ms: Option<i64>,
        to_ms: Option<i64>,
    ) -> Result<Candles, SourceError>;

    /// The open time of the `n`-th closed candle before `before_ms`, or of the first there is where there
    /// are fewer; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    fn open_time_before(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        before_ms: i64,
        n: usize,
    ) -> Result<Option<i64>, SourceError>;
}
