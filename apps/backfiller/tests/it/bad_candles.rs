//! Bad candles: set aside by rule with their raw rows, told by `status`, and never repaired.

use serde_json::{Value, json};

use crate::liar::{Liar, MINUTE_MS, NOW_MS, Row, honest};
use crate::run::{Desk, import_args, minutes, stderr};

/// Three good minutes, from 2025-01-01 on.
const GOOD: &str = "1735689600000,10,12,9,11,5\n1735689660000,11,12,9,11,5\n1735689720000,11,12,9,11,5\n";

/// What the quarantine has of each rule: its name, and the rows as they came.
fn quarantine(desk: &Desk) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = |rule: &Value| rule["examples"].as_array().unwrap().iter().map(|row| text(&row["raw"])).collect();
    let status = desk.json(&["status"]);
    status["quarantine"].as_array().unwrap().iter().map(|rule| (text(&rule["rule"]), rows(rule))).collect()
}

/// Imports a bad row behind three good ones, twice: it is set aside once, by `rule`, and stored only where it is doubted.
#[track_caller]
fn check(row: &str, rule: &str, stored: u64) {
    let desk = Desk::new();
    let file = desk.write("a.csv", &format!("{GOOD}{row}\n"));
    for new in [3 + stored, 0] {
        let total = desk.import("1m", &file);
        assert_eq!((&total["new"], &total["set_aside"]), (&json!(new), &json!({ rule: 1 })), "{row}");
    }
    assert_eq!(quarantine(&desk), [(rule.to_owned(), vec![row.to_owned()])]);
    assert_eq!(desk.whole_rows(), 3 + stored);
}

#[test]
fn every_rule_sets_its_rows_aside() {
    check("1735689780000,11,NaN,9,11,5", "not_finite", 0);
    check("1735689780000,11,12,9,inf,5", "not_finite", 0);
    check("1735689780000,11,8,9,11,5", "high_low", 0);
    check("1735689780000,11,12,11.5,11,5", "high_low", 0);
    check("1735689780000,11,10.5,9,10,5", "high_low", 0);
    check("1735689780000,11,12,0,11,5", "price_not_positive", 0);
    check("1735689780000,11,12,-9,11,5", "price_not_positive", 0);
    check("1735689780000,11,12,9,11,-5", "negative_volume", 0);
    check("1735689790000,11,12,9,11,5", "off_grid", 0);
    check("1735689780001,11,12,9,11,5", "off_grid", 0);
    check("1735689780000,11000,12000,11000,11000,5", "jump", 0);
    check("1735689780000,0.01,0.02,0.01,0.01,5", "jump", 0);
    check("1735689780,11,12,9,11,5", "wrong_unit", 0);
    check("1735689780000000,11,12,9,11,5", "wrong_unit", 0);
    check("1735689780000000000,11,12,9,11,5", "wrong_unit", 0);
    check("1,11,12,9,11,5", "wrong_unit", 0);
    check("1735689780000,11,12,9,11,0", "move_without_volume", 1);
    check("1735689780000,11,12,0.005,11,5", "wick", 1);
    check("1735689780000,11,50000,9,11,5", "wick", 1);
    check("1735689720000,11,12,9,11,6", "conflict", 0);
    check("1735689600000,10,12,9,11.5,5", "conflict", 0);
}

/// Imports files one after the other; afterwards the store has these rows, and has set aside so many for their jump.
#[track_caller]
fn check_jumps(files: &[&str], rows: u64, jumps: u64) {
    let desk = Desk::new();
    let counts = |(index, text): (usize, &&str)| {
        let total = desk.import("1m", &desk.write(&format!("{index}.csv"), text));
        total["set_aside"]["jump"].as_u64().unwrap_or(0)
    };
    let told: u64 = files.iter().enumerate().map(counts).sum();
    assert_eq!((desk.whole_rows(), told), (rows, jumps), "{files:?}");
}

