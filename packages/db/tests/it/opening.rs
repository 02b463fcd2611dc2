//! Opening: races, and files that are not what they should be.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Barrier;
use std::thread;

use db::{DbError, Store};
use rusqlite::Connection;

use crate::{candle, new_store, rest, series};

const PROCESSES: usize = 8;
/// Names the database to a process that the race test starts: this same test binary.
const RACE: &str = "DB_TEST_RACE";

#[test]
fn one_of_many_processes_opens_a_new_store() {
    let Some(path) = env::var_os(RACE) else { return };
    let mut store = Store::open(path).unwrap();
    let minute = i64::from(std::process::id());
    store.insert_closed(&series("BTC/USDT"), &[candle(minute, 1.0)], &rest()).unwrap();
}

#[test]
fn many_processes_open_a_new_store_at_once() {
    for _ in 0..2 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/chandler.db");
        let race = |_| {
            Command::new(env::current_exe().unwrap())
                .args(["--exact", "opening::one_of_many_processes_opens_a_new_store"])
                .env(RACE, &path)
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        };
        let racers: Vec<_> = (0..PROCESSES).map(race).collect();
        for racer in racers {
            let output = racer.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
        let store = Store::open_existing(&path).unwrap();
        assert_eq!(store.candles(&series("BTC/USDT"), None, None).unwrap().len(), PROCESSES);
    }
}

#[test]
fn many_threads_open_a_new_store_at_the_same_moment() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let (path, start) = (folder.path().join("chandler.db"), Barrier::new(PROCESSES));
        thread::scope(|scope| {
            for _ in 0..PROCESSES {
                scope.spawn(|| {
                    start.wait();
                    Store::open(&path).unwrap();
                });
            }
        });
    }
}

#[test]
fn a_reader_opens_while_a_writer_writes() {
    let (_folder, store) = new_store();
    let mut writer = Connection::open(store.path()).unwrap();
    let _writing = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    let reader = Store::open_existing(store.path()).unwrap();
    assert!(reader.status().unwrap().is_empty());
}

#[track_caller]
fn check_refused(path: &Path, expected: &str) {
    let text = |result: Result<Store, DbError>| result.unwrap_err().to_string();
    let message = text(Store::open_existing(path));
    assert!(message.contains(expected) && message.contains(path.to_str().unwrap()), "{message}");
}

#[test]
fn what_is_no_store_is_refused_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    check_refused(&path("none.db"), "there is no database at");
    check_refused(folder.path(), "there is no database at");
    assert!(!path("none.db").exists(), "a reader makes no file");

    fs::write(path("text.db"), "open_time,open,high,low,close,volume\n".repeat(100)).unwrap();
    check_refused(&path("text.db"), "is not a SQLite database");

    let store = Store::open(path("new.db")).unwrap();
    drop(store);
    let newer = "INSERT INTO refinery_schema_history VALUES (9999, 'later', '2030-01-01T00:00:00Z', '1')";
    Connection::open(path("new.db")).unwrap().execute(newer, []).unwrap();
    check_refused(&path("new.db"), "has schema 9999, this program knows up to");

    fs::write(path("file"), "").unwrap();
    let error = Store::open(path("file/chandler.db")).unwrap_err();
    assert!(matches!(error, DbError::Folder { .. }), "{error}");
    let error = Store::open(folder.path()).unwrap_err();
    assert!(matches!(error, DbError::CannotOpen { .. }), "{error}");
}

#[track_caller]
fn check_foreign(tables: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("theirs.db");
    Connection::open(&path).unwrap().execute_batch(tables).unwrap();
    let before = fs::read(&path).unwrap();
    check_refused(&path, "is a SQLite database of another program, and stays as it was");
    for opened in [Store::open(&path), Store::open_ledger(&path)] {
        assert!(matches!(opened, Err(DbError::Foreign { .. })), "{opened:?}");
    }
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nor is there a file beside it");
}

#[test]
fn databases_of_others_are_refused_untouched() {
    const HISTORY: &str =
        "CREATE TABLE refinery_schema_history (version INTEGER PRIMARY KEY, name TEXT, applied_on TEXT, checksum TEXT)";
    check_foreign("CREATE TABLE notes (text TEXT)");
    check_foreign("CREATE TABLE ohlcv_data (x)");
    check_foreign(&format!("{HISTORY}; INSERT INTO refinery_schema_history VALUES (1, 'users', '', '')"));
}

#[test]
fn an_empty_file_or_database_becomes_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.db");
    fs::write(&path, "").unwrap();
    assert!(Store::open_existing(&path).unwrap().status().unwrap().is_empty());
    let path = folder.path().join("emptied.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x); DROP TABLE t").unwrap();
    assert!(Store::open(&path).unwrap().status().unwrap().is_empty());
}
