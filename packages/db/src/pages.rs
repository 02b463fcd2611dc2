//! Candles read page by page instead of row by row, which is several times as fast.
//!
//! SQLite hands out the pages of the state that a transaction sees (its table `sqlite_dbpage`), with all that it does
//! for locks and the write-ahead log, and the candles are taken out of them here. How a page is laid out is fixed for as
//! long as SQLite 3 lasts: <https://www.sqlite.org/fileformat2.html>.
//!
//! Whatever is not as expected, from a build without `sqlite_dbpage` to a damaged file, gives [`Unexpected`]: the caller
//! then asks row by row, and SQLite knows the right error.

mod page;
mod row;
mod walk;

use std::ops::ControlFlow;

use market::{Candle, Candles};
use rusqlite::Connection;

use crate::range::Range;
use row::{Key, Row};
use walk::Pages;

/// These pages are not what this module can read.
#[derive(Debug)]
pub(crate) struct Unexpected;

impl From<rusqlite::Error> for Unexpected {
    fn from(_: rusqlite::Error) -> Self {
        Unexpected
    }
}

/// The `most` oldest closed candles of a range, rising, with room made for `room`. In a transaction.
pub(crate) fn oldest(
    connection: &Connection,
    range: &Range<'_>,
    most: usize,
    room: usize,
) -> Result<Candles, Unexpected> {
    let mut candles = Candles::with_capacity(room);
    let mut last_s = None;
    Pages::of(connection, range.table)?.rising(&Key::of(range), range.from_s, &mut |row: Row| {
        if row.time_s >= range.to_s || candles.len() == most {
            return Ok(ControlFlow::Break(()));
        }
        if last_s.replace(row.time_s) >= Some(row.time_s) {
            return Err(Unexpected);
        }
        if row.closed {
            candles.push(row.candle);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(candles)
}

/// The `most` newest closed candles of a range, falling. In a transaction.
pub(crate) fn newest(connection: &Connection, range: &Range<'_>, most: usize) -> Result<Vec<Candle>, Unexpected> {
    let mut candles: Vec<Candle> = Vec::new();
    let mut next_s = range.to_s;
    Pages::of(connection, range.table)?.falling(&Key::of(range), range.to_s, &mut |row: Row| {
        if row.time_s < range.from_s || candles.len() == most {
            return Ok(ControlFlow::Break(()));
        }
        if std::mem::replace(&mut next_s, row.time_s) <= row.time_s {
            return Err(Unexpected);
        }
        if row.closed {
            candles.push(row.candle);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(candles)
}
