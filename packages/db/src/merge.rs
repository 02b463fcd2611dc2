//! The way in for whole files and pages: what is new is stored, what is there is compared.
//!
//! A batch is held against what is stored of its range, which is read once and in order: rows that are known
//! cost a comparison and no write, and none that differs goes unnoticed. Nothing closed is ever changed.

use market::{Candle, FundingRate, Series, Symbol};
use rusqlite::{Row, Rows, params};

use crate::candles_in::{bind_names, check, execute};
use crate::columns::{CANDLE, MARK, OF_SERIES, candle, names, seconds, time_ms};
use crate::{DbError, Inserted, Store, funding};

/// A record that the store has with other values. The store keeps its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Differing<R> {
    /// Where in the batch the other one is.
    pub index: usize,
    /// What the store has.
    pub stored: R,
}

/// What a batch did.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged<R> {
    /// How many were new, completed, or known; those that differ are known.
    pub inserted: Inserted,
    /// Those that the store has with other values, in order.
    pub differing: Vec<Differing<R>>,
}

/// What the store has in place of one record of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum There {
    Nothing,
    Forming,
    Final,
}

impl Store {
    /// Stores closed candles in strictly rising time, all of them or none, as [`Store::insert_closed`] does, and tells
    /// which closed ones the store has with other values.
    ///
    /// # Errors
    /// [`DbError::BadCandle`] for an impossible candle, or when the database refuses.
    pub fn merge_closed(&mut self, series: &Series, candles: &[Candle]) -> Result<Merged<Candle>, DbError> {
        check(series, candles)?;
        let names = names(series);
        self.write(|transaction| {
            let sql = format!(
                "SELECT {CANDLE}, closed FROM ohlcv_data
                 WHERE {OF_SERIES} AND timestamp BETWEEN ?4 AND ?5 ORDER BY timestamp"
            );
            let mut select = transaction.prepare_cached(&sql)?;
            let mut insert = transaction.prepare_cached(
                "INSERT INTO ohlcv_data (exchange, symbol, timeframe, timestamp, open, high, low, close, volume, closed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1) ON CONFLICT DO NOTHING",
            )?;
            let mut complete = transaction.prepare_cached(
                "UPDATE ohlcv_data SET open = ?5, high = ?6, low = ?7, close = ?8, volume = ?9, closed = 1
                 WHERE exchange = ?1 AND symbol = ?2 AND timeframe = ?3 AND timestamp = ?4 AND closed = 0",
            )?;
            bind_names(&mut insert, &names)?;
            bind_names(&mut complete, &names)?;
            let (from_s, to_s) = range(candles, |candle| candle.open_time_ms);
            let stored = select.query(params![names.0, names.1, names.2, from_s, to_s])?;
            let read = |row: &Row<'_>| Ok((candle(row)?, row.get(6)?));
            let (there, differing) = compare(candles, stored, |candle| candle.open_time_ms, read)?;
            let mut inserted = Inserted::default();
            for (candle, there) in candles.iter().zip(there) {
                match there {
                    There::Nothing => inserted.count(execute(&mut insert, candle)?),
                    There::Forming => inserted.completed += u64::from(execute(&mut complete, candle)?),
                    There::Final => inserted.known += 1,
                }
            }
            Ok(Merged { inserted, differing })
        })
    }

