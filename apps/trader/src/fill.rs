//! Fills a series over REST until nothing is missing that exists, however long the exchange is away.

use std::time::Duration;

use anyhow::{Context, Result};
use db::{DbError, Store};
use exchange::{Exchange, ExchangeError, FetchError, Fetched, fetch_closed};
use market::{Candle, Series, format_utc};
use network::Backoff;

use crate::door;
use crate::feed::Tracked;
use crate::tell::Teller;
use crate::turn;

/// Waits between two attempts: random, from nothing up to this, doubling …
const RETRY_FIRST: Duration = Duration::from_millis(250);
/// … up to this.
const RETRY_MAX: Duration = Duration::from_secs(10);
/// How long after its close, by the exchange's clock, a candle may be missing from REST.
const LATE_MS: i64 = 60_000;
/// How often a late candle at the end is asked for before it is believed not to exist. The fetch
/// asks twice each time.
const ABSENT_ASKS: u32 = 2;

/// Why nothing is decided while the newest candle may be one that a cache has.
const ALONE: &str = "REST shows no candle behind the newest one";
/// Why nothing is decided, most of the time.
const AWAY: &str = "the exchange does not answer";

/// The waits of one outage.
struct Patience<'a> {
    backoff: Backoff,
    teller: &'a Teller,
    told: bool,
}

impl<'a> Patience<'a> {
    fn new(teller: &'a Teller) -> Self {
        Patience { backoff: Backoff::new(RETRY_FIRST, RETRY_MAX, fastrand::Rng::new()), teller, told: false }
    }

    /// Tells of an outage once, and waits.
    async fn wait_out(&mut self, why: &str, error: &dyn std::fmt::Display) {
        if !self.told {
            self.teller.trouble(&format!("no decisions while {why}: {error}"));
            self.told = true;
        }
        tracing::debug!("asked in vain: {error}");
        tokio::time::sleep(self.backoff.next_delay()).await;
    }

    fn over(&self) {
        if self.told {
            self.teller.line("that is over: decisions go on");
        }
    }
}

/// The exchange's time, asked for until it answers.
///
/// # Errors
/// When asking again is of no use.
pub(crate) async fn exchange_time(exchange: &dyn Exchange, teller: &Teller) -> Result<i64> {
    let mut patience = Patience::new(teller);
    loop {
        match exchange.fetch_time().await {
            Ok(time_ms) => {
                patience.over();
                return Ok(time_ms);
            }
            Err(error) if error.is_retryable() => patience.wait_out(AWAY, &error).await,
            Err(error) => return Err(error).context("cannot ask the exchange for its time"),
        }
    }
}

/// Makes `tracked` complete up to the candle at `expected_ms`, asking from `from_ms` on where
/// nothing is known yet. Gives how many candles were added.
///
/// Candles that are missing before another one do not exist. At the end that is only believed of other series, where
/// nothing shows that there must be one: of the one that is decided on there is nothing to decide until a candle comes,
/// and what REST does not have yet may be late.
///
/// # Errors
/// When asking again is of no use, or the store fails.
pub(crate) async fn heal(
    exchange: &dyn Exchange,
    store: &mut Store,
    tracked: &mut Tracked,
    from_ms: i64,
    expected_ms: i64,
    teller: &Teller,
) -> Result<u64> {
    let mut patience = Patience::new(teller);
    let (mut added, mut absent) = (0, 0);
    while !tracked.is_complete(store, expected_ms)? {
        let since_ms = tracked.complete_to_ms.unwrap_or(from_ms);
        match fetch(exchange, store, tracked, since_ms, &mut added).await {
            Ok(fetched) => {
                // Every hole before the last candle was asked for twice.
                tracked.complete_to_ms = tracked.complete_to_ms.max(fetched.last_open_ms);
                if tracked.is_complete(store, expected_ms)? {
                    break;
                }
                absent += u32::from(is_late(tracked, expected_ms, fetched.server_time_ms));
                let left_ms = fetched.left_ms.filter(|left_ms| tracked.complete_to_ms < Some(*left_ms));
                if absent < ABSENT_ASKS {
                    tokio::time::sleep(patience.backoff.next_delay()).await;
                } else if tracked.awaits(expected_ms) {
                    patience.wait_out("REST lacks what the stream has", &format_utc(expected_ms)).await;
                } else if let Some(left_ms) = left_ms.filter(|_| !tracked.is_base) {
                    patience.wait_out(ALONE, &format_utc(left_ms)).await;
                } else if tracked.is_shown_by_base(store, expected_ms)? {
                    patience.wait_out("REST lacks what shorter candles show", &format_utc(expected_ms)).await;
                } else if tracked.is_base {
                    break;
                } else {
                    let missing = format_utc(expected_ms);
                    tracing::warn!("the exchange has no candle of {} up to {missing}", tracked.series);
                    tracked.complete_to_ms = Some(expected_ms);
                    break;
                }
            }
            Err(FetchError::Receiver(error)) if turn::is_locked(error.as_ref()) => {
                patience.wait_out("the store is locked", &error).await;
            }
            Err(error) if is_retryable(&error) => patience.wait_out(AWAY, &error).await,
            Err(error) => return Err(error).with_context(|| format!("cannot fetch candles of {}", tracked.series)),
        }
    }
    patience.over();
    Ok(added)
}

