//! Killed in any moment: no closed candle is lost or changed, or without its origin, the database is whole, and the same
//! command finishes the job.
//!
//! `make soak` kills more often: `SOAK_KILLS` says how often in all, of which each of these takes its share, and `SOAK_SEED`
//! draws other moments.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::run::{Desk, import_args, minutes};
use crate::venue::Venue;

/// Seconds and values of a candle that is closed.
type Row = (i64, [f64; 5]);

/// How many of the kills are for a job that gets `percent` of them.
fn kills(percent: u64) -> u64 {
    let all: u64 = std::env::var("SOAK_KILLS").map_or(50, |text| text.parse().unwrap());
    (all * percent).div_ceil(100)
}

fn dice() -> fastrand::Rng {
    let seed = std::env::var("SOAK_SEED").map_or(1, |text| text.parse().unwrap());
    println!("SOAK_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}

/// The closed candles of a database that is whole; none where there is no table yet.
#[track_caller]
fn closed_rows(db: &Path) -> Vec<Row> {
    if !db.exists() {
        return Vec::new();
    }
    let database = Connection::open(db).unwrap();
    let check: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    let sql = "SELECT timestamp, open, high, low, close, volume FROM ohlcv_data WHERE closed = 1 ORDER BY timestamp";
    let Ok(mut select) = database.prepare(sql) else { return Vec::new() };
    let value = |row: &rusqlite::Row<'_>, index| row.get_unwrap(index);
    let rows = select.query_map([], |row| Ok((row.get_unwrap(0), std::array::from_fn(|i| value(row, i + 1)))));
    rows.unwrap().map(Result::unwrap).collect()
}

/// How many rows are told where they came from.
fn rows_with_origin(db: &Path) -> u64 {
    if !db.exists() {
        return 0;
    }
    let rows = "SELECT coalesce(sum(rows), 0) FROM origins";
    // There is no table yet where the kill came first.
    Connection::open(db).unwrap().query_row(rows, [], |row| row.get(0)).map_or(0, i64::unsigned_abs)
}

/// Every one of `rows` is in `all`, which rises.
#[track_caller]
fn check_within(rows: &[Row], all: &[Row], what: &str) {
    let mut rest = all.iter();
    for row in rows {
        assert!(rest.any(|other| other == row), "{what}: {row:?}");
    }
}

/// Kills `args` in random moments of its run, and begins with the store that `prepare` leaves whenever it was done before.
#[track_caller]
fn check_kills(desk: &Desk, args: &[&str], wanted: u64, prepare: impl Fn()) {
    let run = || {
        let began = Instant::now();
        let output = desk.run(args);
        assert!(output.status.success(), "{}", crate::run::stderr(&output));
        began.elapsed()
    };
    prepare();
    let before = closed_rows(&desk.db());
    let longest = run();
    let truth = closed_rows(&desk.db());
    check_within(&before, &truth, "lost at once");
    assert!(!truth.is_empty());
    prepare();
    let (mut dice, mut killed, mut seen) = (dice(), 0, before.clone());
    while killed < wanted {
        let mut child = desk.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(longest.mul_f64(dice.f64()));
        let was_done = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        let rows = closed_rows(&desk.db());
        check_within(&rows, &truth, "never was true");
        if before.is_empty() {
            assert_eq!(rows_with_origin(&desk.db()), rows.len() as u64, "no row without its origin");
        }
        check_within(&seen, &rows, "lost or changed");
        seen = rows;
        if was_done {
            assert_eq!(seen, truth);
            prepare();
            seen.clone_from(&before);
        } else {
            killed += 1;
        }
    }
    run();
    assert_eq!(closed_rows(&desk.db()), truth, "the next run finishes the job");
}

fn forget(desk: &Desk) {
    for end in ["", "-wal", "-shm"] {
        // It is not always there.
        let _ = fs::remove_file(format!("{}{end}", desk.db().display()));
    }
}

#[test]
fn an_import_killed_at_any_moment_is_finished_by_the_next() {
    let desk = Desk::new();
    let rows = minutes(40_000);
    // Two files that overlap and differ, with a bad candle in the second one.
    let late = rows.split_inclusive('\n').skip(30_000).collect::<String>().replace(",9.25", ",9.5")
        + "1739289600000,1,2,0.5,1,-3\n";
    let first = desk.write("a.csv", &rows);
    desk.write("b.csv", &late);
    let args = [&import_args("1m", &first)[..], &["b.csv"]].concat();
    check_kills(&desk, &args, kills(30), || forget(&desk));
    let database = Connection::open(desk.db()).unwrap();
    let aside = |rule: &str| -> i64 {
        database.query_row("SELECT count(*) FROM quarantine WHERE rule = ?1", [rule], |row| row.get(0)).unwrap()
    };
    assert_eq!((aside("conflict"), aside("negative_volume")), (10_000, 1), "what is set aside is there once, too");
}

#[test]
fn a_fetch_killed_at_any_moment_is_finished_by_the_next() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], Duration::from_millis(10)));
    let args = ["fetch", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m", "--since", "8d"];
    let args = [&args[..], &["--base-url", &venue.url]].concat();
    check_kills(&desk, &args, kills(30), || forget(&desk));
    assert_eq!(closed_rows(&desk.db()).len(), 8 * 1_440 - 1, "the newest closed in this very moment");
}

/// A store as the first release made it: the first step of the schema, and its entry in the history.
fn old_store(path: &Path, new: &Path) {
    let database = Connection::open(path).unwrap();
    database.execute_batch(include_str!("../../../../migrations/V1__candles.sql")).unwrap();
    database.execute("ATTACH ?1 AS new", [new.to_str().unwrap()]).unwrap();
    let history = "SELECT sql FROM new.sqlite_schema WHERE name = 'refinery_schema_history'";
    let history: String = database.query_row(history, [], |row| row.get(0)).unwrap();
    database.execute_batch(&history).unwrap();
    database
        .execute_batch(
            "INSERT INTO refinery_schema_history SELECT * FROM new.refinery_schema_history WHERE version = 1;
             INSERT INTO ohlcv_data SELECT * FROM new.ohlcv_data;",
        )
        .unwrap();
}

#[test]
fn a_store_of_an_older_program_survives_kills_while_it_is_brought_up_to_date() {
    let desk = Desk::new();
    let file = desk.write("a.csv", &minutes(20_000));
    desk.import("1m", &file);
    let old = desk.path("old.db");
    old_store(&old, &desk.db());
    check_kills(&desk, &["status"], kills(20), || {
        forget(&desk);
        fs::copy(&old, desk.db()).unwrap();
    });
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name IN ('quarantine', 'runs', 'gaps', 'coverage')";
    let tables: i64 = Connection::open(desk.db()).unwrap().query_row(tables, [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 4);
}
