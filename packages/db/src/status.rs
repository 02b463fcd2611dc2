//! What is stored: every series with its range, its holes and its newest candle.

use market::{Candle, Hole, Series, find_holes};
use rusqlite::{Connection, OptionalExtension, params};

use crate::columns::{CANDLES, MARKS, OF_SERIES, Table, candle, names, parsed, time_ms};
use crate::{DbError, Store};

/// What the store holds of one series, of candles or of mark prices.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesStatus {
    /// Which candles.
    pub series: Series,
    /// How many candles, the forming one among them.
    pub rows: u64,
    /// Open time of the oldest candle, Unix milliseconds.
    pub first_ms: i64,
    /// Open time of the newest candle, Unix milliseconds.
    pub last_ms: i64,
    /// Where closed candles are missing between two that are there.
    pub holes: Vec<Hole>,
    /// The newest candle.
    pub last: Candle,
    /// Whether the newest candle is closed; if not, it is still forming or was left so.
    pub last_is_closed: bool,
}

impl SeriesStatus {
    /// How many candles all holes miss.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.holes.iter().map(|hole| hole.missing).sum()
    }
}

impl Store {
    /// Every series that has candles, in order of its name.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn series(&self) -> Result<Vec<Series>, DbError> {
        self.read(|connection| all_series(connection, &CANDLES))
    }

    /// Every series that has mark prices, in order of its name.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn mark_series(&self) -> Result<Vec<Series>, DbError> {
        self.read(|connection| all_series(connection, &MARKS))
    }

    /// What is stored of every series of candles.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn status(&self) -> Result<Vec<SeriesStatus>, DbError> {
        self.status_in(&CANDLES)
    }

    /// What is stored of one series of candles; `None` where it has none.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn status_of(&self, series: &Series) -> Result<Option<SeriesStatus>, DbError> {
        self.read(|connection| status(connection, &CANDLES, series.clone()))
    }

    /// What is stored of every series of mark prices.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn mark_status(&self) -> Result<Vec<SeriesStatus>, DbError> {
        self.status_in(&MARKS)
    }

    /// What is stored of one series of mark prices; `None` where it has none.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn mark_status_of(&self, series: &Series) -> Result<Option<SeriesStatus>, DbError> {
        self.read(|connection| status(connection, &MARKS, series.clone()))
    }

    fn status_in(&self, table: &Table) -> Result<Vec<SeriesStatus>, DbError> {
        self.read(|connection| {
            let statuses = all_series(connection, table)?.into_iter().map(|series| status(connection, table, series));
            Ok(statuses.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().flatten().collect())
        })
    }
}

/// Jumps from series to series along the primary key instead of reading every candle. What is
/// greater than every timestamp makes it a jump: without it SQLite walks over all candles of the series before. It is no
/// number, since another program may have written a text, which is greater than all numbers.
fn all_series(connection: &Connection, table: &Table) -> rusqlite::Result<Vec<Series>> {
    let sql = format!(
        "SELECT exchange, symbol, timeframe FROM {}
         WHERE (exchange, symbol, timeframe, timestamp) > (?1, ?2, ?3, X'FF')
         ORDER BY exchange, symbol, timeframe, timestamp LIMIT 1",
        table.name
    );
    let mut next = connection.prepare_cached(&sql)?;
    let mut all: Vec<Series> = Vec::new();
    loop {
        let (exchange, symbol, timeframe) = match all.last() {
            Some(series) => names(series),
            None => ("", String::new(), ""),
        };
        let found = next.query_row(params![exchange, symbol, timeframe], |row| {
            Ok(Series { exchange: row.get(0)?, symbol: parsed(row, 1)?, timeframe: parsed(row, 2)? })
        });
        match found.optional()? {
            Some(series) => all.push(series),
            None => return Ok(all),
        }
    }
}

/// `None` when the series has no candles.
fn status(connection: &Connection, table: &Table, series: Series) -> rusqlite::Result<Option<SeriesStatus>> {
    let Table { name, columns, closed, .. } = table;
    let (exchange, symbol, timeframe) = names(&series);
    let names = params![exchange, symbol, timeframe];
    let sql = format!("SELECT timestamp, {closed} FROM {name} WHERE {OF_SERIES} ORDER BY timestamp");
    let mut select = connection.prepare_cached(&sql)?;
    let mut times = select.query(names)?;
    let (mut rows, mut first_ms, mut last_ms) = (0, None, 0);
    let mut closed_ms = Vec::new();
    while let Some(row) = times.next()? {
        last_ms = time_ms(row, 0)?;
        first_ms.get_or_insert(last_ms);
        rows += 1;
        if row.get(1)? {
            closed_ms.push(last_ms);
        }
    }
    let Some(first_ms) = first_ms else { return Ok(None) };
    let sql = format!("SELECT {columns}, {closed} FROM {name} WHERE {OF_SERIES} ORDER BY timestamp DESC LIMIT 1");
    let (last, last_is_closed) =
        connection.prepare_cached(&sql)?.query_row(names, |row| Ok((candle(row)?, row.get(6)?)))?;
    let holes = find_holes(&closed_ms, series.timeframe);
    Ok(Some(SeriesStatus { series, rows, first_ms, last_ms, holes, last, last_is_closed }))
}