#[test]
fn the_first_row_of_a_file_is_judged_by_what_is_beside_it() {
    let far = "1735689780000,11000,12000,11000,11000,5\n";
    let good = "1735689780000,11,12,9,11,5\n";
    let behind = "1735689840000,11,12,9,11,5\n1735689900000,11,12,9,11,5\n";
    // By the rows behind it.
    check_jumps(&[&format!("{far}{behind}")], 2, 1);
    check_jumps(&[&format!("{far}{behind}"), good], 3, 1);
    // By what is stored before it, and behind it.
    check_jumps(&[GOOD, far], 3, 1);
    check_jumps(&[GOOD, far, good], 4, 1);
    check_jumps(&[behind, far], 2, 1);
    check_jumps(&[behind, far, far], 2, 2);
    check_jumps(&[GOOD, &format!("{far}{behind}")], 5, 1);
    check_jumps(&[GOOD, &format!("{good}{behind}")], 6, 0);
    // Beside one of the same time, though what is stored is on its side; and with nothing else.
    let stored = far.replace("1735689780", "1735689720");
    check_jumps(&[&stored, &format!("{far}{good}{behind}")], 4, 1);
    check_jumps(&["1735689780001,11,12,9,11,5\n"], 0, 0);
    // Four candles away it may be true.
    check_jumps(&[GOOD, &far.replace("1735689780", "1735689960")], 4, 0);
    check_jumps(&[far], 1, 0);
}

#[test]
fn a_market_that_is_redenominated_between_files_loses_as_little_as_can_be() {
    let far = |minute: i64| format!("{},11000,12000,11000,11000,5\n", 1_735_689_600_000 + minute * 60_000);
    let all: String = (3..9).map(far).collect();
    check_jumps(&[GOOD, &all], 9, 0);
    // With the last of the old price: what is stored speaks for it.
    check_jumps(&[GOOD, &format!("1735689780000,11,12,9,11,5\n{}", (4..9).map(far).collect::<String>())], 9, 0);
    // A row in each file: the first ones are too near to the old price, until others stand for them.
    let each: Vec<String> = (3..9).map(far).collect();
    let files: Vec<&str> = std::iter::once(GOOD).chain(each.iter().map(String::as_str)).collect();
    check_jumps(&files, 6, 3);
    check_jumps(&[&files[..], &files[1..]].concat(), 9, 3);
}

#[test]
fn status_tells_them_and_where_they_came_from() {
    let desk = Desk::new();
    let file = desk.write("a.csv", &format!("{GOOD}1735689780000,11,8,9,11,5\n1735689840000,11,12,9,11,0\n"));
    desk.import("1m", &file);
    let told = desk.json(&["status"])["quarantine"].take();
    let first = &told[0];
    for (key, expected) in [
        ("exchange", json!("binance")),
        ("symbol", json!("BTC/USDT")),
        ("timeframe", json!("1m")),
        ("kind", json!("candles")),
        ("rule", json!("high_low")),
        ("stored", json!(false)),
        ("rows", json!(1)),
    ] {
        assert_eq!(first[key], expected, "{key}");
    }
    let row = &first["examples"][0];
    assert_eq!((&row["source"], &row["why"]), (&json!("a.csv, line 4"), &json!("high 8 is below open, close or low")));
    assert_eq!((&told[1]["rule"], &told[1]["stored"]), (&json!("move_without_volume"), &json!(true)));

    let text = String::from_utf8(desk.run(&["status"]).stdout).unwrap();
    let table = text.split("set aside, with the raw rows").nth(1).unwrap();
    for expected in ["high_low", "not stored", "move_without_volume", "stored all the same"] {
        assert!(table.contains(expected), "{text}");
    }
    let told = desk.run(&import_args("1m", &file)).stdout;
    let told = String::from_utf8(told).unwrap();
    assert!(
        told.ends_with(
            "set aside: 1 high_low, 1 move_without_volume (stored all the same); `backfiller status` shows them\n"
        ),
        "{told}"
    );
}

#[test]
fn what_is_stored_is_not_overwritten() {
    let desk = Desk::new();
    desk.import("1m", &desk.write("a.csv", GOOD));
    let other = desk.write("b.csv", &GOOD.replace("60000,11,12,9,11,5", "60000,11,12,9,11,7"));
    for _ in 0..2 {
        let total = desk.import("1m", &other);
        assert_eq!(
            (&total["new"], &total["known"], &total["set_aside"]),
            (&json!(0), &json!(3), &json!({"conflict": 1}))
        );
    }
    let told = desk.json(&["status"])["quarantine"].take();
    assert_eq!((&told[0]["rows"], &told[0]["examples"][0]["raw"]), (&json!(1), &json!("1735689660000,11,12,9,11,7")));
    assert_eq!(told[0]["examples"][0]["why"], "the store has open 11, high 12, low 9, close 11, volume 5");
}

