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

#[test]
fn coverage_is_drawn_to_one_page() {
    let desk = Desk::new();
    let rows = minutes(3_000);
    // Of the first day 100 minutes are missing, and all of the second.
    let holed = rows.lines().enumerate().filter(|(i, _)| !(100..200).contains(i) && !(1_440..2_880).contains(i));
    desk.import("1m", &desk.write("a.csv", &holed.map(|(_, row)| format!("{row}\n")).collect::<String>()));
    let database = rusqlite::Connection::open(desk.db()).unwrap();
    let gap = "INSERT INTO gaps VALUES ('binance', 'BTC/USDT', '1m', 'candles', 1735776000, 1735862400, 'exchange outage', 0, '<twice>', 0)";
    database.execute(gap, []).unwrap();
    let output = desk.run(&["status", "--html", "pages/coverage.html"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let page = std::fs::read_to_string(desk.path("pages/coverage.html")).unwrap();
    for told in [
        "<title>2025-01-01: 1,340 of 1,440 candles; missing 100: 100 not asked yet</title>",
        "<title>2025-01-02: 0 of 1,440 candles; missing 1,440: 1,440 exchange outage</title>",
        "<title>2025-01-03: 120 of 120 candles</title>",
        "url(#p-outage)",
        "url(#p-not-asked)",
        "&lt;twice&gt;",
        "prefers-color-scheme: dark",
        "@media print",
    ] {
        assert!(page.contains(told), "{told} is not in {page}");
    }
    assert!(!page.contains("://") && !page.contains("<script"), "it needs nothing else");
    assert_eq!(std::fs::read_dir(desk.path("pages")).unwrap().count(), 1, "nothing is left beside it");

    for (file, code) in [("-", 2), ("data", 1)] {
        let output = desk.run(&["status", "--html", file]);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    }
}

#[test]
fn a_first_and_a_last_day_are_whole_beside_what_lies_beyond() {
    let desk = Desk::new();
    // From 8:00 up to 2:03 of the fourth day, at a market that was there no longer.
    let rows = minutes(3 * 1_440 + 123).lines().skip(480).map(|row| format!("{row}\n")).collect::<String>();
    desk.import("1m", &desk.write("a.csv", &rows));
    let database = rusqlite::Connection::open(desk.db()).unwrap();
    for (from, to, cause) in
        [(0, 1_735_718_400, "before listing"), (1_735_956_180_i64, 1_767_225_600_i64, "after delisting")]
    {
        let gap = "INSERT INTO gaps VALUES ('binance', 'BTC/USDT', '1m', 'candles', ?1, ?2, ?3, 0, 'told', 0)";
        database.execute(gap, (from, to, cause)).unwrap();
    }
    assert!(desk.run(&["status", "--html", "a.html"]).status.success());
    let page = std::fs::read_to_string(desk.path("a.html")).unwrap();
    for told in [
        "<title>2025-01-01: 960 of 960 candles; 480 before listing</title>",
        "<title>2025-01-02 to 2025-01-03, 2 days: 2,880 of 2,880 candles</title>",
        "<title>2025-01-04: 123 of 123 candles; 1,317 after delisting</title>",
        "<title>2025-01-05 to 2025-01-31, 27 days: 38,880 after delisting</title>",
    ] {
        assert!(page.contains(told), "{told} is not in {page}");
    }
}

#[test]
fn an_empty_store_has_a_page_too() {
    let desk = Desk::new();
    drop(db::Store::open(desk.db()).unwrap());
    assert!(desk.run(&["status", "--html", "a.html"]).status.success());
    assert!(std::fs::read_to_string(desk.path("a.html")).unwrap().contains("of 0 series"));
}

#[test]
fn nobody_need_hear_what_is_said() {
    let desk = Desk::new();
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    let status = desk.command(&["status"]).stderr(full()).status().unwrap();
    assert_eq!(status.code(), Some(1), "an error is one, and no panic");
    let file = desk.write("a.csv", &minutes(10));
    let status = desk.command(&import_args("1m", &file)).stderr(full()).status().unwrap();
    assert!(status.success() && desk.whole_rows() == 10);
}
