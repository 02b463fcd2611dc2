//! The write-ahead log under a reader that does not end: what can wait is held up, and nothing else.

use std::fs;
use std::time::{Duration, Instant};

use db::{DbError, Store, Stored};
use market::Candle;
use rusqlite::Connection;

use crate::{candle, new_store, series};

const BATCH: i64 = 100_000;
const MIB: u64 = 1 << 20;

fn log_bytes(store: &Store) -> u64 {
    fs::metadata(format!("{}-wal", store.path().display())).map_or(0, |log| log.len())
}

#[test]
fn a_reader_that_stays_holds_up_only_what_can_wait() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    let reader = Connection::open(store.path()).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM sqlite_schema").unwrap();
    let mut batch = 0;
    let error = loop {
        let rows: Vec<Candle> = (batch * BATCH..(batch + 1) * BATCH).map(|minute| candle(minute, 1.0)).collect();
        match store.merge_closed(&btc, &rows) {
            Ok(_) => batch += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, DbError::LogFull { .. }), "{error}");
    assert!(error.to_string().contains("end that program"), "{error}");
    assert!((128 * MIB..160 * MIB).contains(&log_bytes(&store)), "{}", log_bytes(&store));
    let next = candle(batch * BATCH, 2.0);
    assert_eq!(store.put_forming(&btc, &next).unwrap(), Stored::Written);
    assert_eq!(store.put_closed(&btc, &next).unwrap(), Stored::Written, "a close never waits");
    reader.execute_batch("COMMIT").unwrap();
    let began = Instant::now();
    store.merge_closed(&btc, &[candle(batch * BATCH + 1, 1.0)]).unwrap();
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(log_bytes(&store) < 16 * MIB, "{}", log_bytes(&store));
    assert_eq!(store.candles(&btc, None, None).unwrap().len() as i64, batch * BATCH + 2);
}

#[test]
fn a_write_waits_for_its_turn_though_it_has_read_before() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    let other = Connection::open(store.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let end = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        other.execute_batch("CREATE TABLE changed (x); DROP TABLE changed; COMMIT").unwrap();
    });
    store.status().unwrap();
    // It reads what is there, and writes then, in one transaction.
    assert_eq!(store.merge_closed(&btc, &[candle(1, 1.0)]).unwrap().inserted.new, 1);
    end.join().unwrap();
}
