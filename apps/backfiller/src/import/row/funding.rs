//! Rows of funding rates.

use market::{FundingRate, Objection};

use super::times::Times;
use super::{Format, RowFault, first, value};
use crate::import::text::{Row, bare, lossy};

/// Columns of a row at least: a time and a rate.
const COLUMNS: usize = 2;
/// Where the rate stands without a header: behind the time, or, in the archives of
/// data.binance.vision, behind the hours of the interval.
const SHORT_RATE: usize = 1;
const ARCHIVE_RATE: usize = 2;

/// Funding rates, as `time,funding_rate` or as `calc_time,funding_interval_hours,last_funding_rate`.
#[derive(Debug, Clone)]
pub(crate) struct FundingFormat {
    times: Times,
    /// Found in the header, or else in the first row.
    rate_column: Option<usize>,
}

impl FundingFormat {
    pub(crate) fn new(now_ms: i64) -> Self {
        FundingFormat { times: Times::new("the time", now_ms), rate_column: None }
    }
}

impl Format for FundingFormat {
    type Record = FundingRate;
    const RECORD: &'static str = "funding rate";
    const TIME: &'static str = "time";
    const COLUMNS: &'static str = "time,funding_rate";

    fn check_header(&mut self, row: Row<'_>) -> Result<(), RowFault> {
        let [_, second] = first::<Self, COLUMNS>(row)?;
        let is_rate = |name: &[u8]| lossy(bare(name)).to_lowercase().ends_with("rate");
        let Some(column) = row.fields().skip(1).position(is_rate) else {
            return Err(RowFault::WrongHeader { column: 2, found: lossy(second), expected: "funding_rate" });
        };
        self.rate_column = Some(column + 1);
        Ok(())
    }

    fn read(&mut self, row: Row<'_>) -> Result<FundingRate, RowFault> {
        let [time, _] = first::<Self, COLUMNS>(row)?;
        let found = row.fields().count();
        let guess = if found == COLUMNS { SHORT_RATE } else { ARCHIVE_RATE };
        let column = *self.rate_column.get_or_insert(guess);
        let too_few = RowFault::TooFewColumns { found, needed: column + 1, columns: Self::COLUMNS };
        let rate = value(row.fields().nth(column).ok_or(too_few)?, "the funding rate")?;
        Ok(FundingRate::new(self.times.floor_ms(time)?, rate))
    }

    fn judge(&mut self, rate: &FundingRate) -> Option<Objection> {
        rate.check().err().map(Objection::from)
    }

    fn time_ms(rate: &FundingRate) -> i64 {
        rate.time_ms
    }

    fn final_ms(&self, rate: &FundingRate) -> i64 {
        rate.time_ms
    }
}

#[cfg(test)]
mod tests {
    use market::Rule;

    use super::*;
    use crate::import::row::{is_header, tests::NOW_MS};

    const TIME_MS: i64 = 1_735_689_600_000;

    /// Reads a file of rows, the first a header where it begins with a letter; gives its last rate.
    fn read(rows: &[&str]) -> Result<FundingRate, RowFault> {
        let mut format = FundingFormat::new(NOW_MS);
        let mut last = None;
        for row in rows {
            let row = Row::at(row.as_bytes(), 0);
            if is_header(row) {
                format.check_header(row)?;
            } else {
                last = Some(format.read(row)?);
            }
        }
        Ok(last.unwrap_or(FundingRate::new(0, 0.0)))
    }

    #[track_caller]
    fn check(rows: &[&str], rate: f64) {
        assert_eq!(read(rows), Ok(FundingRate { time_ms: TIME_MS, rate }));
    }

    #[track_caller]
    fn check_fault(rows: &[&str], expected: &str) {
        assert_eq!(read(rows).unwrap_err().to_string(), expected);
    }

    #[test]
    fn both_shapes_are_read() {
        check(&["1735689600000,-4.014e-05"], -4.014e-05);
        check(&["open_time_ms,funding_rate", "1735689600000,0.0001"], 0.0001);
        check(&["calc_time,funding_interval_hours,last_funding_rate", "1735689600000,8,0.00004"], 0.00004);
        check(&["1735689600000,8,0.00004"], 0.00004);
        check(&["fundingTime,fundingRate,markPrice", "1735689600000,0.0001,93000"], 0.0001);
    }

    #[test]
    fn stamps_a_little_late_belong_to_the_minute() {
        for time in ["1735689600", "1735689600000", "1735689600007", "1735689600004123"] {
            check(&[&format!("{time},0.5")], 0.5);
        }
    }

    #[test]
    fn rates_that_none_can_be_are_objected_to() {
        for (row, rule, why) in [
            ("1735689600000,inf", Rule::NotFinite, "the rate is not a finite number"),
            ("1735689600000,NaN", Rule::NotFinite, "the rate is not a finite number"),
            ("1735689600000,-1", Rule::RateTooLarge, "rate -1 is not between -1 and 1"),
            ("1735689600000,93000,93100", Rule::RateTooLarge, "rate 93100 is not between -1 and 1"),
        ] {
            let objection = FundingFormat::new(NOW_MS).judge(&read(&[row]).unwrap());
            assert_eq!(objection, Some(Objection { rule, why: why.to_owned() }), "{row}");
        }
        assert_eq!(FundingFormat::new(NOW_MS).judge(&FundingRate::new(0, -0.0075)), None);
    }

    #[test]
    fn bad_rows_say_what_was_expected() {
        check_fault(&["1735689600000"], "1 columns; expected at least 2: time,funding_rate");
        check_fault(
            &["calc_time,funding_interval_hours,last_funding_rate", "1735689600000,8"],
            "2 columns; expected at least 3: time,funding_rate",
        );
        check_fault(&["1735689600000,"], "the funding rate is \"\"; expected a number");
        check_fault(&["1735689600000,x"], "the funding rate is \"x\"; expected a number");
        check_fault(&["open_time,open"], "the header says \"open\" in column 2; expected funding_rate");
        check_fault(
            &["1735689600,0.1", "1735693200000,0.1"],
            "the time is in milliseconds, the rows above are in seconds",
        );
        check_fault(
            &["20250101,0.1"],
            "the time is \"20250101\"; expected Unix seconds, milliseconds or microseconds between 2010 and tomorrow",
        );
    }
}
