//! A database that is taken away under a program that has it open: nothing is written where nobody will find it.

use std::fs;
use std::path::Path;

use db::{DbError, Store};

use crate::{candle, series};

/// Opens, writes or does not, does something to the files, and writes again: gives what came of that.
fn write_after(writes_before: bool, harm: impl Fn(&Path)) -> Result<(), DbError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chandler.db");
    let (mut store, series) = (Store::open(&path).unwrap(), series("BTC/USDT"));
    if writes_before {
        store.put_closed(&series, &candle(1, 1.0), 0).unwrap();
    }
    harm(&path);
    store.put_closed(&series, &candle(2, 1.0), 0).map(|_| ())
}

#[track_caller]
fn is_noticed(harm: impl Fn(&Path)) {
    for writes_before in [true, false] {
        let error = write_after(writes_before, &harm).unwrap_err();
        assert!(matches!(error, DbError::Moved { .. }), "{error}");
        assert!(error.to_string().contains("start again"), "{error}");
    }
}

#[test]
fn a_database_that_was_removed_moved_or_replaced_is_not_written() {
    is_noticed(|path| fs::remove_file(path).unwrap());
    is_noticed(|path| fs::rename(path, path.with_extension("old")).unwrap());
    is_noticed(|path| {
        let copy = path.with_extension("copy");
        fs::copy(path, &copy).unwrap();
        fs::rename(copy, path).unwrap();
    });
}

#[test]
fn nor_one_whose_log_was_removed() {
    is_noticed(|path| fs::remove_file(format!("{}-wal", path.display())).unwrap());
}

#[test]
fn what_others_do_with_a_database_that_stays_is_no_harm() {
    let others = |path: &Path| {
        let mut other = Store::open_existing(path).unwrap();
        other.put_closed(&series("ETH/USDT"), &candle(1, 1.0), 0).unwrap();
        drop(other);
        let plain = rusqlite::Connection::open(path).unwrap();
        plain.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        plain.execute_batch("VACUUM").unwrap();
    };
    write_after(true, others).unwrap();
    write_after(false, others).unwrap();
}
