//! Importing: every shape of file, and what is refused.

use std::fs::File;
use std::process::Command;
use std::time::{Duration, SystemTime};

use db::Store;
use market::{Candles, Series};
use serde_json::json;

use crate::run::{Desk, import_args, minutes, stderr};

const ROWS: &str = "1735689600,93576,94509.5,93489,94401,755.5\n1735693200,94401,94408,93578,93607,586.25\n";

fn stored(desk: &Desk, timeframe: &str) -> Candles {
    let series = Series::new("binance", "BTC/USDT".parse().unwrap(), timeframe.parse().unwrap());
    Store::open_existing(desk.db()).unwrap().candles(&series, None, None).unwrap()
}

/// Every shape of the same two candles gives the same two candles.
#[track_caller]
fn check_shape(text: &str, gz: bool) {
    let desk = Desk::new();
    let file = if gz { desk.write_gz("any.name", text) } else { desk.write("any.gz", text) };
    assert_eq!(desk.import("1h", &file)["new"], 2);
    let candles = stored(&desk, "1h");
    assert_eq!(candles.open_time_ms, [1_735_689_600_000, 1_735_693_200_000]);
    assert_eq!(
        (candles.open[0], candles.high[0], candles.low[1], candles.close[1]),
        (93576.0, 94509.5, 93578.0, 93607.0)
    );
    assert_eq!(candles.volume, [755.5, 586.25]);
}

#[test]
fn every_shape_of_file_is_read() {
    let header = "open_time,open,high,low,close,volume\n";

    check_shape(ROWS, false);
    check_shape(ROWS, true);
    check_shape(&format!("{header}{ROWS}"), false);
    check_shape(&format!("\u{feff}{header}{ROWS}"), true);
    check_shape(&ROWS.replace('\n', ",1735693199999,7,x,8,9,0\r\n"), false);
    check_shape(&ROWS.replace("00,9", "00000,9"), false);
    check_shape(&ROWS.replace("00,9", "00000000,9"), true);
    check_shape(ROWS.trim_end(), false);
    check_shape(&ROWS.replace('\n', "\n\n"), false);
}

#[test]
fn the_public_archives_of_the_exchange() {
    let shared = ["BTCUSDT-1h-2024-12", "BTCUSDT-1h-2025-01", "um-LTCUSDT-1m-2026-02-first-2000-lines"];
    let mut paths = shared.iter().map_while(|name| testkit::shared(&format!("archives/{name}.csv")));
    let (Some(december), Some(january), Some(perpetual)) = (paths.next(), paths.next(), paths.next()) else { return };
    let desk = Desk::new();
    // The second file comes first, and is in microseconds.
    let files = [&import_args("1h", &january)[..], &[december.to_str().unwrap()]].concat();
    assert_eq!(desk.json(&files)["total"]["new"], 1_488);
    let candles = stored(&desk, "1h");
    assert!(candles.open_time_ms.windows(2).all(|pair| pair[1] - pair[0] == 3_600_000), "two months join");
    assert_eq!((candles.open[0], candles.volume[744]), (96_407.99, 755.990_1));

    let args = ["import", "--exchange", "binanceusdm", "--symbol", "LTC/USDT:USDT", "--timeframe", "1m"];
    assert_eq!(desk.json(&[&args[..], &[perpetual.to_str().unwrap()]].concat())["total"]["new"], 1_999);
    let status = desk.json(&["status"]);
    assert_eq!(status["series"][1]["symbol"], "LTC/USDT:USDT");
    assert_eq!(status["series"][1]["missing"], 0);
}

#[test]
fn twice_the_same_changes_nothing() {
    let desk = Desk::new();
    let file = desk.write("a.csv", &minutes(25_000));
    let counts = |new: u32, known: u32| json!({"new": new, "completed": 0, "known": known, "duplicates": 0, "still_forming": 0, "set_aside": {}});
    assert_eq!(desk.import("1m", &file), counts(25_000, 0));
    assert_eq!(desk.import("1m", &file), counts(0, 25_000));
    assert_eq!(desk.whole_rows(), 25_000);
}

#[test]
fn doubled_rows_collapse_and_the_forming_candle_is_left_out() {
    let desk = Desk::new();
    let now_s = terminal::now_ms() / 1_000;
    let hour = |back: i64| format!("{},1,2,0.5,1,9\n", now_s - now_s % 3_600 - back * 3_600);
    let file = desk.write("a.csv", &[hour(2), hour(2), hour(1), hour(0)].concat());
    let total = desk.import("1h", &file);
    assert_eq!((&total["new"], &total["duplicates"], &total["still_forming"]), (&json!(2), &json!(1), &json!(1)));
}

/// Imports three hourly rows of a file that was written last at `written_s`; gives what is new and what is left out.
#[track_caller]
fn check_written(written_s: u64, new: u32, still_forming: u32) {
    let desk = Desk::new();
    let file = desk.write("a.csv", &format!("{ROWS}1735696800,93607,94000,93500,93800,100\n"));
    let written = SystemTime::UNIX_EPOCH + Duration::from_secs(written_s);
    File::options().write(true).open(&file).unwrap().set_modified(written).unwrap();
    let total = desk.import("1h", &file);
    assert_eq!((&total["new"], &total["still_forming"]), (&json!(new), &json!(still_forming)), "{written_s}");
}

