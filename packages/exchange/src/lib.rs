//! Market data over REST, every exchange behind one interface in ccxt's manner.
//!
//! # Layout
//! - [`Exchange`] is the interface; [`connect`] finds an exchange by name (`venues.rs`).
//! - `binance/` holds one exchange: building requests and judging replies, both pure.
//! - `http.rs` sends, retries and waits; `gate.rs` decides when it may, by the rules of the package `limits`.
//! - [`Page`] (`page.rs`) is what a question for candles is answered with.
//! - [`fetch_closed`] and [`fetch_closed_marks`] (`history.rs`) fetch any stretch of closed candles;
//!   [`Pager`] is their judgement, and `ahead.rs` asks for the next pages early. [`fetch_funding`] (`funding.rs`)
//!   fetches funding rates.
//! - [`Archive`] (`archive.rs`) downloads months and days from an exchange's public archive.

mod ahead;
mod archive;
mod binance;
mod clock;
mod error;
mod funding;
mod gate;
mod history;
mod http;
mod options;
mod page;
mod pager;
mod request;
mod venues;

use async_trait::async_trait;
use market::{FundingRate, Instrument, Symbol, Ticker, Timeframe};

pub use archive::{Archive, ArchivePrice, ArchiveSpan};
pub use clock::{Clock, SystemClock};
pub use error::ExchangeError;
pub use funding::{FetchedFunding, fetch_funding, fetch_funding_at};
pub use history::{FetchError, Fetched, fetch_closed, fetch_closed_marks, fetch_closed_paged};
pub use limits::Priority;
pub use options::Options;
pub use page::{Page, Spoilt};
pub use pager::{AnswerFault, Pager, PagerError, Question, Refused, SETTLE_MS};
pub use venues::{connect, names};

/// What every exchange answers without a key.
///
/// Calls may run at the same time; together they keep to the exchange's limits.
#[async_trait]
pub trait Exchange: Send + Sync {
    /// The name in ccxt's notation: `binance`.
    fn name(&self) -> &str;

    /// Every symbol the exchange lists, with its steps, in the exchange's order.
    ///
    /// # Errors
    /// [`ExchangeError`]; a symbol that cannot be read is skipped and logged.
    async fn load_markets(&self) -> Result<Vec<Instrument>, ExchangeError>;

    /// What time the exchange's clock shows, Unix milliseconds.
    ///
    /// # Errors
    /// [`ExchangeError`].
    async fn fetch_time(&self) -> Result<i64, ExchangeError>;

    /// One page of candles, oldest first, as the exchange gives it.
    ///
    /// `since_ms` is the first open time wanted, `until_ms` the first not wanted, `limit` the most
    /// candles wanted; without it the page is as long as the exchange allows, with more than that
    /// it is cut. With `since_ms` the page starts with the oldest candles from there on, without it
    /// ends with the newest. As with ccxt, **the last candle may still be forming**, and a page says
    /// nothing about whether there are more: [`fetch_closed`] is for history. A row that cannot be a candle costs no
    /// other: it is among [`Page::spoilt`].
    ///
    /// # Errors
    /// [`ExchangeError`].
    async fn fetch_ohlcv(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        since_ms: Option<i64>,
        until_ms: Option<i64>,
        limit: Option<u32>,
    ) -> Result<Page, ExchangeError>;

    /// One page of candles of the mark price, as [`Exchange::fetch_ohlcv`] gives those of trades.
    ///
    /// # Errors
    /// [`ExchangeError`]; [`ExchangeError::Unsupported`] where there are no perpetuals.
    async fn fetch_mark_ohlcv(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        since_ms: Option<i64>,
        until_ms: Option<i64>,
        limit: Option<u32>,
    ) -> Result<Page, ExchangeError>;

    /// One page of funding rates that were paid at or after `since_ms` and before `until_ms`, the
    /// oldest ones: possible, each at a whole minute of its own, and strictly rising.
    ///
    /// # Errors
    /// [`ExchangeError`]; [`ExchangeError::Unsupported`] where there are no perpetuals.
    async fn fetch_funding_rate_history(
        &self,
        symbol: &Symbol,
        since_ms: i64,
        until_ms: i64,
    ) -> Result<Vec<FundingRate>, ExchangeError>;

    /// What was traded of each market within the last 24 hours, in its quote: of those `markets` that the exchange
    /// tells of, in no order.
    ///
    /// # Errors
    /// [`ExchangeError`].
    async fn fetch_quote_volumes(&self, markets: &[Instrument]) -> Result<Vec<(Symbol, f64)>, ExchangeError>;

    /// The best prices now.
    ///
    /// # Errors
    /// [`ExchangeError`].
    async fn fetch_ticker(&self, symbol: &Symbol) -> Result<Ticker, ExchangeError>;
}
