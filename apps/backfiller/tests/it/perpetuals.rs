//! Importing mark prices and funding rates, and what `status` tells of them.

use std::path::Path;

use db::Store;
use market::{FundingRate, Series, Symbol, Timeframe};
use serde_json::{Value, json};

use crate::run::{Desk, import_args, minutes, stderr};

const RATES: &str = "1735689600000,0.0001\n1735718400003,-4.014e-05\n1735747200000,0.0002\n";

fn symbol() -> Symbol {
    "BTC/USDT:USDT".parse().unwrap()
}

fn args<'a>(kind: &'a str, file: &'a Path) -> [&'a str; 8] {
    let file = file.to_str().unwrap();
    ["import", "--exchange", "binanceusdm", "--symbol", "BTC/USDT:USDT", "--kind", kind, file]
}

fn funding(desk: &Desk, file: &Path) -> Value {
    desk.json(&args("funding", file))["total"].take()
}

fn stored_rates(desk: &Desk) -> Vec<FundingRate> {
    Store::open_existing(desk.db()).unwrap().funding("binanceusdm", &symbol(), None, None).unwrap()
}

#[track_caller]
fn check_funding_shape(text: &str) {
    let desk = Desk::new();
    assert_eq!(funding(&desk, &desk.write_gz("a.csv.gz", text))["new"], 3);
    let rate = |hour: i64, rate: f64| FundingRate { time_ms: 1_735_689_600_000 + hour * 3_600_000, rate };
    assert_eq!(stored_rates(&desk), [rate(0, 0.0001), rate(8, -4.014e-05), rate(16, 0.0002)]);
}

#[test]
fn every_shape_of_funding_is_read() {
    check_funding_shape(RATES);
    check_funding_shape(&format!("open_time_ms,funding_rate\n{RATES}"));
    let archive = RATES.replace(',', ",8,");
    check_funding_shape(&archive);
    check_funding_shape(&format!("calc_time,funding_interval_hours,last_funding_rate\n{archive}"));
    // Stamped a second time in the same minute, as exchanges do.
    check_funding_shape(&RATES.replace("1735747200000", "1735718400009,-4.014e-05\n1735747200000"));
}

#[test]
fn a_timeframe_means_nothing_to_funding_and_much_to_the_rest() {
    let desk = Desk::new();
    let file = desk.write("a.csv", RATES);
    let with = |kind| [&args(kind, &file)[..], &["--timeframe", "1h"]].concat();
    let done = desk.json(&with("funding"));
    let names = json!({"exchange": "binanceusdm", "symbol": "BTC/USDT:USDT", "timeframe": null, "kind": "funding"});
    assert_eq!((&done["series"], &done["total"]["new"]), (&names, &json!(3)));
    assert_eq!(funding(&desk, &file)["known"], 3);
    for kind in ["candles", "mark"] {
        let output = desk.run(&args(kind, &file));
        assert_eq!(output.status.code(), Some(1));
        let error = stderr(&output);
        assert!(error.contains("a.csv does not tell the timeframe; expected --timeframe 1h"), "{error}");
        assert_eq!(desk.run(&with(kind)).status.code(), Some(1), "rates are no candles");
    }
}

#[track_caller]
fn check_refused(text: &str, expected: &str) {
    let desk = Desk::new();
    let output = desk.run(&args("funding", &desk.write("a.csv", text)));
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.starts_with("error: ") && error.lines().count() <= 2 && error.contains(expected), "{error}");
    assert!(!desk.db().exists() || stored_rates(&desk).is_empty(), "nothing of a bad batch is stored");
}

#[test]
fn bad_funding_gets_one_clear_error() {
    let plus = |row: &str| format!("{RATES}{row}\n");
    check_refused("", "a.csv is empty; expected rows of time,funding_rate");
    check_refused("open_time,open,high\n", "the header says \"open\" in column 2; expected funding_rate");
    check_refused(&plus("1735776000000,x"), "the funding rate is \"x\"; expected a number");
    check_refused(&plus("1735776000"), "1 columns; expected at least 2");
    check_refused(
        &plus("1735776000,0.1\n1735804800,0.1"),
        "the time is in seconds, the rows above are in milliseconds",
    );
    check_refused(&plus("1735714800000,0.0001"), "comes after that of 2025-01-01T16:00:00Z; expected rising times");
}

