//! Asks an exchange for a stretch of closed candles: the loop around the pager, without a look at the clock each time.

use db::{DbError, Store};
use exchange::{Exchange, ExchangeError, Pager, PagerError, Question};
use market::{Candle, Hole, Series, format_utc};

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    /// Open times of the first and of the last candle that came, Unix milliseconds.
    pub(crate) ends_ms: Option<(i64, i64)>,
    /// Where the exchange has none: each stretch was asked for twice.
    pub(crate) absent: Vec<Hole>,
    /// The candles that were impossible or off the grid, and not passed on.
    pub(crate) refused: Vec<exchange::Refused>,
    /// The exclusive end: what opens later was not asked for, or had not closed, Unix milliseconds.
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
}

/// Asks for the candles that open at or after `from_ms` and before `to_ms` and were closed at `server_time_ms`, by
/// the exchange's clock. `on_page` gets them in order, each once.
pub(crate) async fn ask(
    exchange: &dyn Exchange,
    series: &Series,
    (from_ms, to_ms): (i64, i64),
    server_time_ms: i64,
    mut on_page: impl FnMut(&[Candle]) -> Result<(), DbError>,
) -> Result<Asked, AskError> {
    let (symbol, timeframe) = (&series.symbol, series.timeframe);
    let mut pager = Pager::new(timeframe, from_ms, Some(to_ms), server_time_ms);
    let mut ends_ms: Option<(i64, i64)> = None;
    while let Some(question) = pager.ask() {
        let (since_ms, until_ms, limit) = match question {
            Question::Page { since_ms, until_ms } => (since_ms, Some(until_ms), None),
            Question::Next { since_ms } => (since_ms, None, Some(1)),
        };
        let rows = exchange.fetch_ohlcv(symbol, timeframe, Some(since_ms), until_ms, limit).await?;
        let passed = pager.answer(&rows)?;
        if let (Some(first), Some(last)) = (passed.first(), passed.last()) {
            on_page(&passed)?;
            ends_ms = Some((ends_ms.map_or(first.open_time_ms, |(first_ms, _)| first_ms), last.open_time_ms));
        }
    }
    Ok(Asked { ends_ms, absent: pager.absent(), refused: pager.refused().collect(), until_ms: pager.end_ms() })
}

/// What says that a stretch that ends at `to_ms` lies before the listing; `None` where it does not. Only of one that no
/// stored candle comes before, which is one at most, the exchange is asked for its very first candle.
///
/// # Errors
/// [`AskError`].
pub(crate) async fn before_listing(
    exchange: &dyn Exchange,
    store: &Store,
    series: &Series,
    to_ms: i64,
) -> Result<Option<String>, AskError> {
    if store.first_closed_ms(series)?.is_some_and(|first_ms| first_ms < to_ms) {
        return Ok(None);
    }
    let first = exchange.fetch_ohlcv(&series.symbol, series.timeframe, Some(0), None, Some(1)).await?;
    let is_before = first.first().filter(|first| first.open_time_ms >= to_ms);
    Ok(is_before.map(|first| first_candle(first.open_time_ms)))
}

/// What proves that there is nothing before the listing.
pub(crate) fn first_candle(open_time_ms: i64) -> String {
    format!("the first candle of the exchange is that of {}", format_utc(open_time_ms))
}
