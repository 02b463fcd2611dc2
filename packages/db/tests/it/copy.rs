//! Whole copies: made while others write, refused where they would do harm, and brought back.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use db::{DbError, Store};
use market::Candle;
use tempfile::TempDir;

use crate::{candle, rest, series};

/// A folder with a store of so many candles.
fn stored(candles: i64) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let candles: Vec<Candle> = (0..candles).map(|minute| candle(minute, 1.0 + minute as f64)).collect();
    Store::open(&path).unwrap().insert_closed(&series("A/B"), &candles, &rest()).unwrap();
    (folder, path)
}

fn backup(from: &Path, to: &Path, replace: bool) -> Result<db::Copied, DbError> {
    Ok(Store::open_existing(from)?.backup(to, replace, &mut |_, _| true)?.unwrap())
}

fn restore(from: &Path, to: &Path, replace: bool) -> Result<db::Copied, DbError> {
    Ok(Store::restore(from, to, replace, &mut |_, _| true)?.unwrap())
}

fn candles(path: &Path, symbol: &str) -> Vec<Candle> {
    let candles = Store::open_existing(path).unwrap().candles(&series(symbol), None, None).unwrap();
    candles.iter().collect()
}

/// The files of a folder that are no store's own.
fn names(folder: &TempDir) -> Vec<String> {
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn a_copy_is_brought_back() {
    let (folder, path) = stored(3_000);
    let copy = folder.path().join("copies/a.db");
    let copied = backup(&path, &copy, false).unwrap();
    assert!(copied.tables.contains(&("ohlcv_data".to_owned(), 3_000)), "{copied:?}");
    assert_eq!(copied.bytes, fs::metadata(&copy).unwrap().len());
    assert_eq!(fs::read_dir(folder.path().join("copies")).unwrap().count(), 1, "one file, no log beside it");

    let back = folder.path().join("back.db");
    assert_eq!(restore(&copy, &back, false).unwrap().tables, copied.tables);
    assert_eq!(candles(&back, "A/B"), candles(&path, "A/B"));
    // And in the place of another store, whose log must not be read into it.
    let (folder, path) = stored(9);
    restore(&copy, &path, true).unwrap();
    assert_eq!(candles(&path, "A/B").len(), 3_000);
    assert_eq!(names(&folder), ["store.db"]);
}

/// A store and a file in the place of its copy, if any, with these modes, and the mode of the copy. It is brought back
/// to a new place then, and to the store, which gets another mode before.
#[cfg(unix)]
#[track_caller]
fn check_mode(of_store: u32, there: Option<u32>, expected: u32) {
    use std::os::unix::fs::PermissionsExt;

    let (folder, path) = stored(10);
    let [copy, back] = ["copy.db", "back.db"].map(|name| folder.path().join(name));
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    set(&path, of_store);
    there.into_iter().for_each(|mode| {
        fs::write(&copy, "").unwrap();
        set(&copy, mode);
    });
    let store = Store::open_existing(&path).unwrap();
    let private = |_, _| {
        let drafts = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
        let drafts: Vec<PathBuf> = drafts.filter(|path| path.to_string_lossy().ends_with(".part")).collect();
        drafts.len() == 1 && mode(&drafts[0]) == 0o600
    };
    assert!(store.backup(&copy, there.is_some(), &mut &private).unwrap().is_some(), "others read what is not done");
    assert_eq!(mode(&copy), expected);
    drop(store);
    restore(&copy, &back, false).unwrap();
    assert_eq!(mode(&back), expected);
    set(&path, 0o660);
    restore(&copy, &path, true).unwrap();
    assert_eq!(mode(&path), 0o660);
}

#[cfg(unix)]
#[test]
fn a_copy_is_as_private_as_what_it_is_a_copy_of() {
    check_mode(0o600, None, 0o600);
    check_mode(0o600, Some(0o644), 0o600);
    check_mode(0o644, Some(0o600), 0o600);
}

#[test]
fn a_copy_is_one_moment_of_what_others_write() {
    let (folder, path) = stored(20_000);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        // The first symbol is always a candle ahead, or as far.
        scope.spawn(|| {
            let mut store = Store::open(&path).unwrap();
            let (first, second) = (series("C/D"), series("E/F"));
            for minute in 0.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                store.put_closed(&first, &candle(minute, 1.0), 0).unwrap();
                store.put_closed(&second, &candle(minute, 1.0), 0).unwrap();
            }
        });
        for round in 0..8 {
            let copy = folder.path().join(format!("{round}.db"));
            backup(&path, &copy, false).unwrap();
            let (first, second) = (candles(&copy, "C/D").len(), candles(&copy, "E/F").len());
            assert!(first == second || first == second + 1, "{first} {second}");
            assert_eq!(candles(&copy, "A/B").len(), 20_000);
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn who_stops_a_copy_leaves_nothing() {
    let (folder, path) = stored(3_000);
    let store = Store::open_existing(&path).unwrap();
    let copy = folder.path().join("copy.db");
    assert_eq!(store.backup(&copy, false, &mut |_, _| false).unwrap(), None);
    drop(store);
    assert_eq!(names(&folder), ["store.db"]);
    backup(&path, &copy, false).unwrap();
    assert_eq!(Store::restore(&copy, &path, true, &mut |_, _| false).unwrap(), None);
    assert_eq!(names(&folder), ["copy.db", "store.db"]);
}

#[test]
fn two_copies_to_one_place_are_both_whole() {
    let (folder, path) = stored(3_000);
    let copy = folder.path().join("copy.db");
    let store = Store::open_existing(&path).unwrap();
    let during = |replace| {
        store.backup(&copy, replace, &mut |_, _| {
            let _ = fs::remove_file(&copy);
            backup(&path, &copy, false).is_ok()
        })
    };
    assert!(during(true).unwrap().is_some());
    assert_eq!(candles(&copy, "A/B").len(), 3_000);
    assert!(matches!(during(false), Err(DbError::Exists { .. })), "the other one was there first");
    assert_eq!(candles(&copy, "A/B").len(), 3_000);
    drop(store);
    assert_eq!(names(&folder), ["copy.db", "store.db"]);
}

#[test]
fn no_store_is_overwritten_by_mistake() {
    let (folder, path) = stored(10);
    let (_other, small) = stored(5);
    let copy = folder.path().join("copy.db");
    backup(&path, &copy, false).unwrap();
    assert!(matches!(backup(&path, &copy, false), Err(DbError::Exists { .. })));
    backup(&path, &copy, true).unwrap();
    assert!(matches!(backup(&path, &path, true), Err(DbError::InUse { .. })));
    assert!(matches!(restore(&copy, &small, false), Err(DbError::Exists { .. })));
    assert!(matches!(restore(&path, &path, true), Err(DbError::InUse { .. })));
    for name in ["store.db-wal", "other.db-journal", "later.db-shm", "copy-wal"] {
        let (to, refused) = (folder.path().join(name), |error| matches!(error, Err(DbError::NameOfSqlite { .. })));
        assert!(refused(backup(&path, &to, true)) && refused(restore(&copy, &to, true)) && !to.exists(), "{name}");
    }
    // Open somewhere, even if nobody does anything with it.
    let idle = Store::open(&small).unwrap();
    assert!(matches!(restore(&copy, &small, true), Err(DbError::InUse { .. })));
    assert!(matches!(backup(&path, &small, true), Err(DbError::InUse { .. })));
    drop(idle);
    assert_eq!(candles(&small, "A/B").len(), 5);
    restore(&copy, &small, true).unwrap();
    assert_eq!(candles(&small, "A/B").len(), 10);
}

/// A copy that is no good one is refused, and the store stays.
#[track_caller]
fn check_refused(damage: impl FnOnce(&mut Vec<u8>), expected: &str) {
    let (folder, path) = stored(3_000);
    let copy = folder.path().join("copy.db");
    backup(&path, &copy, false).unwrap();
    let mut bytes = fs::read(&copy).unwrap();
    damage(&mut bytes);
    fs::write(&copy, bytes).unwrap();
    let (kept, store) = stored(7);
    let error = restore(&copy, &store, true).unwrap_err();
    assert!(format!("{error:?}").starts_with(expected), "{error:?}");
    assert_eq!(names(&kept), ["store.db"]);
    assert_eq!(candles(&store, "A/B").len(), 7);
}

#[test]
fn a_bad_copy_replaces_nothing() {
    check_refused(|bytes| bytes.truncate(50_000), "Damaged");
    check_refused(|bytes| bytes.truncate(0), "NotWhole");
    check_refused(|bytes| bytes[..16].fill(b'x'), "NotADatabase");
    let middle = |bytes: &[u8]| bytes.len() / 2 / 8_192 * 8_192;
    // The head of a page of candles.
    check_refused(
        |bytes| {
            let at = middle(bytes);
            bytes[at..at + 8].fill(0xff);
        },
        "Damaged",
    );
    // Names in one: nobody notices who does not look for it.
    let rename = |bytes: &mut Vec<u8>| {
        let from = middle(bytes);
        let names = (from..from + 8_192).filter(|&at| bytes[at..].starts_with(b"binance")).skip(20).take(3);
        names.collect::<Vec<_>>().into_iter().for_each(|at| bytes[at] = b'x');
    };
    check_refused(rename, "NotWhole");
}

#[test]
fn a_damaged_store_is_replaced_by_a_good_copy() {
    let (folder, path) = stored(3_000);
    let copy = folder.path().join("copy.db");
    backup(&path, &copy, false).unwrap();
    let good = fs::read(&path).unwrap();
    for damaged in [&good[..100], b"no database at all, only a text that is long enough to be read as one".as_slice()] {
        fs::write(&path, damaged).unwrap();
        fs::write(folder.path().join("store.db-wal"), "the rest of a log").unwrap();
        restore(&copy, &path, true).unwrap();
        assert_eq!(candles(&path, "A/B").len(), 3_000);
    }
}
