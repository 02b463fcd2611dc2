//! Fetching any stretch of funding rates.
//!
//! As with candles, a page says which rates there are, never that there are no more. Where two rates lie further apart
//! than the longest interval, or the first one comes later than that, the stretch is asked for by itself; an end is
//! believed when two pages in a row are empty.

use std::collections::VecDeque;
use std::error::Error;

use market::{FundingRate, Symbol, funding_holes};

use crate::{Exchange, ExchangeError, FetchError};

/// Rates are at whole minutes.
const MINUTE_MS: i64 = 60_000;
/// How often in a row a page has to be empty until it is believed that there is no more.
const EMPTY_PAGES: u32 = 2;

/// What was fetched of funding.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// What the exchange's clock showed at the start, Unix milliseconds.
    pub server_time_ms: i64,
    /// Stretches longer than the longest interval without a rate, `(from, to)`, Unix milliseconds: between two rates,
    /// from the beginning of the range to the first one, and from the last one to its end. Each was asked for twice.
    pub absent: Vec<(i64, i64)>,
}

/// Fetches the funding rates at or after `since_ms` and before `until_ms`; without `until_ms`, up to
/// the present of the exchange's clock. The local clock plays no part.
///
/// `on_page` gets them in order, each once, a page or a part of one at a time, and never an empty page; its error
/// ends the fetch. Dropping the future between pages is safe.
///
/// # Errors
/// [`FetchError`].
pub async fn fetch_funding(
    exchange: &dyn Exchange,
    symbol: &Symbol,
    since_ms: i64,
    until_ms: Option<i64>,
    on_page: impl FnMut(&[FundingRate]) -> Result<(), Box<dyn Error + Send + Sync>>,
) -> Result<FetchedFunding, FetchError> {
    let server_time_ms = exchange.fetch_time().await?;
    fetch_funding_at(exchange, symbol, since_ms, until_ms, server_time_ms, on_page).await
}

/// As [`fetch_funding`], by an exchange's clock that was read already.
///
/// # Errors
/// [`FetchError`].
pub async fn fetch_funding_at(
    exchange: &dyn Exchange,
    symbol: &Symbol,
    since_ms: i64,
    until_ms: Option<i64>,
    server_time_ms: i64,
    mut on_page: impl FnMut(&[FundingRate]) -> Result<(), Box<dyn Error + Send + Sync>>,
) -> Result<FetchedFunding, FetchError> {
    let until_ms = until_ms.map_or(server_time_ms, |until_ms| until_ms.min(server_time_ms));
    let fetched = FetchedFunding {
        pages: 0,
        rates: 0,
        first_ms: None,
        last_ms: None,
        until_ms,
        server_time_ms,
        absent: Vec::new(),
    };
    let mut asker = Asker { exchange, symbol, since_ms, fetched };
    let (mut cursor_ms, mut empty) = (since_ms, 0);
    while cursor_ms < until_ms && empty < EMPTY_PAGES {
        let page = asker.page(cursor_ms, until_ms).await?;
        let Some(last) = page.last() else {
            empty += 1;
            continue;
        };
        (cursor_ms, empty) = (last.time_ms + MINUTE_MS, 0);
        asker.take(page, &mut on_page).await?;
    }
    let mut fetched = asker.fetched;
    let from_ms = fetched.last_ms.unwrap_or(since_ms);
    fetched.absent.extend(funding_holes(&[], from_ms, until_ms));
    Ok(fetched)
}

/// Asks for one range of one symbol.
struct Asker<'a> {
    exchange: &'a dyn Exchange,
    symbol: &'a Symbol,
    since_ms: i64,
    fetched: FetchedFunding,
}

impl Asker<'_> {
    /// The rates of one page within a range.
    async fn page(&mut self, since_ms: i64, until_ms: i64) -> Result<Vec<FundingRate>, ExchangeError> {
        let mut page = self.exchange.fetch_funding_rate_history(self.symbol, since_ms, until_ms).await?;
        page.retain(|rate| (since_ms..until_ms).contains(&rate.time_ms));
        self.fetched.pages += 1;
        Ok(page)
    }

    /// Passes a page on, up to the first hole; asks for that by itself, and goes on with what comes.
    async fn take(
        &mut self,
        page: Vec<FundingRate>,
        on_page: &mut impl FnMut(&[FundingRate]) -> Result<(), Box<dyn Error + Send + Sync>>,
    ) -> Result<(), FetchError> {
        let (mut held, mut good) = (VecDeque::from(page), Vec::new());
        let mut before_ms = self.fetched.last_ms;
        while let Some(next) = held.pop_front() {
            let hole = funding_holes(&[], before_ms.unwrap_or(self.since_ms), next.time_ms).first().copied();
            if let Some(hole) = hole {
                let from_ms = before_ms.map_or(self.since_ms, |before_ms| before_ms + MINUTE_MS);
                let within = self.page(from_ms, next.time_ms).await?;
                if !within.is_empty() {
                    // Before the first of these there may be a hole again, a shorter one.
                    held.push_front(next);
                    within.into_iter().rev().for_each(|rate| held.push_front(rate));
                    continue;
                }
                self.fetched.absent.push(hole);
            }
            before_ms = Some(next.time_ms);
            good.push(next);
        }
        if let (Some(first), Some(last)) = (good.first(), good.last()) {
            on_page(&good).map_err(FetchError::Receiver)?;
            self.fetched.rates += good.len() as u64;
            self.fetched.first_ms = self.fetched.first_ms.or(Some(first.time_ms));
            self.fetched.last_ms = Some(last.time_ms);
        }
        Ok(())
    }
}
