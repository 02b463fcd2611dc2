//! Mark prices, in and out: closed candles without volume.

use market::{Candle, Candles, Series, Symbol, Timeframe};
use rusqlite::{OptionalExtension, params};

use crate::candles_in::{check, rising};
use crate::columns::{MARKS, OF_SERIES, all_possible, names, possible_ms, seconds_at_or_after};
use crate::merge::merge_marks;
use crate::range::Range;
use crate::{DbError, Inserted, Origin, Store};

impl Store {
    /// Stores closed candles of the mark price, in any order, all of them or none. What is there stays as it is,
    /// also where the values differ. Volume is not stored: a mark price has none.
    ///
    /// # Errors
    /// [`DbError::BadCandle`] for an impossible candle, or when the database refuses.
    pub fn insert_marks(&mut self, series: &Series, marks: &[Candle], origin: &Origin) -> Result<Inserted, DbError> {
        check(series, marks)?;
        let rising = rising(marks, |mark| mark.open_time_ms);
        let merged = self.write(|transaction| merge_marks(transaction, series, &rising, origin))?;
        Ok(merged.inserted.and_repeated(marks.len() - rising.len()))
    }

    /// The mark prices that open at or after `from_ms` and before `to_ms`, both Unix milliseconds,
    /// in rising order and with a volume of 0; `None` leaves a side open.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn marks(&self, series: &Series, from_ms: Option<i64>, to_ms: Option<i64>) -> Result<Candles, DbError> {
        let from_s = from_ms.map_or(i64::MIN, seconds_at_or_after);
        let to_s = to_ms.map_or(i64::MAX, seconds_at_or_after);
        let range = Range { table: &MARKS, names: &names(series), from_s, to_s };
        self.read(|connection| all_possible(range.oldest(connection, usize::MAX, 0)?))
    }

    /// The open times of the oldest and of the newest mark price, Unix milliseconds; `None` where there are none.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn mark_ends_ms(&self, series: &Series) -> Result<Option<(i64, i64)>, DbError> {
        let (exchange, symbol, timeframe) = names(series);
        self.read(|connection| {
            let end = |order: &str| {
                let sql =
                    format!("SELECT timestamp FROM mark_prices WHERE {OF_SERIES} ORDER BY timestamp {order} LIMIT 1");
                let mut select = connection.prepare_cached(&sql)?;
                select.query_row(params![exchange, symbol, timeframe], |row| possible_ms(row, 0)).optional()
            };
            Ok(end("ASC")?.zip(end("DESC")?))
        })
    }

    /// The timeframes in which the mark prices of a symbol are stored, shortest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn mark_timeframes(&self, exchange: &str, symbol: &Symbol) -> Result<Vec<Timeframe>, DbError> {
        let symbol = symbol.to_string();
        self.read(|connection| {
            // Asking for each is a jump along the key; what is distinct SQLite finds by reading all rows.
            let sql = format!("SELECT 1 FROM mark_prices WHERE {OF_SERIES}");
            let mut select = connection.prepare_cached(&sql)?;
            let mut stored = Vec::new();
            for timeframe in Timeframe::ALL {
                if select.exists(params![exchange, symbol, timeframe.name()])? {
                    stored.push(timeframe);
                }
            }
            Ok(stored)
        })
    }
}