/// The candle at `open_time_ms` as REST has it, asked for until the answer is final; `None` where it has none. Of one
/// that was not traded it is believed sooner that there is none.
///
/// # Errors
/// When asking again is of no use.
pub(crate) async fn ask_for(
    exchange: &dyn Exchange,
    series: &Series,
    open_time_ms: i64,
    is_traded: bool,
    teller: &Teller,
) -> Result<Option<Candle>> {
    let mut patience = Patience::new(teller);
    let to_ms = series.timeframe.next_open(open_time_ms);
    let is_past = |fetched: &Fetched| fetched.server_time_ms >= to_ms + LATE_MS;
    loop {
        let mut found = None;
        let on_page = |page: &[Candle]| {
            found = page.first().copied();
            Ok(())
        };
        let asked = fetch_closed(exchange, &series.symbol, series.timeframe, open_time_ms, Some(to_ms), on_page).await;
        match asked {
            Ok(fetched) if found.is_some() || (is_past(&fetched) && (fetched.until_ms >= to_ms || !is_traded)) => {
                patience.over();
                return Ok(found);
            }
            Ok(fetched) if is_past(&fetched) => patience.wait_out(ALONE, &format_utc(open_time_ms)).await,
            Ok(_) => tokio::time::sleep(patience.backoff.next_delay()).await,
            Err(error) if is_retryable(&error) => patience.wait_out(AWAY, &error).await,
            Err(error) => return Err(error).with_context(|| format!("cannot fetch candles of {series}")),
        }
    }
}

async fn fetch(
    exchange: &dyn Exchange,
    store: &mut Store,
    tracked: &Tracked,
    since_ms: i64,
    added: &mut u64,
) -> Result<Fetched, FetchError> {
    let series = &tracked.series;
    let mut judge = None;
    let on_page = |page: &[Candle]| {
        *added += door::take_page(store, series, &mut judge, page, tracked.complete_to_ms)?;
        Ok(())
    };
    let fetched = fetch_closed(exchange, &series.symbol, series.timeframe, since_ms, None, on_page).await?;
    let received = |error: DbError| FetchError::Receiver(error.into());
    door::keep_refused(store, series, &fetched.refused).map_err(received)?;
    Ok(fetched)
}

fn is_late(tracked: &Tracked, open_time_ms: i64, server_time_ms: i64) -> bool {
    server_time_ms >= tracked.series.timeframe.next_open(open_time_ms) + LATE_MS
}

/// Whether the same question may be answered later.
fn is_retryable(error: &FetchError) -> bool {
    match error {
        FetchError::Exchange(error) => ExchangeError::is_retryable(error),
        FetchError::Answer(_) => true,
        FetchError::Receiver(_) => false,
    }
}
