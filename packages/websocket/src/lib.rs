//! Exchange streams behind one interface, in ccxt.pro's manner: say what to watch, then take events.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use websocket::{Event, Options, watch_ohlcv};
//!
//! let mut stream = watch_ohlcv("binance", &"BTC/USDT".parse()?, "1h".parse()?, Options::default())?;
//! while let Some(event) = stream.next().await {
//!     match event {
//!         Event::Up { .. } => { /* fill the hole over REST, then decide */ }
//!         Event::Candle { candle, closed, .. } => println!("{candle:?} closed: {closed}"),
//!         Event::Ticker { ticker, .. } => println!("{ticker:?}"),
//!         Event::Down { reason, .. } => println!("down: {reason}"),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Layout
//! - [`watch`] starts a keeper, which holds one connection up for ever, and gives a [`Stream`] of [`Event`]s.
//! - A [`Codec`] per venue, pure, says where to connect and what a frame means: [`binance`].
//! - The inbox between keeper and listener is bounded: forming candles and tickers give way, closes never do.

pub mod binance;
mod codec;
mod connect;
mod error;
mod event;
mod inbox;
mod keeper;
mod options;
mod reason;
mod session;
mod stats;
mod stream;
mod watchdog;

pub use codec::{Codec, Message, codec};
pub use error::WebsocketError;
pub use event::{Event, Watch};
pub use options::Options;
pub use reason::{DownReason, Step};
pub use stats::Stats;
pub use stream::{Stream, watch, watch_ohlcv, watch_ticker};
