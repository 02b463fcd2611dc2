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

use market::{Candle, Candles, Places};
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
    rising(connection, range, most, |candle| {
        candles.push(candle);
        true
    })?;
    Ok(candles)
}

/// The closed candles of a range, rising, to `places`. In a transaction.
pub(crate) fn fill(connection: &Connection, range: &Range<'_>, places: &mut Places<'_>) -> Result<(), Unexpected> {
    rising(connection, range, usize::MAX, |candle| places.push(candle))
}

/// Gives the `most` oldest closed candles of a range to `push`, rising, for as long as there is room for them.
fn rising(
    connection: &Connection,
    range: &Range<'_>,
    most: usize,
    push: impl FnMut(Candle) -> bool,
) -> Result<(), Unexpected> {
    let to_s = range.to_s;
    let is_beyond = |time_s| time_s >= to_s;
    let follows = |last_s, time_s| last_s < time_s;
    let mut take = taking(most, range.from_s.saturating_sub(1), is_beyond, follows, push);
    Pages::of(connection, range.table)?.rising(&Key::of(range), range.from_s, &mut take)
}

/// The `most` newest closed candles of a range, falling. In a transaction.
pub(crate) fn newest(connection: &Connection, range: &Range<'_>, most: usize) -> Result<Vec<Candle>, Unexpected> {
    let (mut candles, from_s) = (Vec::new(), range.from_s);
    let is_beyond = |time_s| time_s < from_s;
    let follows = |last_s, time_s| last_s > time_s;
    let push = |candle| {
        candles.push(candle);
        true
    };
    let mut take = taking(most, range.to_s, is_beyond, follows, push);
    Pages::of(connection, range.table)?.falling(&Key::of(range), range.to_s, &mut take)?;
    drop(take);
    Ok(candles)
}

/// Gives the closed candles of rows to `push` until a row is beyond the range or there are `most` of them. Each row has to
/// follow the one before, and the first one the moment `last_s`; `push` tells whether it had room.
fn taking(
    most: usize,
    mut last_s: i64,
    is_beyond: impl Fn(i64) -> bool,
    follows: impl Fn(i64, i64) -> bool,
    mut push: impl FnMut(Candle) -> bool,
) -> impl FnMut(Row) -> Result<ControlFlow<()>, Unexpected> {
    let mut taken = 0;
    move |row: Row| {
        if is_beyond(row.time_s) || taken == most {
            return Ok(ControlFlow::Break(()));
        }
        if !follows(std::mem::replace(&mut last_s, row.time_s), row.time_s) {
            return Err(Unexpected);
        }
        if row.closed {
            if !push(row.candle) {
                return Err(Unexpected);
            }
            taken += 1;
        }
        Ok(ControlFlow::Continue(()))
    }
}
