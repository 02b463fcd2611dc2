//! One row of a candle file, from bytes to a candle. Pure: knows neither file nor clock.

use csv::ByteRecord;
use market::{Candle, CandleFault, Timeframe};

/// The first six columns of every row; more may follow.
const COLUMNS: [&str; 6] = ["open_time", "open", "high", "low", "close", "volume"];
/// The first open time that is believed, 2010-01-01: before it there was no market.
const EARLIEST_S: i64 = 1_262_304_000;
/// How far ahead of now an open time may be, for clocks that differ.
const AHEAD_S: i64 = 86_400;

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum RowFault {
    #[error("{found} columns; expected at least 6: open_time,open,high,low,close,volume")]
    TooFewColumns { found: usize },
    #[error("the header says {found:?} in column {column}; expected {expected}")]
    WrongHeader { column: usize, found: String, expected: &'static str },
    #[error("{column} is {found:?}; expected a number")]
    NoNumber { column: &'static str, found: String },
    #[error("open_time is {found:?}; expected Unix seconds, milliseconds or microseconds between 2010 and tomorrow")]
    NoTime { found: String },
    #[error("open_time is in {found}, the rows above are in {expected}; expected one unit in a file")]
    MixedUnits { found: &'static str, expected: &'static str },
    #[error("the candle is not possible: {0}")]
    BadCandle(#[from] CandleFault),
}

/// The unit of a file's open times, found by their magnitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
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

    /// `None` when it is not a whole millisecond, and so on no grid.
    fn to_ms(self, time: i64) -> Option<i64> {
        match self {
            Unit::Seconds => Some(time * 1_000),
            Unit::Milliseconds => Some(time),
            Unit::Microseconds => (time % 1_000 == 0).then_some(time / 1_000),
        }
    }
}

/// Reads the rows of one file, which share a unit.
#[derive(Debug)]
pub(crate) struct RowReader {
    timeframe: Timeframe,
    now_ms: i64,
    unit: Option<Unit>,
}

impl RowReader {
    pub(crate) fn new(timeframe: Timeframe, now_ms: i64) -> Self {
        RowReader { timeframe, now_ms, unit: None }
    }

    /// The candle of a row, checked.
    pub(crate) fn candle(&mut self, row: &ByteRecord) -> Result<Candle, RowFault> {
        if row.len() < COLUMNS.len() {
            return Err(RowFault::TooFewColumns { found: row.len() });
        }
        let candle = Candle {
            open_time_ms: self.open_time_ms(&row[0])?,
            open: number(row, 1)?,
            high: number(row, 2)?,
            low: number(row, 3)?,
            close: number(row, 4)?,
            volume: number(row, 5)?,
        };
        candle.check(self.timeframe)?;
        Ok(candle)
    }

    fn open_time_ms(&mut self, text: &[u8]) -> Result<i64, RowFault> {
        let no_time = || RowFault::NoTime { found: lossy(text) };
        let time: i64 = parse(text).ok_or_else(no_time)?;
        let unit = Unit::of(time, self.now_ms).ok_or_else(no_time)?;
        let expected = *self.unit.get_or_insert(unit);
        if unit != expected {
            return Err(RowFault::MixedUnits { found: unit.name(), expected: expected.name() });
        }
        unit.to_ms(time).ok_or_else(no_time)
    }
}

/// Whether a first row is a header: it does not begin with a digit.
pub(crate) fn is_header(row: &ByteRecord) -> bool {
    !row.get(0).and_then(|field| field.first()).is_some_and(u8::is_ascii_digit)
}

/// Checks that a header names the columns in the order in which they are read.
pub(crate) fn check_header(row: &ByteRecord) -> Result<(), RowFault> {
    if row.len() < COLUMNS.len() {
        return Err(RowFault::TooFewColumns { found: row.len() });
    }
    // The name of the time differs from source to source; its values speak for themselves.
    for (column, expected) in COLUMNS.into_iter().enumerate().skip(1) {
        let found = lossy(&row[column]);
        if !found.trim().to_lowercase().starts_with(expected) {
            return Err(RowFault::WrongHeader { column: column + 1, found, expected });
        }
    }
    Ok(())
}

fn number(row: &ByteRecord, column: usize) -> Result<f64, RowFault> {
    parse(&row[column]).ok_or_else(|| RowFault::NoNumber { column: COLUMNS[column], found: lossy(&row[column]) })
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

    const NOW_MS: i64 = 1_767_225_600_000; // 2026-01-01

    fn read(rows: &[&str]) -> Result<Candle, RowFault> {
        let mut reader = RowReader::new(Timeframe::H1, NOW_MS);
        let mut last = Err(RowFault::TooFewColumns { found: 0 });
        for row in rows {
            last = Ok(reader.candle(&row.split(',').collect::<Vec<_>>().into())?);
        }
        last
    }

    #[track_caller]
    fn check_time(time: &str, open_time_ms: i64) {
        assert_eq!(read(&[&format!("{time},1,2,0.5,1,9,extra")]).unwrap().open_time_ms, open_time_ms);
    }

    #[track_caller]
    fn check_fault(rows: &[&str], expected: &str) {
        assert_eq!(read(rows).unwrap_err().to_string(), expected);
    }

    #[test]
    fn the_unit_is_found_by_magnitude() {
        check_time("1735689600", 1_735_689_600_000);
        check_time("1735689600000", 1_735_689_600_000);
        check_time("1735689600000000", 1_735_689_600_000);
        check_time("1262304000", 1_262_304_000_000);
    }

    #[test]
    fn bad_rows_say_what_was_expected() {
        let no_time = |found: &str| {
            format!(
                "open_time is {found:?}; expected Unix seconds, milliseconds or microseconds between 2010 and tomorrow"
            )
        };
        for time in ["1735689600000000000", "1000000000", "1767312001", "1735689600000001", "2025-01-01", "1.7e9", ""] {
            check_fault(&[&format!("{time},1,2,0.5,1,9")], &no_time(time));
        }
        check_fault(&["1735689600,1,2,0.5,1"], "5 columns; expected at least 6: open_time,open,high,low,close,volume");
        check_fault(&["1735689600,1,2,x,1,9"], "low is \"x\"; expected a number");
        check_fault(&["1735689600,1,2,,1,9"], "low is \"\"; expected a number");
        check_fault(&["1735689600,1,2,NaN,1,9"], "the candle is not possible: a value is not a finite number");
        check_fault(&["1735689600,1,0.9,0.5,1,9"], "the candle is not possible: high 0.9 is below open, close or low");
        check_fault(
            &["1735689601,1,2,0.5,1,9"],
            "the candle is not possible: open time 1735689601000 ms is not on the 1h grid",
        );
        check_fault(
            &["1735689600,1,2,0.5,1,9", "1735693200000,1,2,0.5,1,9"],
            "open_time is in milliseconds, the rows above are in seconds; expected one unit in a file",
        );
    }

    #[track_caller]
    fn check_first_row(row: &str, expected: Option<&str>) {
        let row: ByteRecord = row.split(',').collect::<Vec<_>>().into();
        assert!(is_header(&row));
        assert_eq!(check_header(&row).err().map(|fault| fault.to_string()).as_deref(), expected);
    }

    #[test]
    fn headers_are_checked() {
        check_first_row("open_time,open,high,low,close,volume,close_time", None);
        check_first_row("Date,Open,High,Low,Close,Volume BTC", None);
        check_first_row(
            "time,open,close,high,low,volume",
            Some("the header says \"close\" in column 3; expected high"),
        );
        check_first_row("time,price", Some("2 columns; expected at least 6: open_time,open,high,low,close,volume"));
        assert!(!is_header(&vec!["1735689600", "1"].into()));
    }
}
