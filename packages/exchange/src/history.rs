//! Fetching any stretch of closed candles: the loop around the [`Pager`].

use market::{Candle, Hole, Symbol, Timeframe};

use crate::ahead::Ahead;
use crate::{Exchange, ExchangeError, Page, Pager, PagerError, Question, Refused, pager};

/// What was fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// How many answers to questions for candles it took.
    pub pages: u64,
    /// How many candles were passed on.
    pub candles: u64,
    /// Open time of the first one, Unix milliseconds.
    pub first_open_ms: Option<i64>,
    /// Open time of the last one, Unix milliseconds.
    pub last_open_ms: Option<i64>,
    /// The exclusive end: of every candle that opens before it there is an answer, Unix milliseconds.
    pub until_ms: i64,
    /// Open time of a young candle that the exchange has, with none behind it, Unix milliseconds; it was not passed on.
    pub left_ms: Option<i64>,
    /// What the exchange's clock showed at the start, Unix milliseconds.
    pub server_time_ms: i64,
    /// Where the exchange has no candles: before the first one, between, and after the last one. Each
    /// stretch was asked for twice. The slots of refused candles are no part of it.
    pub absent: Vec<Hole>,
    /// The candles that were impossible or off the grid, and not passed on.
    pub refused: Vec<Refused>,
}

/// Why fetching stopped. What was passed on before is good.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The exchange could not be asked.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// The exchange's answers cannot be used.
    #[error(transparent)]
    Answer(#[from] PagerError),
    /// Whoever receives the candles failed.
    #[error(transparent)]
    Receiver(Box<dyn std::error::Error + Send + Sync>),
}

/// Fetches the closed candles that open at or after `since_ms` and before `until_ms`; without
/// `until_ms`, up to the last one that has been closed for [`SETTLE_MS`](crate::SETTLE_MS) by the exchange's
/// clock. The local clock plays no part. What closed within a week has to come with a later candle behind it in the same
/// answer, which may be the forming one: an answer out of a cache may end with a candle that was forming then.
///
/// `on_page` gets them in order, each once, a page at a time, and never an empty page; its error
/// ends the fetch. Candles that have to be refused are logged and counted in [`Fetched::refused`].
/// Dropping the future between pages is safe.
///
/// # Errors
/// [`FetchError`].
pub async fn fetch_closed(
    exchange: &dyn Exchange,
    symbol: &Symbol,
    timeframe: Timeframe,
    since_ms: i64,
    until_ms: Option<i64>,
    mut on_page: impl FnMut(&[Candle]) -> Result<(), Box<dyn std::error::Error + Send + Sync>>,
) -> Result<Fetched, FetchError> {
    fetch_closed_paged(exchange, symbol, timeframe, since_ms, until_ms, |page, _| on_page(page)).await
}

/// As [`fetch_closed`], and `on_page` sees what the pager knows by then: where the exchange has no candles up to the
/// end of the page. Whoever keeps that has nothing to ask again after a break.
///
/// # Errors
/// [`FetchError`].
pub async fn fetch_closed_paged(
    exchange: &dyn Exchange,
    symbol: &Symbol,
    timeframe: Timeframe,
    since_ms: i64,
    until_ms: Option<i64>,
    on_page: impl FnMut(&[Candle], &Pager) -> Result<(), Box<dyn std::error::Error + Send + Sync>>,
) -> Result<Fetched, FetchError> {
    let asked = Asked { exchange, symbol, timeframe, price: Price::Trades };
    fetch(asked, since_ms, until_ms, on_page).await
}

/// As [`fetch_closed_paged`], of the mark price.
///
/// # Errors
/// [`FetchError`].
pub async fn fetch_closed_marks(
    exchange: &dyn Exchange,
    symbol: &Symbol,
    timeframe: Timeframe,
    since_ms: i64,
    until_ms: Option<i64>,
    on_page: impl FnMut(&[Candle], &Pager) -> Result<(), Box<dyn std::error::Error + Send + Sync>>,
) -> Result<Fetched, FetchError> {
    let asked = Asked { exchange, symbol, timeframe, price: Price::Mark };
    fetch(asked, since_ms, until_ms, on_page).await
}

/// Candles of which price.
#[derive(Debug, Clone, Copy)]
enum Price {
    Trades,
    Mark,
}

/// Who is asked for what.
#[derive(Clone, Copy)]
struct Asked<'a> {
    exchange: &'a dyn Exchange,
    symbol: &'a Symbol,
    timeframe: Timeframe,
    price: Price,
}

impl Asked<'_> {
    async fn page(&self, question: Question) -> Result<Page, ExchangeError> {
        let Asked { exchange, symbol, timeframe, price } = *self;
        let (since_ms, (until_ms, limit)) = (Some(question.since_ms()), question.bounds(timeframe));
        match price {
            Price::Trades => exchange.fetch_ohlcv(symbol, timeframe, since_ms, until_ms, limit).await,
            Price::Mark => exchange.fetch_mark_ohlcv(symbol, timeframe, since_ms, until_ms, limit).await,
        }
    }
}

async fn fetch(
    asked: Asked<'_>,
    since_ms: i64,
    until_ms: Option<i64>,
    mut on_page: impl FnMut(&[Candle], &Pager) -> Result<(), Box<dyn std::error::Error + Send + Sync>>,
) -> Result<Fetched, FetchError> {
    let Asked { exchange, symbol, timeframe, .. } = asked;
    let server_time_ms = exchange.fetch_time().await?;
    let mut pager = Pager::new(timeframe, since_ms, until_ms, server_time_ms);
    let (mut pages, mut candles, mut first_open_ms, mut last_open_ms) = (0, 0, None, None);
    let young_ms = pager::young_ms(timeframe, server_time_ms);
    let mut ahead = Ahead::new(timeframe, young_ms, |question| Box::pin(async move { asked.page(question).await }));
    while let Some(question) = pager.ask() {
        let page = ahead.answer(question).await?;
        pages += 1;
        let passed = pager.answer(&page)?;
        if let (Some(first), Some(last)) = (passed.first(), passed.last()) {
            on_page(&passed, &pager).map_err(FetchError::Receiver)?;
            candles += passed.len() as u64;
            first_open_ms = first_open_ms.or(Some(first.open_time_ms));
            last_open_ms = Some(last.open_time_ms);
        }
    }
    let refused: Vec<_> = pager.refused().cloned().collect();
    if let Some(Refused { candle, objection, .. }) = refused.first() {
        let (first, why) = (market::format_utc(candle.open_time_ms), &objection.why);
        tracing::warn!(%symbol, %timeframe, refused = refused.len(), "candles refused, the first at {first}: {why}");
    }
    let (until_ms, left_ms, absent) = (pager.end_ms(), pager.left_ms(), pager.absent());
    Ok(Fetched { pages, candles, first_open_ms, last_open_ms, until_ms, left_ms, server_time_ms, absent, refused })
}
