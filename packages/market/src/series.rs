//! Which candles: exchange, symbol and timeframe.

use std::fmt;

use crate::{Symbol, Timeframe};

/// The name of one run of candles in the store.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Series {
    /// Exchange, as ccxt names it: `binance`, `binanceusdm`.
    pub exchange: String,
    /// Symbol, as ccxt names it: `BTC/USDT`.
    pub symbol: Symbol,
    /// Timeframe of the candles.
    pub timeframe: Timeframe,
}

impl Series {
    /// A series by its three names.
    pub fn new(exchange: impl Into<String>, symbol: Symbol, timeframe: Timeframe) -> Self {
        Series { exchange: exchange.into(), symbol, timeframe }
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.exchange, self.symbol, self.timeframe)
    }
}
