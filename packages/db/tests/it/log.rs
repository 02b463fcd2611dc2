//! The write-ahead log under a reader that does not end: what can wait is held up, and nothing else.

use std::fs;
use std::time::{Duration, Instant};

use db::{DbError, Store, Stored};
use rusqlite::Connection;

use crate::{candle, new_store, rest, series};

const MIB: u64 = 1 << 20;
/// More than many rows may find in the log, and less than forming candles may.
const FILLER_BYTES: u64 = 140 * MIB;

fn log_bytes(store: &Store) -> u64 {
    fs::metadata(format!("{}-wal", store.path().display())).map_or(0, |log| log.len())
}

#[test]
fn a_reader_that_stays_holds_up_only_what_can_wait() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    let reader = Connection::open(store.path()).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM sqlite_schema").unwrap();
    // What fills the log is all the same, and this is quick.
    let filler = Connection::open(store.path()).unwrap();
    filler
        .execute_batch(&format!("CREATE TABLE filler (x); INSERT INTO filler VALUES (zeroblob({FILLER_BYTES}))"))
        .unwrap();
    let error = store.merge_closed(&btc, &[candle(0, 1.0)], &rest()).unwrap_err();
    assert!(matches!(error, DbError::LogFull { .. }), "{error}");
    assert!(error.to_string().contains("end that program"), "{error}");
    assert!(matches!(store.look_for_room(), Err(DbError::LogFull { .. })));
    let next = candle(0, 2.0);
    assert_eq!(store.put_forming(&btc, &next).unwrap(), Stored::Written);
    assert_eq!(store.put_closed(&btc, &next, 0).unwrap(), Stored::Written, "a close never waits");
    reader.execute_batch("COMMIT").unwrap();
    let began = Instant::now();
    store.look_for_room().unwrap();
    store.merge_closed(&btc, &[candle(1, 1.0)], &rest()).unwrap();
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(log_bytes(&store) < 16 * MIB, "{}", log_bytes(&store));
    assert_eq!(store.candles(&btc, None, None).unwrap().len(), 2);
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
    assert_eq!(store.merge_closed(&btc, &[candle(1, 1.0)], &rest()).unwrap().inserted.new, 1);
    end.join().unwrap();
}
