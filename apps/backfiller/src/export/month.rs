//! A month of a series after the other: what is in memory is never more.

use anyhow::{Result, bail};
use db::{DbError, Store};
use market::Timeframe;

use super::table::Table;
use crate::args::Target;

/// A month in UTC, Unix milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Month {
    pub(crate) from_ms: i64,
    to_ms: i64,
}

/// The first time that a place has, Unix milliseconds.
pub(crate) fn first(store: &Store, place: &Target) -> Result<Option<i64>, DbError> {
    after(store, place, i64::MIN)
}

/// The first time that a place has behind a month.
pub(crate) fn next(store: &Store, place: &Target, month: Month) -> Result<Option<i64>, DbError> {
    after(store, place, month.to_ms)
}

fn after(store: &Store, place: &Target, from_ms: i64) -> Result<Option<i64>, DbError> {
    match place {
        Target::Candles(series) => Ok(store.candles_from(series, from_ms, 1)?.open_time_ms.first().copied()),
        Target::Marks(series) => Ok(store.marks_from(series, from_ms, 1)?.open_time_ms.first().copied()),
        Target::Funding { exchange, symbol } => store.funding_at_or_after_ms(exchange, symbol, from_ms),
    }
}

/// The month that holds `time_ms`, and all that a place has of it.
///
/// # Errors
/// Where no calendar has that month, or as the store.
pub(crate) fn read(store: &Store, place: &Target, time_ms: i64) -> Result<(Month, Table)> {
    let from_ms = Timeframe::Month1.open_of(time_ms);
    let month = Month { from_ms, to_ms: Timeframe::Month1.next_open(from_ms) };
    if month.to_ms <= time_ms {
        let time_s = time_ms / 1_000;
        bail!(
            "{place} has a row with the timestamp {time_s}, which is in no year up to 9999; expected Unix seconds: another \
             program wrote it, `backfiller check` counts such rows, and sqlite3 deletes them"
        );
    }
    let (from, to) = (Some(month.from_ms), Some(month.to_ms));
    let table = match place {
        Target::Candles(series) => Table::Candles(store.candles(series, from, to)?),
        Target::Marks(series) => Table::Marks(store.marks(series, from, to)?),
        Target::Funding { exchange, symbol } => Table::Funding(store.funding(exchange, symbol, from, to)?),
    };
    Ok((month, table))
}
