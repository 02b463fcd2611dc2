//! The two ordinary ways in for candles: a few by backfill, and one by a stream. A closed candle never changes here.

use market::{Candle, Series};
use rusqlite::{OptionalExtension, Statement, Transaction, params};

use crate::columns::{CANDLE, Names, OF_SERIES, candle, names, seconds};
use crate::merge::merge_candles;
use crate::origins::note::{Span, note};
use crate::{Data, DbError, Origin, Store};

/// What a batch of closed candles, mark prices or funding rates did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Inserted {
    /// Those that were not there.
    pub new: u64,
    /// Candles that were there, still forming, and are closed now.
    pub completed: u64,
    /// Those that were there and final; they stay as they were.
    pub known: u64,
}

impl Inserted {
    /// With so many that a batch had twice: the first one of them counts for what it was.
    pub(crate) fn and_repeated(self, repeated: usize) -> Self {
        Inserted { known: self.known + repeated as u64, ..self }
    }
}

/// What became of one candle of a stream.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stored {
    /// It is in the store now.
    Written,
    /// The store stays as it was: it has this candle closed with these values, or a forming
    /// candle came after the closed one, or while there was no room for it.
    Unchanged,
    /// The store has another closed candle at this time, and keeps it.
    Conflict(Candle),
}

impl Store {
    /// Stores closed candles as backfill does, in any order, all of them or none. A closed candle that is there
    /// stays as it is; one that is still forming is replaced. It waits for nobody but writers: a trader warms up with it.
    ///
    /// # Errors
    /// [`DbError::BadCandle`] for an impossible candle, or when the database refuses.
    pub fn insert_closed(&mut self, series: &Series, candles: &[Candle], origin: &Origin) -> Result<Inserted, DbError> {
        check(series, candles)?;
        let rising = rising(candles, |candle| candle.open_time_ms);
        let merged = self.write(|transaction| merge_candles(transaction, series, &rising, origin))?;
        Ok(merged.inserted.and_repeated(candles.len() - rising.len()))
    }

    /// Stores the candle that is still forming. Where it is closed already, nothing changes; nor where a
    /// reader that does not end has let the write-ahead log grow too long.
    ///
    /// # Errors
    /// [`DbError::BadCandle`] for an impossible candle, or when the database refuses.
    pub fn put_forming(&mut self, series: &Series, candle: &Candle) -> Result<Stored, DbError> {
        check(series, std::slice::from_ref(candle))?;
        if !self.has_room_for_forming() {
            return Ok(Stored::Unchanged);
        }
        let written = self.write(|transaction| upsert(transaction, &names(series), candle, false))?;
        Ok(if written { Stored::Written } else { Stored::Unchanged })
    }

    /// Stores a candle that the stream says is closed at `now_ms`, Unix milliseconds. A closed candle with other values
    /// stays, and is told.
    ///
    /// # Errors
    /// [`DbError::BadCandle`] for an impossible candle, or when the database refuses.
    pub fn put_closed(&mut self, series: &Series, candle: &Candle, now_ms: i64) -> Result<Stored, DbError> {
        check(series, std::slice::from_ref(candle))?;
        let names = names(series);
        self.write(|transaction| {
            if upsert(transaction, &names, candle, true)? {
                let from_s = seconds(candle.open_time_ms);
                let to_s = seconds(series.timeframe.next_open(candle.open_time_ms));
                let span = Span { from_s, to_s, rows: 1 };
                note(transaction, &names, Data::Candles, &[span], &Origin::stream(now_ms))?;
                return Ok(Stored::Written);
            }
            Ok(match closed_at(transaction, &names, candle.open_time_ms)? {
                Some(stored) if stored != *candle => Stored::Conflict(stored),
                _ => Stored::Unchanged,
            })
        })
    }
}

/// The closed candle at `open_time_ms`.
pub(crate) fn closed_at(
    transaction: &Transaction<'_>,
    (exchange, symbol, timeframe): &Names<'_>,
    open_time_ms: i64,
) -> rusqlite::Result<Option<Candle>> {
    let sql = format!("SELECT {CANDLE} FROM ohlcv_data WHERE {OF_SERIES} AND timestamp = ?4 AND closed = 1");
    let mut select = transaction.prepare_cached(&sql)?;
    select.query_row(params![exchange, symbol, timeframe, seconds(open_time_ms)], candle).optional()
}

/// A batch in rising time and each time once, the first one of several.
pub(crate) fn rising<R: Copy>(records: &[R], time_ms: impl Fn(&R) -> i64) -> Vec<R> {
    let mut rising = records.to_vec();
    rising.sort_by_key(&time_ms);
    rising.dedup_by_key(|record| time_ms(record));
    rising
}

/// Refuses what no market does, before anything is written.
pub(crate) fn check(series: &Series, candles: &[Candle]) -> Result<(), DbError> {
    for candle in candles {
        candle.check(series.timeframe).map_err(|source| DbError::BadCandle {
            series: Box::new(series.clone()),
            open_time_ms: candle.open_time_ms,
            source,
        })?;
    }
    Ok(())
}

/// Writes unless a closed candle is there; tells whether it wrote.
fn upsert(transaction: &Transaction<'_>, names: &Names<'_>, candle: &Candle, closed: bool) -> rusqlite::Result<bool> {
    let mut upsert = transaction.prepare_cached(
        "INSERT INTO ohlcv_data (exchange, symbol, timeframe, timestamp, open, high, low, close, volume, closed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT DO UPDATE SET open = ?5, high = ?6, low = ?7, close = ?8, volume = ?9, closed = ?10
         WHERE closed = 0",
    )?;
    bind_names(&mut upsert, names)?;
    upsert.raw_bind_parameter(10, closed)?;
    execute(&mut upsert, candle)
}

/// Binds what is the same for a whole batch once; SQLite keeps it from one execution to the next.
pub(crate) fn bind_names(
    statement: &mut Statement<'_>,
    (exchange, symbol, timeframe): &Names<'_>,
) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(1, exchange)?;
    statement.raw_bind_parameter(2, symbol)?;
    statement.raw_bind_parameter(3, timeframe)
}

/// Binds a candle as parameters 4 to 9 and executes; tells whether a row changed.
pub(crate) fn execute(statement: &mut Statement<'_>, candle: &Candle) -> rusqlite::Result<bool> {
    statement.raw_bind_parameter(4, seconds(candle.open_time_ms))?;
    statement.raw_bind_parameter(5, candle.open)?;
    statement.raw_bind_parameter(6, candle.high)?;
    statement.raw_bind_parameter(7, candle.low)?;
    statement.raw_bind_parameter(8, candle.close)?;
    statement.raw_bind_parameter(9, candle.volume)?;
    Ok(statement.raw_execute()? > 0)
}
