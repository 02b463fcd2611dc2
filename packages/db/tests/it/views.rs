//! Queries that people and other programs ask, over a connection of their own.

use std::path::Path;

use market::{Candle, Series, Timeframe};
use rusqlite::{Connection, params};

use crate::{candle, new_store, rest, series};

/// Every row of a query, a line each, values apart by `|`; numbers as SQLite prints them.
fn ask(path: &Path, sql: &str) -> Vec<String> {
    let database = Connection::open(path).unwrap();
    let mut select = database.prepare(sql).unwrap();
    let columns = select.column_count();
    let value = |row: &rusqlite::Row<'_>, column| match row.get_ref(column)? {
        rusqlite::types::ValueRef::Integer(value) => Ok::<_, rusqlite::Error>(value.to_string()),
        rusqlite::types::ValueRef::Real(value) => Ok(value.to_string()),
        rusqlite::types::ValueRef::Text(text) => Ok(String::from_utf8_lossy(text).into_owned()),
        other => panic!("{other:?}"),
    };
    let row = |row: &rusqlite::Row<'_>| {
        let values: rusqlite::Result<Vec<String>> = (0..columns).map(|column| value(row, column)).collect();
        Ok(values?.join("|"))
    };
    select.query_map([], row).unwrap().map(Result::unwrap).collect()
}

#[test]
fn the_seed_query_works_as_written() {
    let (_folder, mut store) = new_store();
    let hours = Series::new("binance", "BTC/USDT".parse().unwrap(), Timeframe::H1);
    let candles: Vec<Candle> =
        (0..10).map(|hour| Candle { open_time_ms: hour * 3_600_000, ..candle(0, 5.0) }).collect();
    store.insert_closed(&hours, &candles, &rest()).unwrap();
    store.insert_closed(&series("BTC/USDT"), &[candle(60, 1.0)], &rest()).unwrap();
    let database = Connection::open(store.path()).unwrap();
    let seed = "SELECT * FROM ohlcv_data WHERE exchange='binance' AND symbol='BTC/USDT' AND timeframe='1h' AND timestamp BETWEEN ? AND ? ORDER BY timestamp";
    let mut select = database.prepare(seed).unwrap();
    let names = ["exchange", "symbol", "timeframe", "timestamp", "open", "high", "low", "close", "volume", "closed"];
    assert_eq!(select.column_names().collect::<Vec<_>>(), names);
    let rows =
        select.query_map(params![3_600, 4 * 3_600], |row| Ok((row.get("timestamp")?, row.get("close")?))).unwrap();
    let rows: Vec<(i64, f64)> = rows.map(Result::unwrap).collect();
    assert_eq!(rows, [(3_600, 5.0), (7_200, 5.0), (10_800, 5.0), (14_400, 5.0)]);
    // Along the key, not over the whole table, and without sorting.
    let seed = seed.replace('?', "0");
    let plan = ask(store.path(), &format!("EXPLAIN QUERY PLAN {seed}"));
    assert_eq!(plan.len(), 1, "{plan:?}");
    assert!(
        plan[0].contains("SEARCH ohlcv_data USING PRIMARY KEY (exchange=? AND symbol=? AND timeframe=?"),
        "{plan:?}"
    );
}

#[test]
fn views_tell_what_is_there() {
    let (_folder, mut store) = new_store();
    let views = ["series", "candles_latest", "coverage"].map(|view| format!("SELECT * FROM {view} ORDER BY 1, 2, 3"));
    for sql in &views {
        assert_eq!(ask(store.path(), sql), Vec::<String>::new(), "{sql}");
    }
    let other = Series::new("okx", "A/B".parse().unwrap(), Timeframe::M1);
    let five = Series { timeframe: Timeframe::M5, ..series("A/B") };
    store.insert_closed(&series("A/B"), &[candle(1, 2.0), candle(2, 3.0), candle(9, 4.0)], &rest()).unwrap();
    store.put_forming(&series("A/B"), &candle(10, 5.0)).unwrap();
    store.insert_closed(&series("C/D:D"), &[candle(60, 7.5)], &rest()).unwrap();
    store.insert_closed(&five, &[candle(5, 2.0)], &rest()).unwrap();
    store.insert_closed(&other, &[candle(3, 2.0)], &rest()).unwrap();
    // One that is only forming has no closed candle to tell of.
    store.put_forming(&series("E/F"), &candle(1, 1.0)).unwrap();

    let all = ["binance|A/B|1m", "binance|A/B|5m", "binance|C/D:D|1m", "binance|E/F|1m", "okx|A/B|1m"];
    assert_eq!(ask(store.path(), &views[0]), all);
    let latest = [
        "binance|A/B|1m|540|1970-01-01 00:09:00|4|4|4|4|4",
        "binance|A/B|5m|300|1970-01-01 00:05:00|2|2|2|2|2",
        "binance|C/D:D|1m|3600|1970-01-01 01:00:00|7.5|7.5|7.5|7.5|7.5",
        "okx|A/B|1m|180|1970-01-01 00:03:00|2|2|2|2|2",
    ];
    assert_eq!(ask(store.path(), &views[1]), latest);
    let coverage = [
        "binance|A/B|1m|60|540|3|1970-01-01 00:01:00|1970-01-01 00:09:00",
        "binance|A/B|5m|300|300|1|1970-01-01 00:05:00|1970-01-01 00:05:00",
        "binance|C/D:D|1m|3600|3600|1|1970-01-01 01:00:00|1970-01-01 01:00:00",
        "okx|A/B|1m|180|180|1|1970-01-01 00:03:00|1970-01-01 00:03:00",
    ];
    assert_eq!(ask(store.path(), &views[2]), coverage);
}

#[test]
fn views_jump_along_the_key() {
    let (_folder, mut store) = new_store();
    let candles: Vec<Candle> = (0..1_000).map(|minute| candle(minute, 1.0)).collect();
    store.insert_closed(&series("A/B"), &candles, &rest()).unwrap();
    for view in ["series", "candles_latest"] {
        let plan = ask(store.path(), &format!("EXPLAIN QUERY PLAN SELECT * FROM {view}"));
        let scans: Vec<_> =
            plan.iter().filter(|line| line.contains("SCAN ohlcv_data") || line.contains("SCAN c")).collect();
        assert!(scans.is_empty(), "{view}: {plan:?}");
    }
}

#[test]
fn every_query_of_the_documentation_is_understood() {
    let (_folder, store) = new_store();
    let database = Connection::open(store.path()).unwrap();
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/store.md");
    let text = std::fs::read_to_string(page).unwrap();
    let mut asked = 0;
    for block in text.split("```sql\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        for query in block.split_inclusive(';').filter(|query| !query.trim().is_empty()) {
            database.prepare(query).unwrap_or_else(|error| panic!("{error}:\n{query}"));
            asked += 1;
        }
    }
    assert!(asked >= 8, "only {asked} queries were found");
}
