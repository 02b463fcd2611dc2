//! Between the words of the market and the columns of the tables: seconds, names, candles.

use std::error::Error;
use std::ops::Range;
use std::str::FromStr;

use market::{Candle, Candles, Series};
use rusqlite::Row;
use rusqlite::types::Type;

/// A table of candles, its key the names of a series and a time.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// The columns of a candle, as [`candle`] counts them.
    pub(crate) columns: &'static str,
    /// What says whether a row is closed.
    pub(crate) closed: &'static str,
    /// How many columns follow the key.
    pub(crate) values: usize,
}

pub(crate) const CANDLES: Table = Table { name: "ohlcv_data", columns: CANDLE, closed: "closed", values: 6 };
/// Mark prices are stored when they are closed.
pub(crate) const MARKS: Table = Table { name: "mark_prices", columns: MARK, closed: "1", values: 4 };

/// The columns of a candle, as [`candle`] and [`bind`] count them.
pub(crate) const CANDLE: &str = "timestamp, open, high, low, close, volume";
/// The same of a mark price, which has no volume.
pub(crate) const MARK: &str = "timestamp, open, high, low, close, 0.0";
/// Which rows are of one series; its names are parameters 1, 2 and 3.
pub(crate) const OF_SERIES: &str = "exchange = ?1 AND symbol = ?2 AND timeframe = ?3";

/// The times that a row can have, Unix seconds: the years 0 to 9999. One in milliseconds, which another program wrote, lies
/// far behind them.
const POSSIBLE_S: Range<i64> = -62_167_219_200..253_402_300_800;

/// The names of a series as the tables have them.
pub(crate) type Names<'a> = (&'a str, String, &'static str);

pub(crate) fn names(series: &Series) -> Names<'_> {
    (&series.exchange, series.symbol.to_string(), series.timeframe.name())
}

/// An open time as the table has it. Open times are on the grid, hence whole seconds.
pub(crate) fn seconds(open_time_ms: i64) -> i64 {
    open_time_ms.div_euclid(1_000)
}

/// The first whole second at or after `time_ms`: a bound of a range of open times.
pub(crate) fn seconds_at_or_after(time_ms: i64) -> i64 {
    time_ms.div_euclid(1_000) + i64::from(time_ms.rem_euclid(1_000) > 0)
}

/// The time in column `index`, in milliseconds.
pub(crate) fn time_ms(row: &Row<'_>, index: usize) -> rusqlite::Result<i64> {
    Ok(row.get::<_, i64>(index)?.saturating_mul(1_000))
}

/// As [`time_ms`], of a row that is to be worked with: a time that no row can have is told as a value of another kind is.
pub(crate) fn possible_ms(row: &Row<'_>, index: usize) -> rusqlite::Result<i64> {
    possible(time_ms(row, index)?)
}

/// Candles in rising time, unless one has a time that none can have.
pub(crate) fn all_possible(candles: Candles) -> rusqlite::Result<Candles> {
    let times_ms = &candles.open_time_ms;
    times_ms.first().into_iter().chain(times_ms.last()).try_for_each(|&time_ms| possible(time_ms).map(|_| ()))?;
    Ok(candles)
}

/// The time itself, unless it is one that no row can have.
pub(crate) fn possible(time_ms: i64) -> rusqlite::Result<i64> {
    let time_s = seconds(time_ms);
    if POSSIBLE_S.contains(&time_s) { Ok(time_ms) } else { Err(rusqlite::Error::IntegralValueOutOfRange(0, time_s)) }
}

/// The candle in the columns [`CANDLE`], which come first.
pub(crate) fn candle(row: &Row<'_>) -> rusqlite::Result<Candle> {
    Ok(Candle {
        open_time_ms: time_ms(row, 0)?,
        open: row.get(1)?,
        high: row.get(2)?,
        low: row.get(3)?,
        close: row.get(4)?,
        volume: row.get(5)?,
    })
}

/// Reads the text in column `index` as a `T`.
pub(crate) fn parsed<T>(row: &Row<'_>, index: usize) -> rusqlite::Result<T>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    let text: String = row.get(index)?;
    text.parse().map_err(|error| rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error)))
}
