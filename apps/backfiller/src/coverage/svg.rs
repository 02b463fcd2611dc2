//! A calendar as a drawing. What is missing is told by colour, by pattern, and in words when it is pointed at.

use std::collections::BTreeMap;
use std::fmt::Write;

use db::Cause;
use market::{Timeframe, format_utc};
use terminal::thousands;

use super::calendar::{Calendar, Cell, Row};
use super::days::DAY_MS;
use super::{WORST_FIRST, badness};
use terminal::escape_html as escape;

/// Of the whole height of a cell, the least that is drawn of what is missing: one candle of 1,440 must be seen.
const LEAST_SEEN: f64 = 0.35;
/// The least width of it, for a day of a year is narrow.
const LEAST_WIDTH: f64 = 4.0;
/// Room for the names of the rows.
const NAMES: f64 = 52.0;
/// Room for the names of the columns.
const HEAD: f64 = 16.0;

/// Sizes, in units that are pixels on a wide screen.
struct Grid {
    /// Of a day.
    width: f64,
    height: f64,
    /// From row to row.
    step: f64,
    columns: i64,
}

const MONTHS: Grid = Grid { width: 24.0, height: 16.0, step: 19.0, columns: 31 };
const YEARS: Grid = Grid { width: 2.75, height: 18.0, step: 22.0, columns: 366 };

/// The patterns that all drawings of a page use: 6 by 6 units, each of another make.
pub(super) const PATTERNS: &str = r#"<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>
<pattern id="p-not-asked" width="6" height="6" patternUnits="userSpaceOnUse"><path class="ground not-asked" d="M0 0h6v6h-6z"/><path class="ink" d="M0 0l6 6M6 0l-6 6"/></pattern>
<pattern id="p-failed" width="6" height="6" patternUnits="userSpaceOnUse"><path class="ground failed" d="M0 0h6v6h-6z"/><path class="ink" d="M3 0v6M0 3h6"/></pattern>
<pattern id="p-refused" width="6" height="6" patternUnits="userSpaceOnUse"><path class="ground refused" d="M0 0h6v6h-6z"/><path class="ink" d="M0 6l6-6"/></pattern>
<pattern id="p-outage" width="6" height="6" patternUnits="userSpaceOnUse"><path class="ground outage" d="M0 0h6v6h-6z"/><path class="ink thick" d="M-1 1l2-2M0 6l6-6M5 7l2-2"/></pattern>
<pattern id="p-absent" width="4" height="4" patternUnits="userSpaceOnUse"><path class="ground absent" d="M0 0h4v4h-4z"/><path class="ink" d="M2 0v4"/></pattern>
<pattern id="p-no-trades" width="4" height="4" patternUnits="userSpaceOnUse"><path class="ground no-trades" d="M0 0h4v4h-4z"/><circle class="dot" cx="2" cy="2" r="1"/></pattern>
<pattern id="p-after" width="4" height="4" patternUnits="userSpaceOnUse"><path class="ground after" d="M0 0h4v4h-4z"/><path class="ink" d="M0 2h4"/></pattern>
<pattern id="p-before" width="8" height="8" patternUnits="userSpaceOnUse"><path class="ground before" d="M0 0h8v8h-8z"/><circle class="dot" cx="4" cy="4" r=".8"/></pattern>
</defs></svg>"#;

/// The drawing; `told` says what it is of, and `counted` what is counted of a day.
pub(super) fn svg(calendar: &Calendar, told: &str, counted: &str) -> String {
    let grid = if calendar.is_of_years { &YEARS } else { &MONTHS };
    let width = NAMES + grid.width * grid.columns as f64;
    let height = HEAD + grid.step * calendar.rows.len() as f64;
    let mut out = format!(
        "<svg class=\"calendar\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{}\">",
        escape(told)
    );
    for (column, name) in heads(calendar) {
        let x = NAMES + column as f64 * grid.width;
        let _ = write!(out, "<text class=\"head\" x=\"{x}\" y=\"11\">{name}</text>");
    }
    for (number, row) in calendar.rows.iter().enumerate() {
        let y = HEAD + number as f64 * grid.step;
        let _ = write!(out, "<text x=\"0\" y=\"{}\">{}</text>", y + grid.height - 4.0, row.name);
        for cell in &row.cells {
            put(&mut out, grid, row, cell, y, counted);
        }
    }
    out + "</svg>"
}

