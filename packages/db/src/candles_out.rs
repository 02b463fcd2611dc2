//! The way out for candles: closed ones only, in rising open time. What is given to work with has times that candles can
//! have: a row of another program, with a time in another unit, ends in [`DbError::ForeignRow`].

use std::ops::RangeInclusive;

use market::{Candles, Places, Series};
use rusqlite::{OptionalExtension, Row, params};

use crate::columns::{CANDLES, OF_SERIES, all_possible, names, possible, possible_ms, seconds_at_or_after, time_ms};
use crate::range::Range;
use crate::{DbError, Store};

/// Most candles that room is made for before they are read; more are read all the same.
const PRESIZED: u64 = 4_000_000;
/// So many candles are read by two connections, a half each: reading takes a processor, not a disk. Fewer are read sooner
/// by one, and for more the room is not made before it is known that they are there.
const SPLIT: RangeInclusive<u64> = 100_000..=20_000_000;

impl Store {
    /// The closed candles that open at or after `from_ms` and before `to_ms`, both Unix
    /// milliseconds; `None` leaves a side open.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn candles(&self, series: &Series, from_ms: Option<i64>, to_ms: Option<i64>) -> Result<Candles, DbError> {
        let Some((first_ms, last_ms)) = self.closed_ends_ms(series)? else { return Ok(Candles::default()) };
        let told = |error| DbError::from_sqlite(self.path(), error);
        // An open side reaches to the very end, and that may be a row of another program.
        let from_ms = from_ms.map_or_else(|| possible(first_ms).map_err(told), |from_ms| Ok(from_ms.max(first_ms)))?;
        let last_ms = if to_ms.is_none() { possible(last_ms).map_err(told)? } else { last_ms };
        let to_ms = to_ms.unwrap_or(i64::MAX).min(series.timeframe.next_open(last_ms));
        let most = series.timeframe.count(from_ms, to_ms);
        if SPLIT.contains(&most)
            && let Some(candles) = self.halves(series, from_ms, to_ms)?
        {
            return all_possible(candles).map_err(told);
        }
        self.range(series, from_ms, to_ms, usize::try_from(most.min(PRESIZED)).unwrap_or(0))
    }

    /// The closed candles of a range, its late half read beside the early one; `None` where pages cannot be read so, or
    /// have candles that are off the grid of the timeframe.
    fn halves(&self, series: &Series, from_ms: i64, to_ms: i64) -> Result<Option<Candles>, DbError> {
        let middle_ms = from_ms + (to_ms - from_ms) / 2;
        // An end that is not on the grid has room for the candle that is begun.
        let room =
            |from_ms, to_ms| usize::try_from(series.timeframe.count(from_ms, to_ms)).map_or(0, |count| count + 1);
        let beside = Store::open_existing(self.path())?;
        let mut are_read = true;
        let candles = Candles::from_halves(room(from_ms, middle_ms), room(middle_ms, to_ms), |early, late| {
            std::thread::scope(|scope| {
                let late = scope.spawn(move || beside.fill(series, middle_ms, to_ms, late));
                are_read = self.fill(series, from_ms, middle_ms, early)?;
                are_read &= late.join().expect("reading does not panic")?;
                Ok::<(), DbError>(())
            })
        })?;
        Ok(are_read.then_some(candles))
    }

    /// Whether the closed candles of a range could be read into `places`.
    fn fill(&self, series: &Series, from_ms: i64, to_ms: i64, places: &mut Places<'_>) -> Result<bool, DbError> {
        let (names, from_s, to_s) = (names(series), seconds_at_or_after(from_ms), seconds_at_or_after(to_ms));
        let range = Range { table: &CANDLES, names: &names, from_s, to_s };
        self.read(|connection| Ok(range.fill(connection, places)))
    }

    /// The closed candles of a range, with room made for `room`.
    fn range(&self, series: &Series, from_ms: i64, to_ms: i64, room: usize) -> Result<Candles, DbError> {
        let (names, from_s, to_s) = (names(series), seconds_at_or_after(from_ms), seconds_at_or_after(to_ms));
        let range = Range { table: &CANDLES, names: &names, from_s, to_s };
        self.read(|connection| all_possible(range.oldest(connection, usize::MAX, room)?))
    }

    /// The newest `n` closed candles, fewer where the store has fewer.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn last_candles(&self, series: &Series, n: usize) -> Result<Candles, DbError> {
        let range = Range { table: &CANDLES, names: &names(series), from_s: i64::MIN, to_s: i64::MAX };
        self.read(|connection| all_possible(range.newest(connection, n)?))
    }

    /// The open time of the oldest closed candle, Unix milliseconds.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn first_closed_ms(&self, series: &Series) -> Result<Option<i64>, DbError> {
        self.closed_ms(series, "ASC", possible_ms)
    }

    /// The open time of the newest closed candle, Unix milliseconds.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn last_closed_ms(&self, series: &Series) -> Result<Option<i64>, DbError> {
        self.closed_ms(series, "DESC", possible_ms)
    }

    /// The open times of the oldest and of the newest closed candle, Unix milliseconds, whatever another program may have
    /// written there: for telling what is stored, and not for working with it. `None` where there are none.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn closed_ends_ms(&self, series: &Series) -> Result<Option<(i64, i64)>, DbError> {
        Ok(self.closed_ms(series, "ASC", time_ms)?.zip(self.closed_ms(series, "DESC", time_ms)?))
    }

    /// The end of the run of closed candles without a hole that starts with the one that opens at
    /// `from_ms`: the open time of its newest candle, Unix milliseconds. `None` when there is no
    /// closed candle at `from_ms`.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn run_end_ms(&self, series: &Series, from_ms: i64) -> Result<Option<i64>, DbError> {
        let (exchange, symbol, timeframe) = names(series);
        self.read(|connection| {
            let sql = format!(
                "SELECT timestamp FROM ohlcv_data
                 WHERE {OF_SERIES} AND timestamp >= ?4 AND closed = 1 ORDER BY timestamp"
            );
            let mut select = connection.prepare_cached(&sql)?;
            let mut rows = select.query(params![exchange, symbol, timeframe, seconds_at_or_after(from_ms)])?;
            let (mut end_ms, mut expected_ms) = (None, from_ms);
            while let Some(row) = rows.next()? {
                let open_time_ms = time_ms(row, 0)?;
                if open_time_ms != expected_ms {
                    break;
                }
                end_ms = Some(open_time_ms);
                expected_ms = series.timeframe.next_open(open_time_ms);
            }
            Ok(end_ms)
        })
    }

    /// How many closed candles open at or after `from_ms` and before `to_ms`, Unix milliseconds.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn count_closed(&self, series: &Series, from_ms: i64, to_ms: i64) -> Result<u64, DbError> {
        let (exchange, symbol, timeframe) = names(series);
        self.read(|connection| {
            let sql = format!(
                "SELECT count(*) FROM ohlcv_data
                 WHERE {OF_SERIES} AND timestamp >= ?4 AND timestamp < ?5 AND closed = 1"
            );
            let mut select = connection.prepare_cached(&sql)?;
            let (from_s, to_s) = (seconds_at_or_after(from_ms), seconds_at_or_after(to_ms));
            let count: i64 = select.query_row(params![exchange, symbol, timeframe, from_s, to_s], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })
    }

    fn closed_ms(
        &self,
        series: &Series,
        order: &str,
        time_ms: impl Fn(&Row<'_>, usize) -> rusqlite::Result<i64>,
    ) -> Result<Option<i64>, DbError> {
        let (exchange, symbol, timeframe) = names(series);
        self.read(|connection| {
            let sql = format!(
                "SELECT timestamp FROM ohlcv_data WHERE {OF_SERIES} AND closed = 1 ORDER BY timestamp {order} LIMIT 1"
            );
            let mut select = connection.prepare_cached(&sql)?;
            select.query_row(params![exchange, symbol, timeframe], |row| time_ms(row, 0)).optional()
        })
    }
}