/// Imports so many good rates and bad ones behind them; gives what it did and, where it is refused, why.
fn import_bad(good: u64, bad: u64) -> Result<(Value, Vec<Value>), String> {
    let desk = Desk::new();
    let row = |slot: u64, rate: &str| format!("{},{rate}\n", 1_735_689_600_000 + slot * 28_800_000);
    let rows = (0..good).map(|slot| row(slot, "0.0001")).chain((good..good + bad).map(|slot| row(slot, "5")));
    let file = desk.write("a.csv", &rows.collect::<String>());
    let output = desk.run(&args("funding", &file));
    if !output.status.success() {
        assert!(stored_rates(&desk).is_empty());
        return Err(stderr(&output));
    }
    assert_eq!(stored_rates(&desk).len() as u64, good);
    let total = funding(&desk, &file);
    Ok((total["set_aside"].clone(), desk.json(&["status"])["quarantine"].as_array().unwrap().clone()))
}

#[test]
fn rates_that_none_can_be_are_set_aside_and_many_refuse_the_file() {
    let (set_aside, quarantine) = import_bad(3, 1).unwrap();
    assert_eq!(set_aside, json!({"rate_too_large": 1}));
    let [rule] = &quarantine[..] else { panic!("{quarantine:?}") };
    assert_eq!(
        (&rule["kind"], &rule["rule"], &rule["stored"]),
        (&json!("funding"), &json!("rate_too_large"), &json!(false))
    );
    let example = &rule["examples"][0];
    assert_eq!((&example["raw"], &example["source"]), (&json!("1735776000000,5"), &json!("a.csv, line 4")));
    assert_eq!(example["why"], "rate 5 is not between -1 and 1");
    assert!(import_bad(1, 9).is_ok() && import_bad(10, 10).is_ok());
    let error = import_bad(9, 10).unwrap_err();
    assert!(error.contains("10 bad rows (10 rate_too_large) and 9 good ones; expected a few"), "{error}");

    let desk = Desk::new();
    let total = funding(&desk, &desk.write("a.csv", &format!("{RATES}1735776000000,nan\n1735804800000,-inf\n")));
    assert_eq!((&total["new"], &total["set_aside"]), (&json!(3), &json!({"not_finite": 2})));
}

#[test]
fn what_only_perpetuals_have_is_imported_of_no_spot_market() {
    let desk = Desk::new();
    let file = desk.write("a.csv", &minutes(20));
    for kind in ["funding", "mark"] {
        let output = desk.run(&[&import_args("1m", &file)[..], &["--kind", kind]].concat());
        let expected = format!(
            "because --kind {kind} is of perpetuals, and BTC/USDT is spot; expected a symbol such as BTC/USDT:USDT"
        );
        assert!(output.status.code() == Some(1) && stderr(&output).contains(&expected), "{}", stderr(&output));
        assert!(!desk.db().exists());
    }
}

#[test]
fn mark_prices_are_no_candles_of_trades() {
    let desk = Desk::new();
    let without = |n| minutes(n).replace("9.25", "0");
    let file = desk.write("a.csv", &without(744));
    let candles = [&args("candles", &file)[..], &["--timeframe", "1m"]].concat();
    let output = desk.run(&candles);
    assert_eq!(output.status.code(), Some(1));
    for told in ["a.csv: none of its 744 candles has a volume, and 744 of them move", "import them with --kind mark"] {
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
    }
    assert_eq!(desk.whole_rows(), 0);
    assert_eq!(desk.json(&["status"])["quarantine"], json!([]));
    assert_eq!(desk.json(&[&args("mark", &file)[..], &["--timeframe", "1m"]].concat())["total"]["new"], 744);
    // One trade in all of it, even far behind, is one.
    let total = desk.import("1m", &desk.write("b.csv", &(without(12_000) + minutes(12_001).lines().last().unwrap())));
    assert_eq!((&total["new"], &total["set_aside"]), (&json!(12_001), &json!({"move_without_volume": 12_000})));
}

#[test]
fn funding_that_differs_is_set_aside() {
    let desk = Desk::new();
    let total = funding(&desk, &desk.write("a.csv", &format!("{RATES}1735747200000,0.0003\n1735689600000,0.0001\n")));
    assert_eq!((&total["new"], &total["duplicates"]), (&json!(3), &json!(1)));
    assert_eq!(total["set_aside"], json!({"conflict": 1}));
    let total = funding(&desk, &desk.write("b.csv", "1735689600000,0.0007\n"));
    assert_eq!((&total["known"], &total["set_aside"]), (&json!(1), &json!({"conflict": 1})));
    assert_eq!(stored_rates(&desk)[0].rate, 0.0001);
}

#[test]
fn marks_are_stored_apart_from_candles() {
    let desk = Desk::new();
    let file = desk.write("a.csv", &minutes(20_001));
    let marks = || desk.json(&[&args("mark", &file)[..], &["--timeframe", "1m"]].concat());
    let done = marks();
    assert_eq!((&done["series"]["kind"], &done["total"]["new"]), (&json!("mark"), &json!(20_001)));
    assert_eq!((&marks()["total"]["new"], &marks()["total"]["known"]), (&json!(0), &json!(20_001)));
    assert_eq!(desk.whole_rows(), 0);
    let series = Series::new("binanceusdm", symbol(), Timeframe::M1);
    let marks = Store::open_existing(desk.db()).unwrap().marks(&series, None, None).unwrap();
    assert_eq!((marks.len(), marks.close[7], marks.volume[7]), (20_001, 1.07, 0.0));
}

