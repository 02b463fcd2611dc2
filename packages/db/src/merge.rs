//! The way in for whole files and pages: what is new is stored, what is there is compared.
//!
//! A batch is held against what is stored of its range, which is read once and in order: rows that are known
//! cost a comparison and no write, and none that differs goes unnoticed. Nothing closed is ever changed.

mod compare;

use market::{Candle, FundingRate, Series, Symbol};
use rusqlite::{Row, Statement, Transaction, params};

use crate::candles_in::{bind_names, check, execute};
use crate::columns::{CANDLE, MARK, Names, OF_SERIES, candle, names, seconds, time_ms};
use crate::origins::note::note;
use crate::{Data, DbError, Inserted, Origin, Store, funding};

use compare::{There, compare};

/// Candles in one statement: with more, it gains nothing, and fewer leave some to gain.
const GROUP: usize = 100;

/// A funding rate is of a moment. A stretch of them ends a second, the unit of the table, behind the last one.
const FUNDING_LENGTH_MS: i64 = 1_000;

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

impl Store {
    /// Stores closed candles in strictly rising time, all of them or none, as [`Store::insert_closed`] does, and tells
    /// which closed ones the store has with other values.
    ///
    /// # Errors
    /// [`DbError::BadCandle`] for an impossible candle, or when the database refuses.
    pub fn merge_closed(
        &mut self,
        series: &Series,
        candles: &[Candle],
        origin: &Origin,
    ) -> Result<Merged<Candle>, DbError> {
        check(series, candles)?;
        self.write_many(candles.len(), |transaction| merge_candles(transaction, series, candles, origin))
    }

    /// As [`Store::merge_closed`], of mark prices, whose volume does not count.
    ///
    /// # Errors
    /// [`DbError::BadCandle`] for an impossible candle, or when the database refuses.
    pub fn merge_marks(
        &mut self,
        series: &Series,
        marks: &[Candle],
        origin: &Origin,
    ) -> Result<Merged<Candle>, DbError> {
        check(series, marks)?;
        self.write_many(marks.len(), |transaction| merge_marks(transaction, series, marks, origin))
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
        origin: &Origin,
    ) -> Result<Merged<FundingRate>, DbError> {
        funding::check(exchange, symbol, rates)?;
        self.write_many(rates.len(), |transaction| merge_funding(transaction, exchange, symbol, rates, origin))
    }
}

/// Merges candles that are checked and rise.
pub(crate) fn merge_candles(
    transaction: &Transaction<'_>,
    series: &Series,
    candles: &[Candle],
    origin: &Origin,
) -> rusqlite::Result<Merged<Candle>> {
    let names = names(series);
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
    let compared = compare(candles, stored, |candle| candle.open_time_ms, read)?;
    let mut inserted = Inserted::default();
    let mut missing = Vec::with_capacity(candles.len());
    for (candle, there) in candles.iter().zip(&compared.there) {
        match there {
            There::Nothing => missing.push(*candle),
            There::Forming => inserted.completed += u64::from(execute(&mut complete, candle)?),
            There::Final => inserted.known += 1,
        }
    }
    inserted.new = insert_missing(transaction, &names, &missing)?;
    let spans = compared.new_spans(candles, |candle| (candle.open_time_ms, end_ms(series, candle)));
    note(transaction, &names, Data::Candles, &spans, origin)?;
    Ok(Merged { inserted, differing: compared.differing })
}

/// Merges mark prices that are checked and rise.
pub(crate) fn merge_marks(
    transaction: &Transaction<'_>,
    series: &Series,
    marks: &[Candle],
    origin: &Origin,
) -> rusqlite::Result<Merged<Candle>> {
    let names = names(series);
    let marks: Vec<Candle> = marks.iter().map(|mark| Candle { volume: 0.0, ..*mark }).collect();
    let sql =
        format!("SELECT {MARK} FROM mark_prices WHERE {OF_SERIES} AND timestamp BETWEEN ?4 AND ?5 ORDER BY timestamp");
    let mut select = transaction.prepare_cached(&sql)?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO mark_prices (exchange, symbol, timeframe, timestamp, open, high, low, close)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let (from_s, to_s) = range(&marks, |mark| mark.open_time_ms);
    let stored = select.query(params![names.0, names.1, names.2, from_s, to_s])?;
    let compared = compare(&marks, stored, |mark| mark.open_time_ms, |row| Ok((candle(row)?, true)))?;
    for mark in compared.missing(&marks) {
        let Candle { open_time_ms, open, high, low, close, .. } = *mark;
        insert.execute(params![names.0, names.1, names.2, seconds(open_time_ms), open, high, low, close])?;
    }
    let spans = compared.new_spans(&marks, |mark| (mark.open_time_ms, end_ms(series, mark)));
    note(transaction, &names, Data::Mark, &spans, origin)?;
    Ok(compared.merged())
}

/// Merges funding rates that are checked and rise.
pub(crate) fn merge_funding(
    transaction: &Transaction<'_>,
    exchange: &str,
    symbol: &Symbol,
    rates: &[FundingRate],
    origin: &Origin,
) -> rusqlite::Result<Merged<FundingRate>> {
    let names = (exchange, symbol.to_string(), "");
    let mut select = transaction.prepare_cached(
        "SELECT timestamp, rate FROM funding_rates
         WHERE exchange = ?1 AND symbol = ?2 AND timestamp BETWEEN ?3 AND ?4 ORDER BY timestamp",
    )?;
    let mut insert = transaction
        .prepare_cached("INSERT INTO funding_rates (exchange, symbol, timestamp, rate) VALUES (?1, ?2, ?3, ?4)")?;
    let (from_s, to_s) = range(rates, |rate| rate.time_ms);
    let stored = select.query(params![exchange, names.1, from_s, to_s])?;
    let read = |row: &Row<'_>| Ok((FundingRate { time_ms: time_ms(row, 0)?, rate: row.get(1)? }, true));
    let compared = compare(rates, stored, |rate| rate.time_ms, read)?;
    for FundingRate { time_ms, rate } in compared.missing(rates) {
        insert.execute(params![exchange, names.1, seconds(*time_ms), rate])?;
    }
    let spans = compared.new_spans(rates, |rate| (rate.time_ms, rate.time_ms + FUNDING_LENGTH_MS));
    note(transaction, &names, Data::Funding, &spans, origin)?;
    Ok(compared.merged())
}

fn end_ms(series: &Series, candle: &Candle) -> i64 {
    series.timeframe.next_open(candle.open_time_ms)
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