/// What stands over the columns: days of a month, or the months of a year.
fn heads(calendar: &Calendar) -> Vec<(i64, String)> {
    if !calendar.is_of_years {
        return (0..MONTHS.columns).map(|day| (day, (day + 1).to_string())).collect();
    }
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    // Of the first year; a leap day moves the others by the width of one.
    let begin_ms = calendar.rows.first().map_or(0, |row| row.from_ms);
    let mut month_ms = begin_ms;
    let mut heads = Vec::new();
    for name in NAMES {
        heads.push(((month_ms - begin_ms) / DAY_MS, name.to_owned()));
        month_ms = Timeframe::Month1.next_open(month_ms);
    }
    heads
}

/// What is there stands below, what is missing hangs above it.
fn put(out: &mut String, grid: &Grid, row: &Row, cell: &Cell, y: f64, counted: &str) {
    let x = NAMES + cell.column as f64 * grid.width;
    // A day of a month has room for a line between it and the next one.
    let width = grid.width * cell.days as f64 - if grid.width > 8.0 { 2.0 } else { 0.0 };
    let share = cell.share_missing();
    let hanging = if share > 0.0 { grid.height * share.max(LEAST_SEEN) } else { 0.0 };
    let _ = write!(out, "<g><title>{}</title>", escape(&told(row, cell, counted)));
    if hanging < grid.height {
        let (top, height) = (y + hanging, grid.height - hanging);
        let _ = write!(out, "<path class=\"whole\" d=\"M{x:.2} {top:.2}h{width:.2}v{height:.2}h-{width:.2}z\"/>");
    }
    if let Some(worst) = cell.worst {
        let class = WORST_FIRST[badness(worst)].class;
        let width = width.max(LEAST_WIDTH);
        let _ =
            write!(out, "<path fill=\"url(#p-{class})\" d=\"M{x:.2} {y:.2}h{width:.2}v{hanging:.2}h-{width:.2}z\"/>");
    }
    out.push_str("</g>");
}

/// `2025-01-02 to 2025-01-04, 3 days: 12 of 72 candles; missing 60: 40 exchange outage, 20 no trades`; what lies beyond
/// the first and the last row by itself: `2025-01-01: 16 of 16 candles; 8 before listing`.
fn told(row: &Row, cell: &Cell, counted: &str) -> String {
    let date = |column: i64| format_utc(row.from_ms + column * DAY_MS).chars().take(10).collect::<String>();
    let first = date(cell.column);
    let days = match cell.days {
        1 => first,
        days => format!("{first} to {}, {days} days", date(cell.column + days - 1)),
    };
    let sum = &cell.sum;
    let mut parts = Vec::new();
    if sum.expected > 0 {
        parts.push(format!("{} of {} {counted}", thousands(sum.there()), thousands(sum.expected)));
    }
    if !sum.missing.is_empty() {
        parts.push(format!("missing {}: {}", thousands(sum.all_missing()), by_cause(&sum.missing)));
    }
    if !sum.beyond.is_empty() {
        parts.push(by_cause(&sum.beyond));
    }
    format!("{days}: {}", parts.join("; "))
}

/// `40 exchange outage, 20 no trades`.
fn by_cause(causes: &BTreeMap<Cause, u64>) -> String {
    let causes: Vec<String> = causes.iter().map(|(cause, count)| format!("{} {cause}", thousands(*count))).collect();
    causes.join(", ")
}
