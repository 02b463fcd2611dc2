//! What a venue's codec must tell the keeper. Codecs are pure: text in, meaning out.

use market::{Candle, Symbol, Ticker, Timeframe};

use crate::binance::Binance;
use crate::{Watch, WebsocketError};

/// One venue's way of speaking, made for one [`Watch`].
pub trait Codec: Send + Sync {
    /// Where to connect.
    fn url(&self) -> &str;

    /// What to send after connecting, in order; each is answered by one [`Message::Subscribed`].
    fn subscribe(&self) -> &[String];

    /// What a text frame means. `received_ms` stamps what the venue does not stamp itself.
    fn decode(&self, frame: &str, received_ms: i64) -> Vec<Message>;
}

/// What a frame, or a part of it, means.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// A candle of a watched stream, checked.
    Candle {
        /// The market.
        symbol: Symbol,
        /// How long the candle lasts.
        timeframe: Timeframe,
        /// The candle.
        candle: Candle,
        /// Whether it is final.
        closed: bool,
        /// The exchange's clock when it sent this, Unix milliseconds.
        event_time_ms: i64,
    },
    /// The best prices of a watched market.
    Ticker {
        /// The market.
        symbol: Symbol,
        /// Bid and ask.
        ticker: Ticker,
    },
    /// A subscription was accepted.
    Subscribed,
    /// A subscription was refused, and why.
    SubscribeRefused(String),
    /// The server is about to go: connect anew at once.
    ServerShutdown,
    /// A kind of message, or a market, that is not watched.
    Unknown,
    /// A watched kind of message with values that cannot be, and which.
    Impossible(String),
    /// Not readable, and why.
    Unreadable(String),
}

/// The codec of `exchange` for `watch`, at `base_url` instead of the exchange's own address if given.
///
/// # Errors
/// When the exchange is unknown, or it cannot serve the watch.
pub fn codec(exchange: &str, watch: &Watch, base_url: Option<&str>) -> Result<Box<dyn Codec>, WebsocketError> {
    match exchange {
        "binance" => Ok(Box::new(Binance::new(watch, base_url)?)),
        _ => Err(WebsocketError::UnknownExchange(exchange.to_owned())),
    }
}
