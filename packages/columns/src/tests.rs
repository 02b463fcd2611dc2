//! What was written is read back the same.

use std::fs::File;
use std::io::Write;

use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::Field;
use proptest::prelude::*;

use crate::{Column, Table, Values};

/// A row with a value of each kind.
#[derive(Debug, Clone)]
struct Row {
    time_ms: i64,
    whole: i64,
    number: f64,
    maybe: f64,
    flag: bool,
    text: String,
}

/// A table of rows, written twice.
fn written(rows: &[Row]) -> (String, Vec<u8>) {
    let times: Vec<i64> = rows.iter().map(|row| row.time_ms).collect();
    let wholes: Vec<i64> = rows.iter().map(|row| row.whole).collect();
    let numbers: Vec<f64> = rows.iter().map(|row| row.number).collect();
    let maybes: Vec<f64> = rows.iter().map(|row| row.maybe).collect();
    let flags: Vec<bool> = rows.iter().map(|row| row.flag).collect();
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    let table = Table::new(vec![
        Column { name: "time_ms", values: Values::Time(&times) },
        Column { name: "whole", values: Values::Whole(&wholes) },
        Column { name: "number", values: Values::Number(&numbers) },
        Column { name: "maybe", values: Values::Maybe(&maybes) },
        Column { name: "flag", values: Values::Flag(&flags) },
        Column { name: "text", values: Values::Text(&texts) },
    ]);
    let (mut csv, mut parquet) = (Vec::new(), Vec::new());
    table.write_csv(&mut csv).unwrap();
    table.write_parquet(&mut parquet).unwrap();
    (String::from_utf8(csv).unwrap(), parquet)
}

fn bits(number: f64) -> Option<u64> {
    (!number.is_nan()).then_some(number.to_bits())
}

fn check(rows: &[Row]) {
    let (csv, parquet) = written(rows);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(read.len(), rows.len());
    for (read, row) in read.iter().zip(rows) {
        assert_eq!(read[0].parse(), Ok(row.time_ms));
        assert_eq!(read[1].parse(), Ok(row.whole));
        assert_eq!(read[2].parse().map(f64::to_bits), Ok(row.number.to_bits()));
        assert_eq!(read[3].parse().ok().map(f64::to_bits), bits(row.maybe));
        assert_eq!(read[4].parse(), Ok(row.flag));
        assert_eq!(&read[5], row.text);
    }
    let reader = open(&parquet);
    let read: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    assert_eq!(read.len(), rows.len());
    for (read, row) in read.iter().zip(rows) {
        let fields: Vec<&Field> = read.get_column_iter().map(|(_, field)| field).collect();
        assert_eq!(fields[0], &Field::TimestampMillis(row.time_ms));
        assert_eq!(fields[1], &Field::Long(row.whole));
        assert!(matches!(fields[2], Field::Double(number) if number.to_bits() == row.number.to_bits()));
        match fields[3] {
            Field::Double(number) => assert_eq!(Some(number.to_bits()), bits(row.maybe)),
            Field::Null => assert!(row.maybe.is_nan()),
            other => panic!("{other}"),
        }
        assert_eq!(fields[4], &Field::Bool(row.flag));
        assert_eq!(fields[5], &Field::Str(row.text.clone()));
    }
}

fn open(parquet: &[u8]) -> SerializedFileReader<File> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(parquet).unwrap();
    SerializedFileReader::new(file).unwrap()
}

fn row() -> impl Strategy<Value = Row> {
    let number = prop_oneof![any::<f64>().prop_filter("a number", |number| number.is_finite()), Just(0.1 + 0.2)];
    let maybe = prop_oneof![Just(f64::NAN), Just(-0.0), Just(1.0e300), Just(0.1)];
    (0_i64..1 << 42, any::<i64>(), number, maybe, any::<bool>(), "[a-z,\"\n é]{0,9}")
        .prop_map(|(time_ms, whole, number, maybe, flag, text)| Row { time_ms, whole, number, maybe, flag, text })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_value_is_read_back(rows in prop::collection::vec(row(), 0..40)) {
        check(&rows);
    }
}

#[test]
fn more_rows_than_a_group_holds_are_all_there() {
    let values: Vec<i64> = (0..(1 << 18) + 3).collect();
    let table = Table::new(vec![Column { name: "whole", values: Values::Whole(&values) }]);
    let mut file = Vec::new();
    table.write_parquet(&mut file).unwrap();
    let reader = open(&file);
    assert_eq!(reader.num_row_groups(), 2);
    let last = reader.get_row_iter(None).unwrap().last().unwrap().unwrap();
    assert_eq!(last.get_column_iter().next().unwrap().1, &Field::Long((1 << 18) + 2));
}

#[test]
#[should_panic(expected = "equal length")]
fn columns_of_other_lengths_are_refused() {
    let column = |values| Column { name: "x", values: Values::Whole(values) };
    let _ = Table::new(vec![column(&[1, 2]), column(&[1])]);
}
