//! The third way in for candles: a correction, on request, that keeps what was there, and tells it.

use market::{Candle, Series};
use rusqlite::{Row, params};

use crate::candles_in::{check, closed_at};
use crate::columns::{OF_SERIES, candle, names, seconds};
use crate::{DbError, Store};

/// What a closed candle was before it was corrected.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// The values that it had.
    pub old: Candle,
    /// Why it was corrected, in words.
    pub why: String,
    /// When, Unix milliseconds.
    pub corrected_at_ms: i64,
}

impl Store {
    /// The corrections of the candle that opens at `open_time_ms`, Unix milliseconds, the oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn corrections(&self, series: &Series, open_time_ms: i64) -> Result<Vec<Correction>, DbError> {
        let (exchange, symbol, timeframe) = names(series);
        self.read(|connection| {
            let sql = format!(
                "SELECT timestamp, old_open, old_high, old_low, old_close, old_volume, why, corrected_at_ms
                 FROM corrections WHERE {OF_SERIES} AND timestamp = ?4 ORDER BY id"
            );
            let read =
                |row: &Row<'_>| Ok(Correction { old: candle(row)?, why: row.get(6)?, corrected_at_ms: row.get(7)? });
            let args = params![exchange, symbol, timeframe, seconds(open_time_ms)];
            connection.prepare_cached(&sql)?.query_map(args, read)?.collect()
        })
    }

    /// Changes a closed candle, and keeps its old values with the reason in `corrections`.
    ///
    /// # Errors
    /// [`DbError::NoCandle`] when no closed candle is there, [`DbError::BadCandle`] for an
    /// impossible one, or when the database refuses. Then nothing is changed.
    pub fn correct(&mut self, series: &Series, candle: &Candle, why: &str, now_ms: i64) -> Result<(), DbError> {
        check(series, std::slice::from_ref(candle))?;
        let names = names(series);
        let time_s = seconds(candle.open_time_ms);
        let corrected = self.write(|transaction| {
            let Some(old) = closed_at(transaction, &names, candle.open_time_ms)? else { return Ok(false) };
            let (exchange, symbol, timeframe) = &names;
            transaction.execute(
                "INSERT INTO corrections (exchange, symbol, timeframe, timestamp,
                     old_open, old_high, old_low, old_close, old_volume, why, corrected_at_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                params![
                    exchange, symbol, timeframe, time_s, old.open, old.high, old.low, old.close, old.volume, why,
                    now_ms
                ],
            )?;
            transaction.execute(
                "UPDATE ohlcv_data SET open = ?5, high = ?6, low = ?7, close = ?8, volume = ?9
                 WHERE exchange = ?1 AND symbol = ?2 AND timeframe = ?3 AND timestamp = ?4",
                params![
                    exchange,
                    symbol,
                    timeframe,
                    time_s,
                    candle.open,
                    candle.high,
                    candle.low,
                    candle.close,
                    candle.volume
                ],
            )?;
            Ok(true)
        })?;
        let missing = || DbError::NoCandle { series: Box::new(series.clone()), open_time_ms: candle.open_time_ms };
        if corrected { Ok(()) } else { Err(missing()) }
    }
}
