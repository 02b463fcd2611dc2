//! Whether the exchange has what a new account is to be traded on.
//!
//! Its list of markets is long and weighs as much as ten pages of candles, and traders are often started all at once. So
//! what somebody was told in the last day is believed, and of those who know nothing one asks while the others wait.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use db::{DbError, Store};
use exchange::Exchange;

use crate::feed::Feed;
use crate::fill::exchange_time;
use crate::tell::Teller;
use crate::turn;

/// How long the store's word on a market is believed.
const FRESH_MS: i64 = 86_400_000;
/// How often another trader's question is looked after, and how long: ten seconds. Then everybody asks.
const PAUSE: Duration = Duration::from_millis(100);
const MOST_PAUSES: u32 = 100;

/// Refuses a symbol or a timeframe that the exchange does not have, before an account is made of it. An exchange that is
/// away is waited for; where it does not answer afterwards, the first fill tells what it does not have.
///
/// # Errors
/// What the exchange does not have, or an error of the store.
pub(crate) async fn probe(exchange: &dyn Exchange, store: &mut Store, feed: &Feed, teller: &Teller) -> Result<()> {
    let now_ms = exchange_time(exchange, teller).await?;
    check_listed(exchange, store, feed, now_ms).await?;
    for tracked in &feed.tracked {
        let series = &tracked.series;
        match exchange.fetch_ohlcv(&series.symbol, series.timeframe, None, None, Some(1)).await {
            Err(error) if !error.is_retryable() => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Refuses a symbol that is not listed. Asked for candles alone, an exchange would take BTCU/SDT for BTC/USDT: both are
/// BTCUSDT to it.
async fn check_listed(exchange: &dyn Exchange, store: &mut Store, feed: &Feed, now_ms: i64) -> Result<()> {
    let path = lock_path(store);
    let open = File::options().write(true).create(true).truncate(false).open(&path);
    // Held while this one asks; the system gives it back also when the process is killed.
    let lock = open.with_context(|| format!("cannot open the lock file {}", path.display()))?;
    for pause in 0..=MOST_PAUSES {
        let is_held = matches!(lock.try_lock(), Err(TryLockError::WouldBlock));
        if are_known(store, feed, now_ms)? {
            return Ok(());
        }
        if !is_held || pause == MOST_PAUSES {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    let listed = match exchange.load_markets().await {
        Ok(listed) => listed,
        Err(error) if error.is_retryable() => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    turn::wait_for(|| store.put_instruments(exchange.name(), &listed, now_ms)).await?;
    for tracked in &feed.tracked {
        let symbol = &tracked.series.symbol;
        if listed.iter().all(|instrument| instrument.symbol != *symbol) {
            bail!("{} has no symbol {symbol}; expected one it lists, such as BTC/USDT", exchange.name());
        }
    }
    Ok(())
}

fn lock_path(store: &Store) -> PathBuf {
    let mut path = store.path().as_os_str().to_owned();
    path.push(".markets.lock");
    path.into()
}

/// Whether somebody was told of every symbol not long ago.
fn are_known(store: &Store, feed: &Feed, now_ms: i64) -> Result<bool, DbError> {
    for tracked in &feed.tracked {
        let told_ms = store.instrument_told_ms(&tracked.series.exchange, &tracked.series.symbol)?;
        // A time far ahead comes of another clock, and says nothing.
        if told_ms.is_none_or(|told_ms| told_ms.abs_diff(now_ms) >= FRESH_MS.unsigned_abs()) {
            return Ok(false);
        }
    }
    Ok(true)
}