    /// As [`Store::merge_closed`], of mark prices, whose volume does not count.
    ///
    /// # Errors
    /// [`DbError::BadCandle`] for an impossible candle, or when the database refuses.
    pub fn merge_marks(&mut self, series: &Series, marks: &[Candle]) -> Result<Merged<Candle>, DbError> {
        check(series, marks)?;
        let names = names(series);
        let marks: Vec<Candle> = marks.iter().map(|mark| Candle { volume: 0.0, ..*mark }).collect();
        self.write(|transaction| {
            let sql = format!(
                "SELECT {MARK} FROM mark_prices WHERE {OF_SERIES} AND timestamp BETWEEN ?4 AND ?5 ORDER BY timestamp"
            );
            let mut select = transaction.prepare_cached(&sql)?;
            let mut insert = transaction.prepare_cached(
                "INSERT INTO mark_prices (exchange, symbol, timeframe, timestamp, open, high, low, close)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
            )?;
            let (from_s, to_s) = range(&marks, |mark| mark.open_time_ms);
            let stored = select.query(params![names.0, names.1, names.2, from_s, to_s])?;
            let (there, differing) = compare(&marks, stored, |mark| mark.open_time_ms, |row| Ok((candle(row)?, true)))?;
            let mut inserted = Inserted::default();
            for (mark, there) in marks.iter().zip(there) {
                let Candle { open, high, low, close, .. } = *mark;
                let time_s = seconds(mark.open_time_ms);
                let row = params![names.0, names.1, names.2, time_s, open, high, low, close];
                inserted.count(there == There::Nothing && insert.execute(row)? > 0);
            }
            Ok(Merged { inserted, differing })
        })
    }

    /// As [`Store::merge_closed`], of funding rates.
    ///
    /// # Errors
    /// [`DbError::BadFunding`] for an impossible rate, or when the database refuses.
    pub fn merge_funding(
        &mut self,
        exchange: &str,
        symbol: &Symbol,
        rates: &[FundingRate],
    ) -> Result<Merged<FundingRate>, DbError> {
        funding::check(exchange, symbol, rates)?;
        let symbol = symbol.to_string();
        self.write(|transaction| {
            let mut select = transaction.prepare_cached(
                "SELECT timestamp, rate FROM funding_rates
                 WHERE exchange = ?1 AND symbol = ?2 AND timestamp BETWEEN ?3 AND ?4 ORDER BY timestamp",
            )?;
            let mut insert = transaction.prepare_cached(
                "INSERT INTO funding_rates (exchange, symbol, timestamp, rate)
                 VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            )?;
            let (from_s, to_s) = range(rates, |rate| rate.time_ms);
            let stored = select.query(params![exchange, symbol, from_s, to_s])?;
            let read = |row: &Row<'_>| Ok((FundingRate { time_ms: time_ms(row, 0)?, rate: row.get(1)? }, true));
            let (there, differing) = compare(rates, stored, |rate| rate.time_ms, read)?;
            let mut inserted = Inserted::default();
            for (FundingRate { time_ms, rate }, there) in rates.iter().zip(there) {
                let row = params![exchange, symbol, seconds(*time_ms), rate];
                inserted.count(there == There::Nothing && insert.execute(row)? > 0);
            }
            Ok(Merged { inserted, differing })
        })
    }
}

/// The seconds of the first record and of the last one; a range without anything where there is none.
fn range<R>(records: &[R], time_ms: impl Fn(&R) -> i64) -> (i64, i64) {
    match (records.first(), records.last()) {
        (Some(first), Some(last)) => (seconds(time_ms(first)), seconds(time_ms(last))),
        _ => (1, 0),
    }
}

/// What is stored in place of each record, both in rising time. `read` gives a stored one and whether it is final.
fn compare<R: Copy + PartialEq>(
    records: &[R],
    mut stored: Rows<'_>,
    time_ms: impl Fn(&R) -> i64,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<(R, bool)>,
) -> rusqlite::Result<(Vec<There>, Vec<Differing<R>>)> {
    let (mut there, mut differing) = (vec![There::Nothing; records.len()], Vec::new());
    let mut index = 0;
    while let Some(row) = stored.next()? {
        let (found, is_final) = read(row)?;
        let found_ms = time_ms(&found);
        while index < records.len() && time_ms(&records[index]) < found_ms {
            index += 1;
        }
        if index == records.len() || time_ms(&records[index]) > found_ms {
            continue;
        }
        there[index] = if is_final { There::Final } else { There::Forming };
        if is_final && found != records[index] {
            differing.push(Differing { index, stored: found });
        }
    }
    Ok((there, differing))
}
