//! How fast the store is, and how far from SQLite itself, measured beside it: five years of one-minute candles.
//!
//! `cargo bench -p db` prints a table. What stands for SQLite itself does the least that can be done with the same table,
//! the same write-ahead log and the same transactions: it checks nothing, compares nothing, and keeps nothing in hand.
//! Each figure is the best of several runs, so that what else the machine does counts least.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use db::{Origin, Store};
use market::{Candle, Candles, Series, Timeframe};
use rusqlite::{Connection, params};

const CANDLES: usize = 5 * 365 * 24 * 60;
/// Rows of one transaction, as an import has them.
const BATCH: usize = 10_000;
/// Candles that a program reads at once, few enough for one connection.
const PART: u32 = 65_536;
const NEWEST: usize = 100;
const ROUNDS: usize = 3;

/// The table as the first migration makes it.
const TABLE: &str = "CREATE TABLE ohlcv_data (
    exchange TEXT NOT NULL, symbol TEXT NOT NULL, timeframe TEXT NOT NULL, timestamp INTEGER NOT NULL,
    open REAL NOT NULL, high REAL NOT NULL, low REAL NOT NULL, close REAL NOT NULL, volume REAL NOT NULL,
    closed INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (exchange, symbol, timeframe, timestamp)) WITHOUT ROWID";

fn main() {
    // `cargo test --benches` and the like only want to see that it starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (ours, raw) = (folder.path().join("ours.db"), folder.path().join("raw.db"));
    let series = Series::new("binance", "BTC/USDT".parse().expect("a symbol"), Timeframe::M1);
    let candles = testkit::random_walk(CANDLES);
    let rows: Vec<Candle> = candles.iter().collect();
    println!("{:<44} {:>10} {:>14}", "the store, million candles a second", "store", "SQLite itself");
    let best = |work: &dyn Fn()| (0..ROUNDS).map(|_| seconds(work)).fold(f64::INFINITY, f64::min);
    let rate = |took: f64| CANDLES as f64 / took / 1e6;
    let compare = |name: &str, ours: f64, raw: f64| println!("{name:<44} {:>10.2} {:>14.2}", rate(ours), rate(raw));

    compare(
        "candles into a new store",
        best(&|| store_all(fresh(&ours), &series, &rows)),
        best(&|| insert_all(fresh(&raw), &rows)),
    );
    let store = Store::open_existing(&ours).expect("it is there");
    let plain = Connection::open(&raw).expect("it is there");
    let one = best(&|| read_in_parts(&store, &series));
    let raw_read = best(&|| assert_eq!(sum(&plain), CANDLES as i64));
    compare("read on one processor", one, raw_read);
    let two = best(&|| assert_eq!(black_box(store.candles(&series, None, None).expect("candles")).len(), CANDLES));
    compare("read on two processors", two, raw_read);

    let micros = |took: f64| took * 1e6 / 1_000.0;
    let newest =
        best(&|| (0..1_000).for_each(|_| check_newest(&store.last_candles(&series, NEWEST).expect("candles"))));
    let raw_newest = best(&|| (0..1_000).for_each(|_| raw_last(&plain)));
    println!("{:<44} {:>7.1} µs {:>11.1} µs", "the last 100 candles", micros(newest), micros(raw_newest));
    drop((store, plain));
    let bytes = |path: &Path| std::fs::metadata(path).expect("a file").len() as f64 / CANDLES as f64;
    println!("{:<44} {:>8.1} B {:>12.1} B", "a candle on the disk", bytes(&ours), bytes(&raw));
}

fn seconds(work: impl Fn()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_secs_f64()
}

/// The path, with nothing there.
fn fresh(path: &Path) -> &Path {
    for end in ["", "-wal", "-shm"] {
        // It is not there the first time.
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    path
}

fn store_all(path: &Path, series: &Series, rows: &[Candle]) {
    let mut store = Store::open(path).expect("a store");
    for batch in rows.chunks(BATCH) {
        store.merge_closed(series, batch, &Origin::rest(0)).expect("good candles");
    }
}

/// A row for each execution of one statement, which is what most programs do.
fn insert_all(path: &Path, rows: &[Candle]) {
    let mut connection = Connection::open(path).expect("a database");
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL").expect("pragmas");
    connection.execute_batch(TABLE).expect("a table");
    for batch in rows.chunks(BATCH) {
        let transaction = connection.transaction().expect("a transaction");
        let mut insert = transaction
            .prepare_cached("INSERT INTO ohlcv_data VALUES ('binance', 'BTC/USDT', '1m', ?1, ?2, ?3, ?4, ?5, ?6, 1)")
            .expect("a statement");
        for Candle { open_time_ms, open, high, low, close, volume } in batch {
            let row = params![open_time_ms / 1_000, open, high, low, close, volume];
            insert.execute(row).expect("a row");
        }
        drop(insert);
        transaction.commit().expect("a commit");
    }
}

fn read_in_parts(store: &Store, series: &Series) {
    let (mut from_ms, mut count) = (0, 0);
    loop {
        let part: Candles = store.candles_from(series, from_ms, PART).expect("candles");
        let Some(last_ms) = part.open_time_ms.last() else { break };
        from_ms = last_ms + 1;
        count += black_box(part).len();
    }
    assert_eq!(count, CANDLES);
}

/// Reads every value and keeps none; gives how many rows there were.
fn sum(connection: &Connection) -> i64 {
    let mut select = connection
        .prepare_cached(
            "SELECT timestamp, open, high, low, close, volume FROM ohlcv_data
             WHERE exchange = 'binance' AND symbol = 'BTC/USDT' AND timeframe = '1m' AND closed = 1 ORDER BY timestamp",
        )
        .expect("a statement");
    let mut rows = select.query([]).expect("rows");
    let (mut count, mut total) = (0, 0.0);
    while let Some(row) = rows.next().expect("a row") {
        let time_s: i64 = row.get_unwrap(0);
        total += time_s as f64 + (1..=5).map(|column| row.get_unwrap::<_, f64>(column)).sum::<f64>();
        count += 1;
    }
    black_box(total);
    count
}

fn check_newest(candles: &Candles) {
    assert_eq!(candles.len(), NEWEST);
}

fn raw_last(connection: &Connection) {
    let mut select = connection
        .prepare_cached(
            "SELECT timestamp, open, high, low, close, volume FROM ohlcv_data
             WHERE exchange = 'binance' AND symbol = 'BTC/USDT' AND timeframe = '1m' AND closed = 1
             ORDER BY timestamp DESC LIMIT 100",
        )
        .expect("a statement");
    let mut rows = select.query([]).expect("rows");
    while let Some(row) = rows.next().expect("a row") {
        black_box([0, 1, 2, 3, 4, 5].map(|column| row.get_ref_unwrap(column)));
    }
}
