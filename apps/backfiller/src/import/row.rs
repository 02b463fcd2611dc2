//! One row of a file, from bytes to a record. Pure: knows neither file nor clock.

mod candle;
mod funding;
mod times;

use std::fmt::Debug;

use market::{Candle, FundingRate, Objection, Rule};

use super::text::{Row, bare, lossy, number};

pub(crate) use candle::CandleFormat;
pub(crate) use funding::FundingFormat;

/// What a row becomes.
pub(crate) trait Record: Debug + Copy + PartialEq + Send {
    /// Its values in words: `open 1, high 2, low 0.5, close 1, volume 9`.
    fn told(&self) -> String;
}

impl Record for Candle {
    fn told(&self) -> String {
        let Candle { open, high, low, close, volume, .. } = self;
        format!("open {open}, high {high}, low {low}, close {close}, volume {volume}")
    }
}

impl Record for FundingRate {
    fn told(&self) -> String {
        format!("rate {}", self.rate)
    }
}

/// How the rows of one file are read, one after the other.
pub(crate) trait Format: Debug + Clone {
    /// What a row becomes.
    type Record: Record;
    /// What a record is called.
    const RECORD: &'static str;
    /// What its time is called.
    const TIME: &'static str;
    /// The columns that a row begins with.
    const COLUMNS: &'static str;

    /// Checks that a header names the columns as they are read.
    fn check_header(&mut self, row: Row<'_>) -> Result<(), RowFault>;

    /// Looks at the first records, before one of them is judged.
    fn begin(&mut self, _first: &[Self::Record]) {}

    /// The record of a row, whether it is believed or not.
    fn read(&mut self, row: Row<'_>) -> Result<Self::Record, RowFault>;

    /// What speaks against the record that was read last.
    fn judge(&mut self, record: &Self::Record) -> Option<Objection>;

    /// Looks at all records of a file, before any of it is stored.
    fn check_all(&self, _records: &[Self::Record]) -> anyhow::Result<()> {
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
    #[error(
        "{found} columns, the first row has {expected}; expected as many in every row: this one is cut, or two are one"
    )]
    OtherColumns { found: usize, expected: usize },
    #[error("the header says {found:?} in column {column}; expected {expected}")]
    WrongHeader { column: usize, found: String, expected: &'static str },
    #[error("{column} is {found:?}; expected a number")]
    NoNumber { column: &'static str, found: String },
    #[error("{column} is {found:?}; expected Unix seconds, milliseconds or microseconds between 2010 and tomorrow")]
    NoTime { column: &'static str, found: String },
    /// One of these may be a blemish of its row.
    #[error("{column} is {found:?}; expected Unix seconds, milliseconds or microseconds between 2010 and tomorrow")]
    UnknownUnit { column: &'static str, found: String },
    #[error("{column} is in {found}, the rows above are in {expected}")]
    StrayUnit { column: &'static str, found: &'static str, expected: &'static str },
    /// Two in a row are not.
    #[error("{column} is in {found}, the rows above are in {expected}; expected one unit in a file")]
    MixedUnits { column: &'static str, found: &'static str, expected: &'static str },
    #[error("{column} is {found:?}; expected a whole millisecond")]
    PartOfMillisecond { column: &'static str, found: String },
}

impl RowFault {
    /// What speaks against the row where it is the row that is bad, and not the file.
    pub(crate) fn objection(&self) -> Option<Objection> {
        let rule = match self {
            RowFault::UnknownUnit { .. } | RowFault::StrayUnit { .. } => Rule::WrongUnit,
            RowFault::PartOfMillisecond { .. } => Rule::OffGrid,
            _ => return None,
        };
        Some(Objection { rule, why: self.to_string() })
    }
}

/// Whether a first row is a header: it does not begin with a digit.
pub(crate) fn is_header(row: Row<'_>) -> bool {
    let first = row.fields().next().map(bare).unwrap_or_default();
    !first.first().is_some_and(u8::is_ascii_digit)
}

/// The first fields of a row.
fn first<'a, F: Format, const N: usize>(row: Row<'a>) -> Result<[&'a [u8]; N], RowFault> {
    row.first().map_err(|found| RowFault::TooFewColumns { found, needed: N, columns: F::COLUMNS })
}

fn value(field: &[u8], column: &'static str) -> Result<f64, RowFault> {
    number(field).ok_or_else(|| RowFault::NoNumber { column, found: lossy(field) })
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) const NOW_MS: i64 = 1_767_225_600_000; // 2026-01-01

    #[test]
    fn a_header_begins_with_no_digit() {
        for (text, header) in
            [("open_time,open", true), (",open", true), ("1735689600,1", false), ("\"1735689600\",\"1\"", false)]
        {
            assert_eq!(is_header(Row::at(text.as_bytes(), 0)), header, "{text}");
        }
    }
}
