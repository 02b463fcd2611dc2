//! Rows of candles, of trades or of the mark price.

use anyhow::Result;
use csv::ByteRecord;
use market::{Candle, Timeframe};

use super::{Format, RowFault, Times, check_columns, lossy, number};
use crate::coarser;

/// The first six columns of every row; more may follow.
const COLUMNS: [&str; 6] = ["open_time", "open", "high", "low", "close", "volume"];

/// Candles of one timeframe, as the archives of data.binance.vision have them.
#[derive(Debug)]
pub(crate) struct CandleFormat {
    timeframe: Timeframe,
    times: Times,
}

impl CandleFormat {
    pub(crate) fn new(timeframe: Timeframe, now_ms: i64) -> Self {
        CandleFormat { timeframe, times: Times::new(COLUMNS[0], now_ms) }
    }
}

impl Format for CandleFormat {
    type Record = Candle;
    const RECORD: &'static str = "candle";
    const TIME: &'static str = "open time";
    const COLUMNS: &'static str = "open_time,open,high,low,close,volume";

    fn check_header(&mut self, row: &ByteRecord) -> Result<(), RowFault> {
        check_columns::<Self>(row, COLUMNS.len())?;
        // The name of the time differs from source to source; its values speak for themselves.
        for (column, expected) in COLUMNS.into_iter().enumerate().skip(1) {
            let found = lossy(&row[column]);
            if !found.trim().to_lowercase().starts_with(expected) {
                return Err(RowFault::WrongHeader { column: column + 1, found, expected });
            }
        }
        Ok(())
    }

    fn read(&mut self, row: &ByteRecord) -> Result<Candle, RowFault> {
        check_columns::<Self>(row, COLUMNS.len())?;
        let value = |column: usize| number(row, column, COLUMNS[column]);
        let candle = Candle {
            open_time_ms: self.times.exact_ms(&row[0])?,
            open: value(1)?,
            high: value(2)?,
            low: value(3)?,
            close: value(4)?,
            volume: value(5)?,
        };
        candle.check(self.timeframe)?;
        Ok(candle)
    }

    fn check_first(&self, candles: &[Candle]) -> Result<()> {
        coarser::check(candles, self.timeframe)
    }

    fn time_ms(candle: &Candle) -> i64 {
        candle.open_time_ms
    }

    fn final_ms(&self, candle: &Candle) -> i64 {
        self.timeframe.next_open(candle.open_time_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{is_header, tests::NOW_MS};

    fn read(rows: &[&str]) -> Result<Candle, RowFault> {
        let mut format = CandleFormat::new(Timeframe::H1, NOW_MS);
        let mut last = Err(RowFault::WrongHeader { column: 0, found: String::new(), expected: "" });
        for row in rows {
            last = Ok(format.read(&row.split(',').collect::<Vec<_>>().into())?);
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
        let fault = CandleFormat::new(Timeframe::H1, NOW_MS).check_header(&row).err();
        assert_eq!(fault.map(|fault| fault.to_string()).as_deref(), expected);
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
    }
}
