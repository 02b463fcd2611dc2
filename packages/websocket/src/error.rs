//! Why a watch cannot even begin.

use market::Symbol;

/// A request that no reconnecting would cure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebsocketError {
    /// The exchange has no codec here.
    #[error("no streams for exchange `{0}`; expected one of: binance")]
    UnknownExchange(String),
    /// The exchange does not trade this kind of market.
    #[error("{exchange} streams know no {symbol}: expected a spot symbol such as BTC/USDT")]
    UnsupportedSymbol {
        /// The exchange that was asked.
        exchange: String,
        /// What it was asked for.
        symbol: Symbol,
    },
    /// The watch names neither candles nor tickers.
    #[error("nothing to watch: name at least one candle or ticker stream")]
    NothingToWatch,
    /// More streams than one connection carries.
    #[error("{count} streams are too many for one connection: at most {max}; watch the rest on another")]
    TooManyStreams {
        /// How many were asked for.
        count: usize,
        /// How many one connection carries.
        max: usize,
    },
    /// The base address is no WebSocket address.
    #[error("`{url}` is no WebSocket address: {problem}; expected ws://host:port or wss://host")]
    BadUrl {
        /// The address as given.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Called outside of a tokio runtime.
    #[error("no tokio runtime is running here; call this from within one")]
    NoRuntime,
}
