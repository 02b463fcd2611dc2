//! The table in the terminal.

use execution::RejectedSignal;
use market::Side;

use crate::oracle::Oracle;

#[track_caller]
fn check_width(table: &str) {
    for line in table.lines() {
        assert!(line.chars().count() <= 80, "too wide: {line}");
    }
}

#[test]
fn the_table_fits_and_says_what_a_report_must_say() {
    let Some(mut oracle) = Oracle::read("sma_cross") else { return };
    let rejected = RejectedSignal { candle_time_ms: 0, side: Side::Long, reason: "quantity below the minimum" };
    oracle.result.rejected = vec![rejected; 1_200];
    oracle.result.trades[0].ambiguous = true;
    oracle.result.ambiguous_bars = 1;
    let mut report = oracle.report(Vec::new());
    let about = format!("{} \u{1b}[31m{}", "long ".repeat(60), "x".repeat(200));
    report.about = &about;
    report.warnings =
        vec!["No funding rates are stored for the range, so funding is taken as zero as told.".to_owned()];
    let table = report.table();
    println!("{table}");
    check_width(&table);
    assert!(!table.contains('\u{1b}'));
    for part in [
        "-57.36 %",
        "Buy & hold",
        "7 candles are missing in 3 holes",
        "1 trade touched a hole",
        "quantity below the minimum",
        "1,200",
        "Ambiguous: 1 candle reached",
        "Still open: long 0.06689158235017112 BTC",
        "Warning: No funding",
    ] {
        assert!(table.contains(part), "{part:?} is not in\n{table}");
    }
}
