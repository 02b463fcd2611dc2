//! The way in for whole files and pages: what is new is stored, what is there is compared.
//!
//! A batch is held against what is stored of its range, which is read once and in order: rows that are known
//! cost a comparison and no write, and none that differs goes unnoticed. Nothing closed is ever changed.

use market::{Candle, FundingRate, Series, Symbol};
use rusqlite::{Row, Rows, Statement, Transaction, params};

use crate::candles_in::{bind_names, check, execute};
use crate::columns::{CANDLE, MARK, Names, OF_SERIES, candle, names, seconds, time_ms};
use crate::{DbError, Inserted, Store, funding};

/// Candles in one statement: with more, it gains nothing, and fewer leave some to gain.
const GROUP: usize = 100;

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
        self.write_many(candles.len(), |transaction| {
            let sql = format!(
                "SELECT {CANDLE}, closed FROM ohlcv_data
                 WHERE {OF_SERIES} AND timestamp BETWEEN ?4 AND ?5 ORDER BY timestamp"
            );
            let mut select = transaction.prepare_cached(&sql)?;
            let mut complete = transaction.prepare_cached(
                "UPDATE ohlcv_data SET open = ?5, high = ?6, low = ?7, close = ?8, volume = ?9, closed = 1
                 WHERE exchange = ?1 AND symbol = ?2 AND timeframe = ?3 AND timestamp = ?4 AND closed = 0",
            )?;
            bind_names(&mut complete, &names)?;
            let (from_s, to_s) = range(candles, |candle| candle.open_time_ms);
            let stored = select.query(params![names.0, names.1, names.2, from_s, to_s])?;
            let read = |row: &Row<'_>| Ok((candle(row)?, row.get(6)?));
            let (there, differing) = compare(candles, stored, |candle| candle.open_time_ms, read)?;
            let mut inserted = Inserted::default();
            let mut missing = Vec::with_capacity(candles.len());
            for (candle, there) in candles.iter().zip(there) {
                match there {
                    There::Nothing => missing.push(*candle),
                    There::Forming => inserted.completed += u64::from(execute(&mut complete, candle)?),
                    There::Final => inserted.known += 1,
                }
            }
            inserted.new = insert_missing(transaction, &names, &missing)?;
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
        self.write_many(marks.len(), |transaction| {
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
        self.write_many(rates.len(), |transaction| {
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

/// Inserts closed candles, many with one statement: SQLite goes on from the row before instead of searching the
/// table again, which is nearly twice as fast. Gives how many.
fn insert_missing(transaction: &Transaction<'_>, names: &Names<'_>, candles: &[Candle]) -> rusqlite::Result<u64> {
    let (groups, rest) = candles.as_chunks::<GROUP>();
    let mut inserted = 0;
    let mut insert = |statement: &mut Statement<'_>, candles: &[Candle]| {
        for (index, candle) in candles.iter().enumerate() {
            let first = 4 + 6 * index;
            statement.raw_bind_parameter(first, seconds(candle.open_time_ms))?;
            statement.raw_bind_parameter(first + 1, candle.open)?;
            statement.raw_bind_parameter(first + 2, candle.high)?;
            statement.raw_bind_parameter(first + 3, candle.low)?;
            statement.raw_bind_parameter(first + 4, candle.close)?;
            statement.raw_bind_parameter(first + 5, candle.volume)?;
        }
        inserted += statement.raw_execute()? as u64;
        Ok::<_, rusqlite::Error>(())
    };
    let mut statement = transaction.prepare_cached(&insert_sql(GROUP))?;
    bind_names(&mut statement, names)?;
    for group in groups {
        insert(&mut statement, group)?;
    }
    let mut statement = transaction.prepare_cached(&insert_sql(1))?;
    bind_names(&mut statement, names)?;
    for candle in rest {
        insert(&mut statement, std::slice::from_ref(candle))?;
    }
    Ok(inserted)
}

/// The statement for so many candles. The names are parameters 1 to 3 of all of them. `OR IGNORE` cannot abort half-way,
/// and so spares SQLite the notes that it would need to undo the rows before.
fn insert_sql(count: usize) -> String {
    let row = |index: usize| {
        let [time, open, high, low, close, volume] = std::array::from_fn(|column| 4 + 6 * index + column);
        format!("(?1, ?2, ?3, ?{time}, ?{open}, ?{high}, ?{low}, ?{close}, ?{volume}, 1)")
    };
    let rows: Vec<String> = (0..count).map(row).collect();
    format!(
        "INSERT OR IGNORE INTO ohlcv_data
             (exchange, symbol, timeframe, timestamp, open, high, low, close, volume, closed)
         VALUES {}",
        rows.join(", ")
    )
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