#[test]
fn candles_off_the_grid_for_hours_are_set_aside_and_the_rest_is_stored() {
    let desk = Desk::new();
    let shifted = |(row, text): (usize, &str)| {
        let (time, values) = text.split_once(',').unwrap();
        let shift = if (100..1_300).contains(&row) { 14_789 } else { 0 };
        format!("{},{values}\n", time.parse::<i64>().unwrap() + shift)
    };
    let rows: String = minutes(3_000).lines().enumerate().map(shifted).collect();
    let total = desk.import("1m", &desk.write("a.csv", &rows));
    assert_eq!((&total["new"], &total["set_aside"]), (&json!(1_800), &json!({"off_grid": 1_200})));
    let status = desk.json(&["status"]);
    assert_eq!((&status["series"][0]["missing"], &status["quarantine"][0]["rows"]), (&json!(1_200), &json!(1_200)));
}

#[test]
fn another_kind_of_file_is_refused_whole() {
    let desk = Desk::new();
    let swapped = minutes(30).replace(",1.5,2.5,0.5,", ",1.5,0.5,2.5,");
    let error = stderr(&desk.run(&import_args("1m", &desk.write("a.csv", &swapped))));
    assert!(error.contains("a.csv: 30 bad rows (30 high_low) and 0 good ones; expected a few bad ones"), "{error}");
    let nanoseconds = minutes(30).replace("000,1.5", "000000000,1.5");
    let error = stderr(&desk.run(&import_args("1m", &desk.write("a.csv", &nanoseconds))));
    assert!(error.contains("a.csv: 30 bad rows (30 wrong_unit)") && error.contains("expected Unix seconds"), "{error}");
    assert_eq!((desk.whole_rows(), quarantine(&desk)), (0, vec![]));
}

/// An exchange of which the rows that open so many minutes ago come spoilt.
fn spoilt_at(is_spoilt: impl Fn(i64) -> bool + Send + Sync + 'static, spoil: fn(Row) -> Row) -> Liar {
    Liar::open(move |asked| {
        let rows = honest(asked, NOW_MS - 600 * MINUTE_MS, |_| false).into_iter();
        Some(rows.map(|row| if is_spoilt((NOW_MS - row.0) / MINUTE_MS) { spoil(row) } else { row }).collect())
    })
}

fn over_rest<'a>(liar: &'a Liar, command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let target = ["--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m", "--base-url", &liar.url];
    [&[command], &target[..], more].concat()
}

/// Rows that come spoilt over REST cost those candles and no others, and are kept as they came.
#[track_caller]
fn check_over_rest(ago: &'static [i64], spoil: fn(Row) -> Row, rule: &str, raw: &str) {
    let (desk, liar) = (Desk::new(), spoilt_at(|minutes| ago.contains(&minutes), spoil));
    let count = ago.len();
    for new in [359 - count, 0] {
        assert_eq!(desk.json(&over_rest(&liar, "fetch", &["--since", "6h"]))["new"], json!(new), "{rule} {ago:?}");
    }
    let kept = quarantine(&desk);
    assert_eq!((kept.len(), kept[0].0.as_str(), kept[0].1.len()), (1, rule, count), "{kept:?}");
    assert!(kept[0].1[0].starts_with(raw), "{kept:?}");
    let verified = desk.json(&over_rest(&liar, "verify", &["--all"]));
    assert_eq!(verified["differing"].as_u64().unwrap_or_default(), 0, "{verified}");
    desk.json(&over_rest(&liar, "repair", &[]));
    assert_eq!(desk.whole_rows(), 359 - count as u64);
}

#[test]
fn a_row_that_is_no_candle_costs_no_other_over_rest() {
    for ago in [&[100][..], &[100, 99, 98], &[360], &[360, 200, 3], &[3, 2]] {
        check_over_rest(ago, |(time, _)| (time, "abc"), "not_finite", r#"[17360"#);
        check_over_rest(ago, |(time, close)| (time * 1_000, close), "wrong_unit", r#"[17360"#);
        check_over_rest(ago, |(time, close)| (time / 1_000, close), "wrong_unit", r#"[17360"#);
    }
}

#[test]
fn a_page_that_is_mostly_in_another_unit_is_refused_whole() {
    for (from, expected) in [(0, "is not a time in milliseconds"), (100, "in another unit than milliseconds")] {
        let (desk, liar) = (Desk::new(), spoilt_at(move |ago| ago >= from, |(time, close)| (time * 1_000, close)));
        let output = desk.run(&over_rest(&liar, "fetch", &["--since", "6h"]));
        let error = stderr(&output);
        assert!(output.status.code() == Some(1) && error.contains(expected), "{error}");
        assert_eq!((desk.whole_rows(), quarantine(&desk)), (0, vec![]));
    }
}