#[test]
fn a_last_row_that_was_forming_when_the_file_was_written_is_left_out() {
    let last_s = 1_735_696_800;
    check_written(last_s + 1_800, 2, 1);
    check_written(last_s + 3_599, 2, 1);
    check_written(last_s + 3_600, 3, 0);
    // Times that tell nothing about the rows.
    check_written(0, 3, 0);
    check_written(last_s, 3, 0);
    check_written(last_s - 1_800, 3, 0);
}

#[test]
fn a_pipe_is_read_once() {
    let desk = Desk::new();
    let file = desk.write_gz("a.csv.gz", &minutes(300));
    let args = import_args("1m", &file).map(str::to_owned);
    let command = format!("{} {} <(zcat {}) --json", env!("CARGO_BIN_EXE_backfiller"), args[..7].join(" "), args[7]);
    let output = Command::new("bash").args(["-c", &command]).current_dir(desk.path("")).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(desk.whole_rows(), 300);
}

#[track_caller]
fn check_refused(text: &str, expected: &str) {
    let desk = Desk::new();
    let file = desk.write("a.csv", text);
    let output = desk.run(&import_args("1m", &file));
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.starts_with("error: ") && error.lines().count() <= 2, "{error}");
    assert!(error.contains(expected), "{error}");
    if desk.db().exists() {
        assert_eq!(desk.whole_rows(), 0, "nothing of a bad batch is stored");
    }
}

#[test]
fn bad_files_get_one_clear_error() {
    let good = minutes(3);
    let plus = |row: &str| format!("{good}{row}\n");
    check_refused("", "a.csv is empty; expected rows of open_time,open,high,low,close,volume");
    check_refused("time,open,close,high,low,volume\n", "the header says \"close\" in column 3; expected high");
    check_refused(&plus("1735689780000,1,2,0.5"), "4 columns; expected at least 6");
    check_refused(&plus("1735689780000,1,2,0.5,abc,9"), "close is \"abc\"; expected a number");
    check_refused(
        &plus("1735689660000.5,1,2,0.5,1,9"),
        "a.csv, line 4: open_time is \"1735689660000.5\"; expected Unix",
    );
    let mixed = plus("1735689780,1,2,0.5,1,9\n1735689840,1,2,0.5,1,9");
    check_refused(&mixed, "line 5: open_time is in seconds, the rows above are in milliseconds; expected one unit");
    check_refused(&plus("1735689540000,1,2,0.5,1,9"), "comes after that of 2025-01-01T00:02:00Z; expected rising");
}

#[test]
fn a_bad_row_in_the_middle_leaves_no_trace() {
    let desk = Desk::new();
    let rows = minutes(25_000).replacen("1736439600000,1.5", "1736439600000,oops", 1);
    let file = desk.write("a.csv", &rows);
    let error = stderr(&desk.run(&import_args("1m", &file)));
    assert!(error.contains("a.csv, line 12501: open is \"oops\"; expected a number"), "{error}");
    assert_eq!(desk.whole_rows(), 0);
    desk.write("a.csv", &minutes(25_000));
    assert_eq!(desk.import("1m", &file)["new"], 25_000);
}

#[test]
fn a_file_that_is_cut_short_or_missing() {
    let desk = Desk::new();
    let whole = std::fs::read(desk.write_gz("whole.gz", &minutes(50))).unwrap();
    let cut = desk.write_bytes("cut.gz", &whole[..whole.len() - 20]);
    let error = stderr(&desk.run(&import_args("1m", &cut)));
    assert!(error.contains("cut.gz to its end: it is cut short or damaged"), "{error}");

    // A wrong name among good ones is told before anything is stored.
    let desk = Desk::new();
    let good = desk.write("good.csv", &minutes(5));
    let output = desk.run(&[&import_args("1m", &good)[..], &["missing.csv"]].concat());
    let error = stderr(&output);
    assert!(error.starts_with("error: cannot read missing.csv") && error.contains("No such file"), "{error}");
    assert_eq!(output.status.code(), Some(1));
    assert!(!desk.path("data").exists());
}

#[test]
fn wrong_usage_exits_with_2() {
    let desk = Desk::new();
    let run = |args: &[&str]| (desk.run(args).status.code(), stderr(&desk.run(args)));
    for (args, expected) in [
        (&["import", "--exchange", "Binance", "--symbol", "A/B", "--timeframe", "1h", "x"][..], "in small letters"),
        (&["import", "--exchange", "binance", "--symbol", "BTCUSDT", "--timeframe", "1h", "x"], "BASE/QUOTE such as"),
        (&["import", "--exchange", "binance", "--symbol", "A/B", "--timeframe", "1H", "x"], "possible values: 1s, 1m"),
        (&["import", "--exchange", "binance", "--symbol", "A/B", "--timeframe", "1h"], "<PATH>..."),
        (&["imprt"], "import"),
        (&[], "Usage: backfiller"),
    ] {
        let (code, error) = run(args);
        assert_eq!(code, Some(2), "{error}");
        assert!(error.contains(expected), "{error}");
    }
}
