//! What the store promises, checked on real files.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod candles;
mod copy;
mod foreign_rows;
mod gaps;
mod holes;
mod interleaving;
mod ledger;
mod limits;
mod log;
mod many_writers;
mod merge;
mod moved;
mod opening;
mod origins;
mod perpetuals;
mod quarantine;
mod siege;
mod views;

use db::{Origin, Store};
use market::{Candle, Series, Timeframe};
use tempfile::TempDir;

/// A new store in a folder of its own, which goes when it is dropped.
fn new_store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("data/chandler.db")).unwrap();
    (folder, store)
}

/// How rows come whose origin does not matter.
fn rest() -> Origin {
    Origin::rest(0)
}

fn series(symbol: &str) -> Series {
    Series::new("binance", symbol.parse().unwrap(), Timeframe::M1)
}

/// A candle in minute `minute`, with `value` in all its columns.
fn candle(minute: i64, value: f64) -> Candle {
    Candle { open_time_ms: minute * 60_000, open: value, high: value, low: value, close: value, volume: value }
}