#[test]
fn the_volume_of_marks_does_not_count() {
    let desk = Desk::new();
    let file =
        desk.write("a.csv", "1735689600000,1,2,0.5,1,0\n1735689600000,1,2,0.5,1,-7\n1735689660000,1,2,0.5,1,x\n");
    let total = desk.json(&[&args("mark", &file)[..], &["--timeframe", "1m"]].concat())["total"].take();
    assert_eq!((&total["new"], &total["duplicates"], &total["set_aside"]), (&json!(2), &json!(1), &json!({})));
}

#[test]
fn the_status_tells_marks_and_funding_with_their_holes() {
    let desk = Desk::new();
    let status = desk.json(&{
        desk.import("1m", &desk.write("c.csv", &minutes(2)));
        ["status"]
    });
    assert_eq!((&status["mark_prices"], &status["funding_rates"]), (&json!([]), &json!([])));

    let rows = minutes(9);
    let holed: String = rows.lines().enumerate().filter(|(i, _)| *i != 4).map(|(_, row)| format!("{row}\n")).collect();
    let marks = desk.write("m.csv", &holed);
    desk.json(&[&args("mark", &marks)[..], &["--timeframe", "1m"]].concat());
    funding(&desk, &desk.write("f.csv", &format!("{RATES}1735779600000,0.5\n")));
    let status = desk.json(&["status"]);
    assert_eq!(status["series"].as_array().unwrap().len(), 1);
    let marks = &status["mark_prices"][0];
    assert_eq!((&marks["exchange"], &marks["timeframe"]), (&json!("binanceusdm"), &json!("1m")));
    assert_eq!((&marks["rows"], &marks["missing"]), (&json!(8), &json!(1)));
    assert_eq!(marks["holes"][0]["from"], "2025-01-01T00:04:00Z");
    let funding = &status["funding_rates"][0];
    assert_eq!((&funding["symbol"], &funding["rows"]), (&json!("BTC/USDT:USDT"), &json!(4)));
    assert_eq!((&funding["first"], &funding["last_rate"]), (&json!("2025-01-01T00:00:00Z"), &json!(0.5)));
    let hole = json!({
        "from": "2025-01-01T16:00:00Z", "from_ms": 1_735_747_200_000_i64,
        "to": "2025-01-02T01:00:00Z", "to_ms": 1_735_779_600_000_i64, "cause": null,
    });
    assert_eq!(funding["holes"], json!([hole]));

    let text = String::from_utf8(desk.run(&["status"]).stdout).unwrap();
    let after = |title: &str| {
        let mut lines = text.lines().skip_while(|line| *line != title);
        let row = lines.find(|line| line.contains("binanceusdm")).unwrap();
        row.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        after("mark prices"),
        "binanceusdm BTC/USDT:USDT 1m 8 2025-01-01T00:00:00Z 2025-01-01T00:08:00Z 1.08 1 1"
    );
    assert_eq!(after("funding rates"), "binanceusdm BTC/USDT:USDT 4 2025-01-01T00:00:00Z 2025-01-02T01:00:00Z 0.5 1");
}

#[test]
fn real_marks_and_funding() {
    for (name, marks, rates) in [("BTCUSDT", 9_981, 1_247), ("HYPEUSDT", 6_373, 1_592)] {
        let path = |what: &str| testkit::shared(&format!("candles/binanceusdm_{name}_{what}.csv.gz"));
        let (Some(mark_file), Some(funding_file)) = (path("1h_mark"), path("funding")) else { return };
        let desk = Desk::new();
        let done = desk.json(&[&args("mark", &mark_file)[..], &["--timeframe", "1h"]].concat());
        assert_eq!(done["total"]["new"], marks);
        assert_eq!(funding(&desk, &funding_file)["new"], rates);
        let status = desk.json(&["status"]);
        assert_eq!(status["mark_prices"][0]["missing"], 0);
        assert_eq!(status["funding_rates"][0]["holes"], json!([]));
    }
}

#[test]
fn candles_of_an_explicit_kind_are_candles() {
    let desk = Desk::new();
    let file = desk.write("a.csv", &minutes(3));
    let done = desk.json(&[&import_args("1m", &file)[..], &["--kind", "candles"]].concat());
    assert_eq!((&done["series"]["kind"], &done["total"]["new"]), (&json!("candles"), &json!(3)));
    assert_eq!(desk.whole_rows(), 3);
}
