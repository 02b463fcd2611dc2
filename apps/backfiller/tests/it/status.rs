//! What `status` tells.

use crate::run::{Desk, import_args, minutes, stderr};

#[test]
fn a_missing_or_empty_store() {
    let desk = Desk::new();
    let output = desk.run(&["status"]);
    assert_eq!(output.status.code(), Some(1));
    let error = stderr(&output);
    assert!(error.starts_with("error: there is no database at data/chandler.db: fill one with"), "{error}");
    assert!(!desk.path("data").exists(), "asking makes nothing");

    desk.write("x.db", "this is text, and long enough to be taken for the header of a database by a careless reader");
    let error = stderr(&desk.run(&["status", "--db", "x.db"]));
    assert!(error.contains("x.db is not a SQLite database"), "{error}");

    drop(db::Store::open(desk.db()).unwrap());
    let output = desk.run(&["status"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("no candles yet"));
}

#[test]
fn the_range_the_rows_and_the_newest_candle() {
    let desk = Desk::new();
    let rows = minutes(10);
    let holed: String =
        rows.lines().enumerate().filter(|(i, _)| ![3, 4, 7].contains(i)).map(|(_, row)| format!("{row}\n")).collect();
    desk.import("1m", &desk.write("a.csv", &holed));
    let status = desk.json(&["status"]);
    assert!(status["bytes"].as_u64().unwrap() > 0);
    let series = &status["series"][0];
    for (key, expected) in [
        ("exchange", "binance"),
        ("symbol", "BTC/USDT"),
        ("timeframe", "1m"),
        ("first", "2025-01-01T00:00:00Z"),
        ("last", "2025-01-01T00:09:00Z"),
    ] {
        assert_eq!(series[key], expected);
    }
    assert_eq!((series["rows"].as_u64(), series["missing"].as_u64()), (Some(7), Some(3)));
    assert_eq!(series["last_candle"]["close"], 1.09);
    assert_eq!(series["last_candle"]["closed"], true);
    assert_eq!(series["holes"][0]["from"], "2025-01-01T00:03:00Z");
    assert_eq!(series["holes"][0]["to"], "2025-01-01T00:05:00Z");
    assert_eq!(series["holes"][0]["missing"], 2);

    let text = String::from_utf8(desk.run(&["status"]).stdout).unwrap();
    let row = text.lines().last().unwrap().split_whitespace().collect::<Vec<_>>();
    assert_eq!(
        row,
        "binance BTC/USDT 1m 7 2025-01-01T00:00:00Z 2025-01-01T00:09:00Z 1.09 2 3".split(' ').collect::<Vec<_>>()
    );
}

#[test]
fn the_holes_of_a_real_market() {
    let Some(file) = testkit::shared("candles/binance_XRPETH_1m.csv.gz") else { return };
    let desk = Desk::new();
    assert!(desk.run(&import_args("1m", &file)).status.success());
    let series = desk.json(&["status"])["series"][0].take();
    assert_eq!(series["holes"].as_array().unwrap().len(), 676);
    assert_eq!((series["rows"].as_u64(), series["missing"].as_u64()), (Some(2_469), Some(1_091)));
    let text = String::from_utf8(desk.run(&["status"]).stdout).unwrap();
    assert!(text.contains("676") && text.contains("1,091"), "{text}");
}

#[test]
fn completions_know_the_subcommands() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish"] {
        let output = desk.run(&["completions", shell]);
        assert!(String::from_utf8_lossy(&output.stdout).contains("import"), "{shell}");
    }
}
