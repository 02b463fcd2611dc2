//! What `check` and `stats` tell, and how they end.

use std::fs;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::run::{Desk, minutes, stderr};

/// Checks a desk; gives the JSON. The exit code must be 3 when something is wrong, and 0 otherwise.
#[track_caller]
fn check(desk: &Desk) -> Value {
    let output = desk.run(&["check", "--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(if json["good"] == true { 0 } else { 3 }), "{json}");
    assert_eq!(output.stderr, b"");
    json
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.import("1m", &desk.write("a.csv", &minutes(1_000)));
    desk
}

#[test]
fn a_good_store() {
    let desk = desk();
    let json = check(&desk);
    let expected = json!({
        "exchange": "binance", "symbol": "BTC/USDT", "timeframe": "1m", "kind": "candles", "rows": 1_000, "expected": 1_000,
        "share": 100.0, "holes": 0, "missing": 0, "explained": 0, "wrong": {}, "doubted": {}, "score": 100.0,
    });
    assert_eq!((&json["good"], &json["integrity"], &json["series"][0]), (&json!(true), &json!("ok"), &expected));
    let text = String::from_utf8(desk.run(&["check"]).stdout).unwrap();
    assert!(text.starts_with("data/chandler.db is whole\n"), "{text}");
}

#[test]
fn holes_and_what_other_programs_wrote() {
    let desk = desk();
    let database = Connection::open(desk.db()).unwrap();
    let sql = |sql: &str| assert!(database.execute(sql, []).unwrap() > 0);
    sql("DELETE FROM ohlcv_data WHERE timestamp BETWEEN 1735689660 AND 1735689779");
    let json = check(&desk);
    assert_eq!(json["series"][0]["missing"], 2);
    // Whatever its cause: without a proof, nothing is explained.
    sql(
        "INSERT INTO gaps VALUES ('binance', 'BTC/USDT', '1m', 'candles', 1735689660, 1735689780, 'fetch failed', 0, NULL, NULL)",
    );
    assert_eq!((&check(&desk)["series"][0]["explained"], &check(&desk)["good"]), (&json!(0), &json!(false)));
    sql("UPDATE gaps SET cause = 'exchange outage'");
    assert_eq!(check(&desk)["series"][0]["explained"], 0);
    sql("UPDATE gaps SET proof = 'asked twice', proven_at_s = 7");
    assert_eq!((&check(&desk)["series"][0]["explained"], &check(&desk)["good"]), (&json!(2), &json!(true)));

    sql("UPDATE ohlcv_data SET high = 0.1 WHERE timestamp = 1735693200");
    sql("UPDATE ohlcv_data SET close = 5e6, high = 5e6 WHERE timestamp = 1735693260");
    sql("UPDATE ohlcv_data SET volume = 0 WHERE timestamp = 1735693380");
    sql(
        "INSERT INTO ohlcv_data SELECT exchange, symbol, timeframe, timestamp + 7, 1, 1, 1, 1, 1, 1 FROM ohlcv_data WHERE timestamp = 1735693440",
    );
    sql(
        "INSERT INTO ohlcv_data SELECT exchange, symbol, timeframe, timestamp * 1000, 1, 1, 1, 1, 1, 1 FROM ohlcv_data WHERE timestamp = 1735693440",
    );
    let series = check(&desk)["series"][0].take();
    assert_eq!(series["wrong"], json!({"high_low": 1, "jump": 1, "off_grid": 1, "wrong_unit": 1}));
    assert_eq!(series["doubted"], json!({"move_without_volume": 1}));
    assert!(series["score"].as_f64().unwrap() > 99.0 && series["score"].as_f64().unwrap() < 100.0);
    let text = String::from_utf8(desk.run(&["check"]).stdout).unwrap();
    assert!(text.contains("binance BTC/USDT 1m, wrong: 1 high_low, 1 off_grid, 1 wrong_unit, 1 jump"), "{text}");
}

#[test]
fn a_damaged_file() {
    let desk = desk();
    drop(db::Store::open(desk.db()).unwrap());
    let mut bytes = fs::read(desk.db()).unwrap();
    // Names in the middle of the candles.
    let names: Vec<usize> =
        (0..bytes.len()).filter(|&at| bytes[at..].starts_with(b"binance")).skip(300).take(3).collect();
    names.into_iter().for_each(|at| bytes[at] = b'x');
    fs::write(desk.db(), bytes).unwrap();
    let json = check(&desk);
    assert!(json["integrity"][0].as_str().unwrap().contains("ohlcv_data"), "{json}");
    let text = String::from_utf8(desk.run(&["check"]).stdout).unwrap();
    assert!(text.starts_with("data/chandler.db is damaged: restore it from a backup\n"), "{text}");
}

#[test]
fn the_holes_of_a_real_market_and_real_funding() {
    let Some(candles) = testkit::shared("candles/binance_XRPETH_1m.csv.gz") else { return };
    let Some(funding) = testkit::shared("candles/binanceusdm_BTCUSDT_funding.csv.gz") else { return };
    let desk = Desk::new();
    desk.json(&[
        "import",
        "--exchange",
        "binance",
        "--symbol",
        "XRP/ETH",
        "--timeframe",
        "1m",
        candles.to_str().unwrap(),
    ]);
    let perpetual = ["import", "--exchange", "binanceusdm", "--symbol", "BTC/USDT:USDT", "--kind", "funding"];
    desk.json(&[&perpetual[..], &[funding.to_str().unwrap()]].concat());
    let json = check(&desk);
    let series = &json["series"][0];
    assert_eq!((series["holes"].as_u64(), series["missing"].as_u64()), (Some(676), Some(1_091)));
    assert_eq!(series["expected"], 2_469 + 1_091);
    assert_eq!((&json["series"][1]["kind"], &json["series"][1]["score"]), (&json!("funding"), &json!(100.0)));
}

#[test]
fn rows_and_bytes_are_told() {
    let desk = desk();
    let json = desk.json(&["stats"]);
    let table = json["tables"].as_array().unwrap().iter().find(|table| table["name"] == "ohlcv_data").unwrap();
    assert_eq!(table["rows"], 1_000);
    let each = table["bytes_per_row"].as_f64().unwrap();
    assert!((60.0..100.0).contains(&each), "{each}");
    let series = &json["series"][0];
    assert_eq!((&series["rows"], &series["bytes"]), (&json!(1_000), &table["bytes"]));
    assert_eq!((&series["first"], &series["last"]), (&json!("2025-01-01T00:00:00Z"), &json!("2025-01-01T16:39:00Z")));
    let text = String::from_utf8(desk.run(&["stats"]).stdout).unwrap();
    assert!(text.contains("ohlcv_data") && text.contains("binance BTC/USDT 1m  1,000"), "{text}");
}

/// Rows that no program of ours writes: a text for a time, as some libraries write it, and times of another unit.
#[test]
fn rows_of_other_programs_end_no_command_without_a_word() {
    for value in ["'2025-01-01 00:00:00'", "1735689600000", "9223372036854775800"] {
        let desk = desk();
        let database = Connection::open(desk.db()).unwrap();
        let sql = format!("INSERT INTO ohlcv_data VALUES ('binance', 'ETH/USDT', '1h', {value}, 1, 1, 1, 1, 1, 1)");
        database.execute(&sql, []).unwrap();
        for command in [&["status"][..], &["check"], &["gaps"], &["stats"], &["export", "--out", "out"]] {
            let output = desk.run(command);
            let (code, error) = (output.status.code().unwrap(), stderr(&output));
            assert!([0, 1, 3].contains(&code), "{command:?} {value}: {code} {error}");
            assert!(code != 1 || error.contains("another program wrote"), "{command:?} {value}: {error}");
        }
        // Longer candles are made of none of them.
        let series =
            ["--exchange", "binance", "--symbol", "ETH/USDT", "--from-timeframe", "1h", "--to-timeframe", "1d"];
        let output = desk.run(&[&["resample"][..], &series].concat());
        assert!(stderr(&output).contains("has a row that another program wrote"), "{}", stderr(&output));
    }
}
