//! Asks an exchange for a past stretch of candles, mark prices or funding, without a look at its clock each time.

use db::{DbError, Store};
use exchange::{Exchange, ExchangeError, FetchError, Page, Pager, PagerError, fetch_funding_at};
use market::{Candle, FundingRate, Hole, Series, format_utc};

use crate::args::{Kind, Target};
use crate::stored::{self, hole_after};

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    /// The times of the first and of the last row that came, Unix milliseconds.
    pub(crate) ends_ms: Option<(i64, i64)>,
    /// Where the exchange has nothing: each stretch was asked for twice. Of funding, stretches in which one is due.
    pub(crate) absent: Vec<Hole>,
    /// The candles that were impossible or off the grid, and not passed on.
    pub(crate) refused: Vec<exchange::Refused>,
    /// Open time of a young candle that the exchange has, with none behind it; it was not passed on, Unix milliseconds.
    pub(crate) left_ms: Option<i64>,
    /// The exclusive end: what comes later was not asked for, or was not final, Unix milliseconds.
    pub(crate) until_ms: i64,
}

/// Why it came to nothing. What was passed on before is good.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    #[error(transparent)]
    Answer(#[from] PagerError),
    #[error(transparent)]
    Store(#[from] DbError),
    #[error(transparent)]
    Receiver(Box<dyn std::error::Error + Send + Sync>),
}

impl From<FetchError> for AskError {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Exchange(error) => AskError::Exchange(error),
            FetchError::Answer(error) => AskError::Answer(error),
            FetchError::Receiver(error) => {
                error.downcast().map_or_else(AskError::Receiver, |error| AskError::Store(*error))
            }
        }
    }
}

/// Asks for the candles, of trades or of the mark price, that open at or after `from_ms` and before `to_ms` and were
/// closed at `server_time_ms`, by the exchange's clock. `on_page` gets them in order, each once.
pub(crate) async fn ask(
    exchange: &dyn Exchange,
    kind: Kind,
    series: &Series,
    (from_ms, to_ms): (i64, i64),
    server_time_ms: i64,
    mut on_page: impl FnMut(&[Candle]) -> Result<(), DbError>,
) -> Result<Asked, AskError> {
    let mut pager = Pager::new(series.timeframe, from_ms, Some(to_ms), server_time_ms);
    let mut ends_ms: Option<(i64, i64)> = None;
    while let Some(question) = pager.ask() {
        let (until_ms, limit) = question.bounds(series.timeframe);
        let page = page(exchange, kind, series, question.since_ms(), until_ms, limit).await?;
        let passed = pager.answer(&page)?;
        if let (Some(first), Some(last)) = (passed.first(), passed.last()) {
            on_page(&passed)?;
            ends_ms = Some((ends_ms.map_or(first.open_time_ms, |(first_ms, _)| first_ms), last.open_time_ms));
        }
    }
    let (absent, refused, left_ms) = (pager.absent(), pager.refused().cloned().collect(), pager.left_ms());
    Ok(Asked { ends_ms, absent, refused, left_ms, until_ms: pager.end_ms() })
}

/// One page of candles, of trades or of the mark price.
///
/// # Errors
/// As the exchange.
pub(crate) async fn page(
    exchange: &dyn Exchange,
    kind: Kind,
    Series { symbol, timeframe, .. }: &Series,
    since_ms: i64,
    until_ms: Option<i64>,
    limit: Option<u32>,
) -> Result<Page, ExchangeError> {
    match kind {
        Kind::Mark => exchange.fetch_mark_ohlcv(symbol, *timeframe, Some(since_ms), until_ms, limit).await,
        _ => exchange.fetch_ohlcv(symbol, *timeframe, Some(since_ms), until_ms, limit).await,
    }
}

/// As [`ask`], for the funding rates of `target`.
pub(crate) async fn ask_funding(
    exchange: &dyn Exchange,
    target: &Target,
    (from_ms, to_ms): (i64, i64),
    server_time_ms: i64,
    mut on_page: impl FnMut(&[FundingRate]) -> Result<(), DbError>,
) -> Result<Asked, AskError> {
    let on_page = |page: &[FundingRate]| Ok(on_page(page)?);
    let fetched = fetch_funding_at(exchange, target.symbol(), from_ms, Some(to_ms), server_time_ms, on_page).await?;
    Ok(Asked {
        ends_ms: fetched.first_ms.zip(fetched.last_ms),
        absent: absent_funding(target, from_ms, fetched.first_ms, &fetched.absent),
        refused: Vec::new(),
        left_ms: None,
        until_ms: fetched.until_ms,
    })
}

/// The stretches without funding, which are told by the rates beside them; at the beginning of the range there may be
/// none.
pub(crate) fn absent_funding(
    target: &Target,
    since_ms: i64,
    first_ms: Option<i64>,
    absent: &[(i64, i64)],
) -> Vec<Hole> {
    let hole = |&(left_ms, to_ms): &(i64, i64)| {
        let is_rate = left_ms != since_ms || first_ms == Some(since_ms);
        hole_after(target, if is_rate { left_ms } else { left_ms - 1 }, to_ms)
    };
    absent.iter().map(hole).collect()
}

/// What says that a stretch that ends at `to_ms` lies before the listing; `None` where it does not. Only of one that no
/// stored row comes before, which is one at most, the exchange is asked for its very first row.
///
/// # Errors
/// [`AskError`].
pub(crate) async fn before_listing(
    exchange: &dyn Exchange,
    store: &Store,
    target: &Target,
    to_ms: i64,
) -> Result<Option<String>, AskError> {
    if stored::ends_ms(store, target)?.is_some_and(|(first_ms, _)| first_ms < to_ms) {
        return Ok(None);
    }
    let first_ms = match target {
        Target::Candles(series) | Target::Marks(series) => {
            let first = page(exchange, target.kind(), series, 0, None, Some(1)).await?;
            first.candles.first().map(|first| first.open_time_ms)
        }
        Target::Funding { symbol, .. } => {
            let first = exchange.fetch_funding_rate_history(symbol, 0, target.after_ms(to_ms)).await?;
            first.first().map(|first| first.time_ms)
        }
    };
    let is_before = first_ms.filter(|first_ms| *first_ms >= to_ms);
    Ok(is_before.map(|first_ms| first_row(target.kind(), first_ms)))
}

/// What proves that there is nothing before the listing.
pub(crate) fn first_row(kind: Kind, time_ms: i64) -> String {
    let what = match kind {
        Kind::Candles => "candle of the exchange is that",
        Kind::Mark => "mark price of the exchange is that",
        Kind::Funding => "funding rate of the exchange is that",
    };
    format!("the first {what} of {}", format_utc(time_ms))
}
