//! What a listener asks for, and what it is told.

use market::{Candle, Symbol, Ticker, Timeframe};

use crate::DownReason;

/// What to listen to on one connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watch {
    /// Candles, forming and closed.
    pub ohlcv: Vec<(Symbol, Timeframe)>,
    /// Best bid and ask.
    pub tickers: Vec<Symbol>,
}

/// What happened, in order.
///
/// `epoch` numbers the attempts to connect, from 1: an `Up` and the `Down` that ends it share it,
/// and what comes between them came over that connection. Attempts that fail use up a number too.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Connected and subscribed. Candles may have closed unseen before: fill the hole over REST
    /// before anything is decided.
    Up {
        /// The number of the attempt that succeeded.
        epoch: u64,
    },
    /// A candle changed, or closed. A close may be told more than once.
    Candle {
        /// The market.
        symbol: Symbol,
        /// How long the candle lasts.
        timeframe: Timeframe,
        /// The candle, checked: possible, and on the grid.
        candle: Candle,
        /// Whether it is final.
        closed: bool,
        /// The exchange's clock when it sent this, Unix milliseconds.
        event_time_ms: i64,
    },
    /// The best prices changed.
    Ticker {
        /// The market.
        symbol: Symbol,
        /// Bid and ask.
        ticker: Ticker,
    },
    /// The connection is gone, or an attempt to make one failed. The keeper is already trying
    /// again. A `Down` that nobody took yet is replaced by the next one.
    Down {
        /// The number of the attempt that ended.
        epoch: u64,
        /// Why.
        reason: DownReason,
    },
}
