//! Binance spot market streams: addresses, subscriptions, frames.
//!
//! Source: Binance spot documentation, "WebSocket Streams". Streams are named
//! `btcusdt@kline_1h` and `btcusdt@bookTicker`. They are asked for in the address,
//! `/stream?streams=a/b/c`, and beyond the first hundred with SUBSCRIBE messages.

mod codec;
mod types;

pub use codec::Binance;

/// Where Binance serves public market streams, without keys. Other addresses that serve the same:
/// `wss://stream.binance.com:9443`, `wss://stream.binance.com:443`, and `wss://stream.testnet.binance.vision`
/// for the test net's.
pub const DEFAULT_URL: &str = "wss://data-stream.binance.vision";

/// Streams that one connection carries at most.
pub const STREAMS_MAX: usize = 1_024;

/// Streams that are named in the address; it must not grow beyond what servers accept.
const STREAMS_IN_URL: usize = 100;

/// Streams in one SUBSCRIBE message. At most four messages follow from it: the exchange cuts a
/// connection that sends more than five a second, answers to pings included.
const STREAMS_IN_MESSAGE: usize = 250;
