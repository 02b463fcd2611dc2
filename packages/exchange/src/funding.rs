//! Fetching any stretch of funding rates.

use std::error::Error;

use market::{FundingRate, Symbol};

use crate::{Exchange, FetchError};

/// Rates are at whole minutes.
const MINUTE_MS: i64 = 60_000;
/// How often in a row a page has to be empty until it is believed that there is no more.
const EMPTY_PAGES: u32 = 2;

/// What was fetched of funding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchedFunding {
    /// How many questions it took.
    pub pages: u64,
    /// How many rates were passed on.
    pub rates: u64,
    /// The time of the first one, Unix milliseconds.
    pub first_ms: Option<i64>,
    /// The time of the last one, Unix milliseconds.
    pub last_ms: Option<i64>,
    /// The exclusive end of what was asked for, Unix milliseconds.
    pub until_ms: i64,
}

/// Fetches the funding rates at or after `since_ms` and before `until_ms`; without `until_ms`, up to
/// the present of the exchange's clock. The local clock plays no part.
///
/// `on_page` gets them in order, each once, a page at a time, and never an empty page; its error
/// ends the fetch. Dropping the future between pages is safe.
///
/// # Errors
/// [`FetchError`].
pub async fn fetch_funding(
    exchange: &dyn Exchange,
    symbol: &Symbol,
    since_ms: i64,
    until_ms: Option<i64>,
    mut on_page: impl FnMut(&[FundingRate]) -> Result<(), Box<dyn Error + Send + Sync>>,
) -> Result<FetchedFunding, FetchError> {
    let now_ms = exchange.fetch_time().await?;
    let until_ms = until_ms.map_or(now_ms, |until_ms| until_ms.min(now_ms));
    let mut fetched = FetchedFunding { pages: 0, rates: 0, first_ms: None, last_ms: None, until_ms };
    let (mut cursor_ms, mut empty) = (since_ms, 0);
    while cursor_ms < until_ms && empty < EMPTY_PAGES {
        let mut page = exchange.fetch_funding_rate_history(symbol, cursor_ms, until_ms).await?;
        page.retain(|rate| (cursor_ms..until_ms).contains(&rate.time_ms));
        fetched.pages += 1;
        let (Some(first), Some(last)) = (page.first(), page.last()) else {
            empty += 1;
            continue;
        };
        on_page(&page).map_err(FetchError::Receiver)?;
        fetched.rates += page.len() as u64;
        fetched.first_ms = fetched.first_ms.or(Some(first.time_ms));
        fetched.last_ms = Some(last.time_ms);
        (cursor_ms, empty) = (last.time_ms + MINUTE_MS, 0);
    }
    Ok(fetched)
}
