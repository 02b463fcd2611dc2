//! Rows of candles, of trades or of the mark price.

use anyhow::Result;
use market::{Candle, Judge, Objection, Timeframe};

use super::times::Times;
use super::{Format, RowFault, first, value};
use crate::import::text::{Row, bare, lossy};
use crate::import::{coarser, volumeless};

/// The first six columns of every row; more may follow.
const COLUMNS: [&str; 6] = ["open_time", "open", "high", "low", "close", "volume"];
/// Candles that tell whether those of the file are of the timeframe that they are said to be of.
const FIRST: usize = 10_000;

/// Candles of one timeframe, as the archives of data.binance.vision have them.
#[derive(Debug, Clone)]
pub(crate) struct CandleFormat {
    timeframe: Timeframe,
    times: Times,
    judge: Judge,
    has_volume: bool,
}

impl CandleFormat {
    /// For candles of trades.
    pub(crate) fn of_trades(timeframe: Timeframe, now_ms: i64) -> Self {
        let (times, judge) = (Times::new(COLUMNS[0], now_ms), Judge::of_trades(timeframe));
        CandleFormat { timeframe, times, judge, has_volume: true }
    }

    /// For candles of the mark price, whose volume is left out.
    pub(crate) fn of_marks(timeframe: Timeframe, now_ms: i64) -> Self {
        CandleFormat { judge: Judge::of_marks(timeframe), has_volume: false, ..Self::of_trades(timeframe, now_ms) }
    }
}

impl Format for CandleFormat {
    type Record = Candle;
    const RECORD: &'static str = "candle";
    const TIME: &'static str = "open time";
    const COLUMNS: &'static str = "open_time,open,high,low,close,volume";

    fn check_header(&mut self, row: Row<'_>) -> Result<(), RowFault> {
        let fields: [&[u8]; 6] = first::<Self, 6>(row)?;
        // The name of the time differs from source to source; its values speak for themselves.
        for (column, expected) in COLUMNS.into_iter().enumerate().skip(1) {
            let found = lossy(bare(fields[column]));
            if !found.to_lowercase().starts_with(expected) {
                return Err(RowFault::WrongHeader { column: column + 1, found, expected });
            }
        }
        Ok(())
    }

    fn begin(&mut self, first: &[Candle]) {
        self.judge = self.judge.clone().begin(first, [None; 2]);
    }

    fn read(&mut self, row: Row<'_>) -> Result<Candle, RowFault> {
        if let Some((time, [open, high, low, close, volume])) = row.plain()
            && let Some(open_time_ms) = self.times.plain_ms(time)
        {
            let volume = if self.has_volume { volume } else { 0.0 };
            return Ok(Candle { open_time_ms, open, high, low, close, volume });
        }
        let [time, open, high, low, close, volume] = first::<Self, 6>(row)?;
        // The time comes last: a row that cannot be read at all is a fault of the file, whenever it is.
        let (open, high) = (value(open, COLUMNS[1])?, value(high, COLUMNS[2])?);
        let (low, close) = (value(low, COLUMNS[3])?, value(close, COLUMNS[4])?);
        let volume = if self.has_volume { value(volume, COLUMNS[5])? } else { 0.0 };
        Ok(Candle { open_time_ms: self.times.exact_ms(time)?, open, high, low, close, volume })
    }

    fn judge(&mut self, candle: &Candle) -> Option<Objection> {
        self.judge.judge(candle)
    }

    fn check_all(&self, candles: &[Candle]) -> Result<()> {
        if self.has_volume {
            volumeless::check(candles)?;
        }
        coarser::check(&candles[..candles.len().min(FIRST)], self.timeframe)
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
    use crate::import::row::{is_header, tests::NOW_MS};

    /// Reads rows; gives the last one.
    fn read(rows: &[&str]) -> Result<Candle, RowFault> {
        let mut format = CandleFormat::of_trades(Timeframe::H1, NOW_MS);
        rows.iter().map(|row| format.read(Row::at(row.as_bytes(), 0))).last().unwrap()
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
        let expected = "expected Unix seconds, milliseconds or microseconds between 2010 and tomorrow";
        for time in ["1735689600000000000", "1000000000", "1767312001", "2025-01-01", "1.7e9", ""] {
            check_fault(&[&format!("{time},1,2,0.5,1,9")], &format!("open_time is {time:?}; {expected}"));
        }
        check_fault(&["1735689600,1,2,0.5,1"], "5 columns; expected at least 6: open_time,open,high,low,close,volume");
        check_fault(&["1735689600,1,2,x,1,9"], "low is \"x\"; expected a number");
        check_fault(&["1735689600,1,2,,1,9"], "low is \"\"; expected a number");
        check_fault(&["1735689600000001,1,2,1,1,9"], "open_time is \"1735689600000001\"; expected a whole millisecond");
    }

    /// The rules by which these times are set aside; none is an empty name, a fault of the file is told.
    #[track_caller]
    fn check_units(times: &[&str], expected: &[&str]) {
        let mut format = CandleFormat::of_trades(Timeframe::H1, NOW_MS);
        let told = times.iter().map(|time| match format.read(Row::at(format!("{time},1,2,0.5,1,9").as_bytes(), 0)) {
            Ok(_) => String::new(),
            Err(fault) => fault.objection().map_or(fault.to_string(), |objection| objection.rule.name().to_owned()),
        });
        assert_eq!(told.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn one_stray_time_is_a_bad_row_and_two_are_a_bad_file() {
        let (s, ms, us) = ("1735689600", "1735689600000", "1735689600000000");
        let ns = "1735689600000000000";
        let mixed = "open_time is in microseconds, the rows above are in milliseconds; expected one unit in a file";
        check_units(&[ms, us, ms, us, ms], &["", "wrong_unit", "", "wrong_unit", ""]);
        check_units(&[ms, s, ms, ns, ms], &["", "wrong_unit", "", "wrong_unit", ""]);
        check_units(&[ms, us, us], &["", "wrong_unit", mixed]);
        check_units(&[ms, s, us], &["", "wrong_unit", mixed]);
        check_units(&[ns, ns, ms], &["wrong_unit", "wrong_unit", ""]);
        check_units(&["1735689600000001"], &["off_grid"]);
    }

    #[track_caller]
    fn check_first_row(text: &str, expected: Option<&str>) {
        let row = Row::at(text.as_bytes(), 0);
        assert!(is_header(row));
        let fault = CandleFormat::of_trades(Timeframe::H1, NOW_MS).check_header(row).err();
        assert_eq!(fault.map(|fault| fault.to_string()).as_deref(), expected);
    }

    #[test]
    fn headers_are_checked() {
        check_first_row("open_time,open,high,low,close,volume,close_time", None);
        check_first_row("Date,Open,High,Low,Close,Volume BTC", None);
        check_first_row("\"time\",\"open\",\"high\",\"low\",\"close\",\"volume\"", None);
        check_first_row(
            "time,open,close,high,low,volume",
            Some("the header says \"close\" in column 3; expected high"),
        );
        check_first_row("time,price", Some("2 columns; expected at least 6: open_time,open,high,low,close,volume"));
    }
}
