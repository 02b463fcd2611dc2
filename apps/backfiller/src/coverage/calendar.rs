//! Where the days of a series are drawn: in rows of months, or, of a long series, of years. Days that look alike are
//! drawn as one. Pure.

use std::collections::BTreeMap;

use db::Cause;
use market::{Timeframe, format_utc, parse_when};

use super::days::{DAY_MS, Day, days};
use crate::holes::Stretch;
use crate::stored::Extent;

/// Series that touch more months than these are drawn in rows of years.
const MOST_MONTHS: u64 = 24;

/// The calendar of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Calendar {
    pub(super) is_of_years: bool,
    pub(super) rows: Vec<Row>,
}

/// A month or a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// `2025`, `2025-01`.
    pub(super) name: String,
    /// Midnight of its first day, Unix milliseconds.
    pub(super) from_ms: i64,
    pub(super) cells: Vec<Cell>,
}

/// Days in a row that look alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// Days since the row's first.
    pub(super) column: i64,
    /// How many.
    pub(super) days: i64,
    /// All of them together.
    pub(super) sum: Day,
    pub(super) worst: Option<Cause>,
}

impl Cell {
    /// Of all that would fill the cell, the share that is not there: 0 to 1.
    pub(super) fn share_missing(&self) -> f64 {
        let missing = self.sum.not_there();
        if missing == 0 { 0.0 } else { missing as f64 / (self.sum.there() + missing) as f64 }
    }
}

/// Draws up the calendar, which begins and ends with the months or years of the first and the last row.
pub(super) fn calendar(extent: &Extent, stretches: &[Stretch]) -> Calendar {
    let end_ms = extent.end_ms();
    let (first, last) = (Timeframe::Month1.open_of(extent.first_ms), Timeframe::Month1.open_of(end_ms - 1));
    let is_of_years = Timeframe::Month1.count(first, last) >= MOST_MONTHS;
    let (row_of, name_length) =
        if is_of_years { (year_of as fn(i64) -> i64, 4) } else { (month_of as fn(i64) -> i64, 7) };
    let after_ms = if is_of_years { year_of(year_of(last) + 366 * DAY_MS) } else { Timeframe::Month1.next_open(last) };
    let mut rows: BTreeMap<i64, Vec<Cell>> = BTreeMap::new();
    for (day_ms, day) in days(extent, stretches, row_of(first), after_ms) {
        let from_ms = row_of(day_ms);
        put(rows.entry(from_ms).or_default(), (day_ms - from_ms) / DAY_MS, day);
    }
    let row = |(from_ms, cells): (i64, Vec<Cell>)| Row {
        name: format_utc(from_ms).chars().take(name_length).collect(),
        from_ms,
        cells,
    };
    Calendar { is_of_years, rows: rows.into_iter().map(row).collect() }
}

/// Adds a day to the cell before it where both look alike: both whole, or both without anything for one cause.
fn put(cells: &mut Vec<Cell>, column: i64, day: Day) {
    let worst = day.worst();
    let alike = cells.last_mut().filter(|last| {
        last.column + last.days == column && last.worst == worst && last.sum.is_plain() && day.is_plain()
    });
    match alike {
        Some(last) => {
            last.days += 1;
            last.sum.add(day);
        }
        None => cells.push(Cell { column, days: 1, sum: day, worst }),
    }
}

fn month_of(time_ms: i64) -> i64 {
    Timeframe::Month1.open_of(time_ms)
}

fn year_of(time_ms: i64) -> i64 {
    let year: String = format_utc(time_ms).chars().take(4).collect();
    // A time that has no year of four digits begins a row of its own.
    parse_when(&format!("{year}-01-01"), 0).unwrap_or(time_ms)
}

#[cfg(test)]
mod tests {
    use db::Proof;
    use market::Series;

    use super::*;
    use crate::args::Target;

    fn at(text: &str) -> i64 {
        parse_when(text, 0).unwrap()
    }

    #[track_caller]
    fn check(timeframe: Timeframe, ends: (&str, &str), stretches: &[(&str, &str, Cause)], expected: &[&str]) {
        let series = Series::new("binance", "BTC/USDT".parse().unwrap(), timeframe);
        check_of(Target::Candles(series), ends, stretches, expected);
    }

    /// The calendar of what is stored from the first row to the last, with stretches; what is told of each cell:
    /// `2025-01 0+31 744/744`, how much lies beyond the rows as `+24`, and the worst cause.
    #[track_caller]
    fn check_of(target: Target, ends: (&str, &str), stretches: &[(&str, &str, Cause)], expected: &[&str]) {
        let stretch = |&(from, to, cause): &(&str, &str, Cause)| Stretch {
            from_ms: at(from),
            to_ms: at(to),
            missing: target.count(at(from), at(to)),
            cause,
            proof: Some(Proof { how: String::new(), at_ms: 0 }),
        };
        let stretches: Vec<Stretch> = stretches.iter().map(stretch).collect();
        let (first_ms, last_ms) = (at(ends.0), at(ends.1));
        let extent = Extent { target, rows: 1, first_ms, last_ms, last_is_closed: true, holes: Vec::new() };
        let calendar = calendar(&extent, &stretches);
        let mut told = Vec::new();
        for row in &calendar.rows {
            for Cell { column, days, sum, worst } in &row.cells {
                let worst = worst.map_or(String::new(), |worst| format!(" {worst}"));
                let beyond: u64 = sum.beyond.values().sum();
                let beyond = if beyond > 0 { format!(" +{beyond}") } else { String::new() };
                told.push(format!("{} {column}+{days} {}/{}{beyond}{worst}", row.name, sum.there(), sum.expected));
            }
        }
        assert_eq!(told, expected);
    }

