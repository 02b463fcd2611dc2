//! Tables for other programs, as CSV and as Parquet: named columns of equal length, every value in full. Numbers by
//! time are read back too.
//!
//! ```
//! use columns::{Column, Table, Values};
//!
//! let table = Table::new(vec![
//!     Column { name: "open_time_ms", values: Values::Time(&[0, 60_000]) },
//!     Column { name: "close", values: Values::Number(&[1.5, 2.0]) },
//! ]);
//! let mut csv = Vec::new();
//! table.write_csv(&mut csv)?;
//! assert_eq!(csv, b"open_time_ms,close\n0,1.5\n60000,2\n");
//! # Ok::<(), columns::WriteError>(())
//! ```

mod parquet;
mod read;
#[cfg(test)]
mod tests;

use std::io::Write;

pub use read::{Numbers, ReadError, read_csv, read_parquet};

/// Named columns of equal length.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    columns: Vec<Column<'a>>,
    rows: usize,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    /// What it is called, with its unit.
    pub name: &'a str,
    /// A value for each row.
    pub values: Values<'a>,
}

/// The values of a column.
#[derive(Debug, Clone, Copy)]
pub enum Values<'a> {
    /// Unix milliseconds: whole numbers in CSV, UTC timestamps in Parquet.
    Time(&'a [i64]),
    /// Whole numbers.
    Whole(&'a [i64]),
    /// Numbers.
    Number(&'a [f64]),
    /// Numbers of which NaN is none: empty in CSV, null in Parquet.
    Maybe(&'a [f64]),
    /// Yes or no.
    Flag(&'a [bool]),
    /// Texts.
    Text(&'a [&'a str]),
}

/// Why a table was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// CSV could not be written.
    #[error("CSV cannot be written")]
    Csv(#[from] csv::Error),
    /// Parquet could not be written.
    #[error("Parquet cannot be written")]
    Parquet(#[from] ::parquet::errors::ParquetError),
}

impl Values<'_> {
    fn len(&self) -> usize {
        match self {
            Values::Time(values) | Values::Whole(values) => values.len(),
            Values::Number(values) | Values::Maybe(values) => values.len(),
            Values::Flag(values) => values.len(),
            Values::Text(values) => values.len(),
        }
    }

    /// The value at `index` as text that is read back as the same; nothing where there is none.
    fn text(&self, index: usize) -> String {
        match self {
            Values::Time(values) | Values::Whole(values) => values[index].to_string(),
            Values::Maybe(values) if values[index].is_nan() => String::new(),
            Values::Number(values) | Values::Maybe(values) => values[index].to_string(),
            Values::Flag(values) => values[index].to_string(),
            Values::Text(values) => values[index].to_owned(),
        }
    }
}

impl<'a> Table<'a> {
    /// A table of these columns. Panics when they are not of equal length.
    #[must_use]
    pub fn new(columns: Vec<Column<'a>>) -> Self {
        let rows = columns.first().map_or(0, |column| column.values.len());
        assert!(columns.iter().all(|column| column.values.len() == rows), "Invariant: columns are of equal length");
        Table { columns, rows }
    }

    /// Writes a line of names, then a line for each row. Numbers have as many digits as it takes to read the same
    /// number back.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_csv(&self, out: impl Write) -> Result<(), WriteError> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(self.columns.iter().map(|column| column.name))?;
        for row in 0..self.rows {
            csv.write_record(self.columns.iter().map(|column| column.values.text(row)))?;
        }
        csv.flush().map_err(csv::Error::from)?;
        Ok(())
    }

    /// Writes a Parquet file, not compressed, which every reader reads.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_parquet(&self, out: impl Write + Send) -> Result<(), WriteError> {
        Ok(parquet::write(&self.columns, self.rows, out)?)
    }
}
