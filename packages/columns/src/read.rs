//! Tables of numbers by time, read back from CSV and from Parquet.

use std::fs::File;
use std::io::Read;

use parquet::column::reader::ColumnReader;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};

/// Columns of equal length: a time, and numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Numbers {
    /// The column of times, Unix milliseconds.
    pub times_ms: Vec<i64>,
    /// The columns of numbers, in the order in which they were asked for.
    pub numbers: Vec<Vec<f64>>,
}

/// Why a table was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no CSV.
    #[error("it is not CSV")]
    Csv(#[from] csv::Error),
    /// It is no Parquet, or damaged.
    #[error("it is not whole Parquet")]
    Parquet(#[from] ParquetError),
    /// A column is not there, or of another type.
    #[error("it has no column `{0}` of numbers")]
    Column(String),
    /// A value is no number.
    #[error("line {line}: {column} is {found:?}; expected a number")]
    Value {
        /// The line in the file, from 1.
        line: u64,
        /// The name of the column.
        column: String,
        /// What is there.
        found: String,
    },
    /// The columns are not of one length, or hold nulls.
    #[error("its columns are of different lengths, or have empty values")]
    Ragged,
}

/// Reads the columns named `time` and `numbers` of a CSV with a header; others are left out.
///
/// # Errors
/// When a column is missing or a value is no number.
pub fn read_csv(input: impl Read, time: &str, numbers: &[&str]) -> Result<Numbers, ReadError> {
    let mut csv = csv::Reader::from_reader(input);
    let header = csv.headers()?.clone();
    let place = |name: &str| header.iter().position(|column| column == name).ok_or(ReadError::Column(name.to_owned()));
    let time_at = place(time)?;
    let numbers_at = numbers.iter().map(|name| place(name)).collect::<Result<Vec<_>, _>>()?;
    let mut read = Numbers { times_ms: Vec::new(), numbers: vec![Vec::new(); numbers.len()] };
    let mut row = csv::StringRecord::new();
    while csv.read_record(&mut row)? {
        let wrong = |at: usize| ReadError::Value {
            line: row.position().map_or(0, csv::Position::line),
            column: header[at].to_owned(),
            found: row[at].to_owned(),
        };
        read.times_ms.push(row[time_at].parse().map_err(|_| wrong(time_at))?);
        for (column, &at) in read.numbers.iter_mut().zip(&numbers_at) {
            column.push(row[at].parse().map_err(|_| wrong(at))?);
        }
    }
    Ok(read)
}

/// Reads the columns named `time` and `numbers` of a Parquet file; others are left out.
///
/// # Errors
/// When the file is damaged, or a column is missing, of another type, or has nulls.
pub fn read_parquet(file: File, time: &str, numbers: &[&str]) -> Result<Numbers, ReadError> {
    let reader = SerializedFileReader::new(file)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let place = |name: &str| {
        let found = (0..schema.num_columns()).find(|&index| schema.column(index).name() == name);
        found.ok_or(ReadError::Column(name.to_owned()))
    };
    let time_at = place(time)?;
    let numbers_at = numbers.iter().map(|name| place(name)).collect::<Result<Vec<_>, _>>()?;
    let mut read = Numbers { times_ms: Vec::new(), numbers: vec![Vec::new(); numbers.len()] };
    for index in 0..reader.num_row_groups() {
        let group = reader.get_row_group(index)?;
        let rows = usize::try_from(group.metadata().num_rows()).map_err(|_| ReadError::Ragged)?;
        let ColumnReader::Int64ColumnReader(mut times) = group.get_column_reader(time_at)? else {
            return Err(ReadError::Column(time.to_owned()));
        };
        times.read_records(rows, None, None, &mut read.times_ms)?;
        for ((column, &at), name) in read.numbers.iter_mut().zip(&numbers_at).zip(numbers) {
            let ColumnReader::DoubleColumnReader(mut values) = group.get_column_reader(at)? else {
                return Err(ReadError::Column((*name).to_owned()));
            };
            values.read_records(rows, None, None, column)?;
        }
    }
    let is_whole = read.numbers.iter().all(|column| column.len() == read.times_ms.len());
    if is_whole { Ok(read) } else { Err(ReadError::Ragged) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;
    use crate::{Column, Table, Values};

    fn table<'a>(times: &'a [i64], close: &'a [f64]) -> Table<'a> {
        Table::new(vec![
            Column { name: "close", values: Values::Number(close) },
            Column { name: "open_time_ms", values: Values::Time(times) },
        ])
    }

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

        #[test]
        fn what_was_written_is_read_back(rows in prop::collection::vec((0_i64..1 << 42, any::<f64>()), 0..50)) {
            let (times, close): (Vec<i64>, Vec<f64>) = rows.into_iter().filter(|row| !row.1.is_nan()).unzip();
            let (mut csv, mut parquet) = (Vec::new(), Vec::new());
            table(&times, &close).write_csv(&mut csv).unwrap();
            table(&times, &close).write_parquet(&mut parquet).unwrap();
            let expected = Numbers { times_ms: times, numbers: vec![close] };
            prop_assert_eq!(read_csv(csv.as_slice(), "open_time_ms", &["close"]).unwrap(), expected.clone());
            prop_assert_eq!(read_parquet(file(&parquet), "open_time_ms", &["close"]).unwrap(), expected);
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let error = read_csv(text.as_bytes(), "open_time_ms", &["close"]).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }

    #[test]
    fn what_is_no_such_table_is_refused() {
        check("open_time_ms,open\n1,2\n", "no column `close`");
        check("open_time_ms,close\n1,2\n3,x\n", "line 3: close is \"x\"; expected a number");
        check("open_time_ms,close\n1\n", "it is not CSV");
        let mut parquet = Vec::new();
        table(&[1, 2], &[1.0, 2.0]).write_parquet(&mut parquet).unwrap();
        let read = |bytes: &[u8], name: &str| read_parquet(file(bytes), name, &["close"]).unwrap_err().to_string();
        assert_eq!(read(&parquet, "time"), "it has no column `time` of numbers");
        assert_eq!(read(&parquet, "close"), "it has no column `close` of numbers");
        for end in 0..parquet.len() {
            assert_eq!(read(&parquet[..end], "open_time_ms"), "it is not whole Parquet");
        }
    }
}