    #[test]
    fn whole_days_are_one_cell_of_a_month() {
        check(Timeframe::H1, ("2025-01-01", "2025-01-31T23:00:00Z"), &[], &["2025-01 0+31 744/744"]);
        check(
            Timeframe::H1,
            ("2025-01-30T12:00:00Z", "2025-02-01T05:00:00Z"),
            &[],
            &["2025-01 29+2 36/36", "2025-02 0+1 6/6"],
        );
    }

    #[test]
    fn holes_are_cells_by_themselves_where_something_is_left_of_the_day() {
        check(
            Timeframe::H1,
            ("2025-01-01", "2025-01-10T23:00:00Z"),
            &[
                ("2025-01-02T12:00:00Z", "2025-01-05", Cause::Outage),
                ("2025-01-07T01:00:00Z", "2025-01-07T02:00:00Z", Cause::NoTrades),
                ("2025-01-07T05:00:00Z", "2025-01-07T07:00:00Z", Cause::NotAsked),
            ],
            &[
                "2025-01 0+1 24/24",
                "2025-01 1+1 12/24 exchange outage",
                "2025-01 2+2 0/48 exchange outage",
                "2025-01 4+2 48/48",
                "2025-01 6+1 21/24 not asked yet",
                "2025-01 7+3 72/72",
            ],
        );
    }

    #[test]
    fn what_lies_beyond_is_drawn_within_the_rows() {
        check(
            Timeframe::H1,
            ("2025-01-05", "2025-01-05T23:00:00Z"),
            &[("2020-01-01", "2025-01-05", Cause::BeforeListing), ("2025-01-06", "2026-01-01", Cause::AfterDelisting)],
            &["2025-01 0+4 0/0 +96 before listing", "2025-01 4+1 24/24", "2025-01 5+26 0/0 +624 after delisting"],
        );
    }

    #[test]
    fn what_lies_beyond_takes_nothing_from_a_day() {
        check(
            Timeframe::H1,
            ("2025-01-05T08:00:00Z", "2025-01-07T02:00:00Z"),
            &[
                ("2020-01-01", "2025-01-05T08:00:00Z", Cause::BeforeListing),
                ("2025-01-05T09:00:00Z", "2025-01-05T10:00:00Z", Cause::Absent),
                ("2025-01-07T03:00:00Z", "2026-01-01", Cause::AfterDelisting),
            ],
            &[
                "2025-01 0+4 0/0 +96 before listing",
                "2025-01 4+1 15/16 +8 not at the exchange",
                "2025-01 5+1 24/24",
                "2025-01 6+1 3/3 +21 after delisting",
                "2025-01 7+24 0/0 +576 after delisting",
            ],
        );
    }

    #[test]
    fn funding_is_drawn_in_slots_of_eight_hours() {
        let funding = Target::Funding { exchange: "binanceusdm".to_owned(), symbol: "A/B:B".parse().unwrap() };
        check_of(
            funding,
            ("2025-01-01T04:00:00Z", "2025-01-05T16:00:00Z"),
            &[("2025-01-02T08:00:00Z", "2025-01-03T01:00:00Z", Cause::Absent)],
            &[
                "2025-01 0+1 3/3",
                "2025-01 1+1 1/3 not at the exchange",
                "2025-01 2+1 2/3 not at the exchange",
                "2025-01 3+2 6/6",
            ],
        );
    }

    #[test]
    fn the_slot_of_the_first_rate_is_there_whatever_lies_before_it() {
        check_of(
            Target::Funding { exchange: "binanceusdm".to_owned(), symbol: "A/B:B".parse().unwrap() },
            ("2025-01-02T12:00:00Z", "2025-01-02T16:00:00Z"),
            &[
                ("2024-12-01", "2025-01-02T12:00:00Z", Cause::BeforeListing),
                ("2025-01-03", "2025-06-01", Cause::AfterDelisting),
            ],
            &[
                "2025-01 0+1 0/0 +3 before listing",
                "2025-01 1+1 2/2 +1 before listing",
                "2025-01 2+29 0/0 +87 after delisting",
            ],
        );
    }

    #[test]
    fn long_series_have_rows_of_years() {
        check(
            Timeframe::H1,
            ("2023-12-31", "2025-12-31T23:00:00Z"),
            &[],
            &["2023 364+1 24/24", "2024 0+366 8784/8784", "2025 0+365 8760/8760"],
        );
        check(
            Timeframe::W1,
            ("2024-12-30", "2025-01-06"),
            &[("2025-01-06", "2025-01-13", Cause::Absent)],
            &["2024-12 29+2 2/2", "2025-01 0+5 5/5", "2025-01 5+7 0/7 not at the exchange"],
        );
    }
}
