//! Mark prices, in and out: closed candles without volume.

use market::{Candle, Candles, Series, Symbol, Timeframe};
use rusqlite::params;

use crate::candles_in::{check, rising};
use crate::columns::{MARKS, OF_SERIES, names, seconds_at_or_after, time_ms};
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
        self.read(|connection| range.oldest(connection, usize::MAX, 0))
    }

    /// Where a fetch from `from_ms` on has to begin: at the newest mark price of those that follow each
    /// other from there without a hole; `from_ms` itself where there is none at it. Unix milliseconds.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn resume_marks_ms(&self, series: &Series, from_ms: i64) -> Result<i64, DbError> {
        let (exchange, symbol, timeframe) = names(series);
        self.read(|connection| {
            let sql =
                format!("SELECT timestamp FROM mark_prices WHERE {OF_SERIES} AND timestamp >= ?4 ORDER BY timestamp");
            let mut select = connection.prepare_cached(&sql)?;
            let mut rows = select.query(params![exchange, symbol, timeframe, seconds_at_or_after(from_ms)])?;
            let (mut resume_ms, mut expected_ms) = (from_ms, from_ms);
            while let Some(row) = rows.next()?
                && time_ms(row, 0)? == expected_ms
            {
                resume_ms = expected_ms;
                expected_ms = series.timeframe.next_open(expected_ms);
            }
            Ok(resume_ms)
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
