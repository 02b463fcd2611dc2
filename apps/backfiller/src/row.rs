//! One row of a file, from bytes to a record. Pure: knows neither file nor clock.

mod candle;
mod funding;

use std::fmt::Debug;

use csv::ByteRecord;
use market::{CandleFault, FundingFault};

pub(crate) use candle::CandleFormat;
pub(crate) use funding::FundingFormat;

/// The first time that is believed, 2010-01-01: before it there was no market.
const EARLIEST_S: i64 = 1_262_304_000;
/// How far ahead of now a time may be, for clocks that differ.
const AHEAD_S: i64 = 86_400;

/// How the rows of one file are read, one after the other.
pub(crate) trait Format: Debug + Send + 'static {
    /// What a row becomes.
    type Record: Debug + Copy + PartialEq + Send;
    /// What a record is called.
    const RECORD: &'static str;
    /// What its time is called.
    const TIME: &'static str;
    /// The columns that a row begins with.
    const COLUMNS: &'static str;

    /// Checks that a header names the columns as they are read.
    fn check_header(&mut self, row: &ByteRecord) -> Result<(), RowFault>;

    /// The record of a row, checked.
    fn read(&mut self, row: &ByteRecord) -> Result<Self::Record, RowFault>;

    /// Looks at the first records of a file, before any of it is stored.
    fn check_first(&self, _records: &[Self::Record]) -> anyhow::Result<()> {
        Ok(())
    }

    /// The time that a record is named by, Unix milliseconds. It rises from row to row.
    fn time_ms(record: &Self::Record) -> i64;

    /// From when on a record does not change any more, Unix milliseconds.
    fn final_ms(&self, record: &Self::Record) -> i64;
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum RowFault {
    #[error("{found} columns; expected at least {needed}: {columns}")]
    TooFewColumns { found: usize, needed: usize, columns: &'static str },
    #[error("the header says {found:?} in column {column}; expected {expected}")]
    WrongHeader { column: usize, found: String, expected: &'static str },
    #[error("{column} is {found:?}; expected a number")]
    NoNumber { column: &'static str, found: String },
    #[error("{column} is {found:?}; expected Unix seconds, milliseconds or microseconds between 2010 and tomorrow")]
    NoTime { column: &'static str, found: String },
    #[error("{column} is in {found}, the rows above are in {expected}; expected one unit in a file")]
    MixedUnits { column: &'static str, found: &'static str, expected: &'static str },
    #[error("the candle is not possible: {0}")]
    BadCandle(#[from] CandleFault),
    #[error("the funding rate is not possible: {0}")]
    BadFunding(#[from] FundingFault),
}

/// The unit of a file's times, found by their magnitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Seconds,
    Milliseconds,
    Microseconds,
}

impl Unit {
    const ALL: [Unit; 3] = [Unit::Seconds, Unit::Milliseconds, Unit::Microseconds];

    fn name(self) -> &'static str {
        match self {
            Unit::Seconds => "seconds",
            Unit::Milliseconds => "milliseconds",
            Unit::Microseconds => "microseconds",
        }
    }

    fn per_second(self) -> i64 {
        match self {
            Unit::Seconds => 1,
            Unit::Milliseconds => 1_000,
            Unit::Microseconds => 1_000_000,
        }
    }

    /// The unit that puts `time` between 2010 and tomorrow. The ranges are far apart.
    fn of(time: i64, now_ms: i64) -> Option<Self> {
        let latest_s = now_ms.div_euclid(1_000) + AHEAD_S;
        Self::ALL.into_iter().find(|unit| (EARLIEST_S..=latest_s).contains(&time.div_euclid(unit.per_second())))
    }

    fn to_us(self, time: i64) -> i64 {
        time * (1_000_000 / self.per_second())
    }
}

/// Reads the times of one file, which share a unit.
#[derive(Debug)]
struct Times {
    column: &'static str,
    now_ms: i64,
    unit: Option<Unit>,
}

impl Times {
    fn new(column: &'static str, now_ms: i64) -> Self {
        Times { column, now_ms, unit: None }
    }

    /// A time that has to be a whole millisecond: another one is on no grid.
    fn exact_ms(&mut self, text: &[u8]) -> Result<i64, RowFault> {
        let time_us = self.time_us(text)?;
        if time_us % 1_000 == 0 { Ok(time_us / 1_000) } else { Err(self.no_time(text)) }
    }

    /// The whole millisecond at or before a time.
    fn floor_ms(&mut self, text: &[u8]) -> Result<i64, RowFault> {
        Ok(self.time_us(text)? / 1_000)
    }

    fn time_us(&mut self, text: &[u8]) -> Result<i64, RowFault> {
        let time: i64 = parse(text).ok_or_else(|| self.no_time(text))?;
        let unit = Unit::of(time, self.now_ms).ok_or_else(|| self.no_time(text))?;
        let expected = *self.unit.get_or_insert(unit);
        if unit != expected {
            return Err(RowFault::MixedUnits { column: self.column, found: unit.name(), expected: expected.name() });
        }
        Ok(unit.to_us(time))
    }

    fn no_time(&self, text: &[u8]) -> RowFault {
        RowFault::NoTime { column: self.column, found: lossy(text) }
    }
}

/// Whether a first row is a header: it does not begin with a digit.
pub(crate) fn is_header(row: &ByteRecord) -> bool {
    !row.get(0).and_then(|field| field.first()).is_some_and(u8::is_ascii_digit)
}

fn check_columns<F: Format>(row: &ByteRecord, needed: usize) -> Result<(), RowFault> {
    if row.len() < needed {
        return Err(RowFault::TooFewColumns { found: row.len(), needed, columns: F::COLUMNS });
    }
    Ok(())
}

fn number(row: &ByteRecord, index: usize, column: &'static str) -> Result<f64, RowFault> {
    parse(&row[index]).ok_or_else(|| RowFault::NoNumber { column, found: lossy(&row[index]) })
}

fn parse<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) const NOW_MS: i64 = 1_767_225_600_000; // 2026-01-01

    #[test]
    fn a_header_begins_with_no_digit() {
        assert!(is_header(&vec!["open_time", "open"].into()));
        assert!(is_header(&vec!["", "open"].into()));
        assert!(!is_header(&vec!["1735689600", "1"].into()));
    }
}
