//! What happens when the world breaks in mid-import: the store stays whole and a rerun finishes.

use std::fs::File;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::run::{Desk, count, import_args, minutes, stderr};
use crate::venue::Venue;

const ROWS: u64 = 200_000;
/// Rows that come through the pipe, fewer than it holds.
const PIPED: u64 = 1_000;
const BATCH: u64 = 10_000;
const PATIENCE: Duration = Duration::from_secs(20);

/// An import of which one file is stored; the next one is a pipe whose end never comes.
struct Stalled {
    child: Child,
    /// Dropped, the pipe closes.
    _pipe: File,
}

/// Starts it, and waits until a batch or more is stored.
fn stalled_import(desk: &Desk, file: &Path) -> Stalled {
    let path = desk.path("pipe.csv");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    let mut command = desk.command(&[&import_args("1m", file)[..], &["pipe.csv"]].concat());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = File::options().write(true).open(&path).unwrap();
    pipe.write_all(minutes(PIPED).as_bytes()).unwrap();
    let started = Instant::now();
    while rows_so_far(desk).is_none_or(|rows| rows == 0) {
        assert!(started.elapsed() < PATIENCE, "the import stores nothing");
        thread::sleep(Duration::from_millis(1));
    }
    Stalled { child, _pipe: pipe }
}

fn rows_so_far(desk: &Desk) -> Option<u64> {
    if !desk.db().exists() {
        return None;
    }
    count(&Connection::open(desk.db()).ok()?).ok()
}

#[track_caller]
fn check_signal(signal: &str, code: Option<i32>, killed_by: Option<i32>) {
    let desk = Desk::new();
    let file = desk.write("a.csv", &minutes(ROWS));
    let Stalled { child, _pipe } = stalled_import(&desk, &file);
    let asked_at = Instant::now();
    let killed = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
    assert!(killed.success(), "the import was over before the signal");
    let output = child.wait_with_output().unwrap();
    assert!(asked_at.elapsed() < Duration::from_secs(5), "it waits for the pipe");
    assert_eq!((output.status.code(), output.status.signal()), (code, killed_by), "{}", stderr(&output));
    let rows = desk.whole_rows();
    assert!(rows > 0 && rows.is_multiple_of(BATCH), "{rows} rows");
    if code.is_some() {
        let error = stderr(&output);
        assert!(error.starts_with("stopped: ") && error.contains("rows of") && error.contains("to go on"), "{error}");
    }
    assert_eq!(desk.import("1m", &file)["new"], ROWS - rows);
    assert_eq!(desk.whole_rows(), ROWS);
}

#[test]
fn ctrl_c_keeps_whole_batches() {
    check_signal("INT", Some(130), None);
}

#[test]
fn sigterm_keeps_whole_batches() {
    check_signal("TERM", Some(130), None);
}

#[test]
fn sigkill_keeps_whole_batches() {
    check_signal("KILL", None, Some(9));
}

/// A small file system that goes when it is dropped.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    /// `None`, with a message, where mounting is not allowed.
    fn mount(folder: &'a Path, kilobytes: u32) -> Option<Self> {
        let size = format!("size={kilobytes}k");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder).stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(SmallDisk(folder));
        }
        println!("skipped: a small disk cannot be mounted here");
        None
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        // Nothing can be done about a failure, and the folder of the test shows it.
        let _ = Command::new("umount").arg(self.0).status();
    }
}

/// Imports onto a disk of this size; gives how many rows the whole database has then.
#[track_caller]
fn check_full_disk(kilobytes: u32) -> Option<u64> {
    let desk = Desk::new();
    let file = desk.write("a.csv", &minutes(ROWS));
    let folder = desk.path("data");
    std::fs::create_dir(&folder).unwrap();
    let _disk = SmallDisk::mount(&folder, kilobytes)?;
    let output = desk.run(&import_args("1m", &file));
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.starts_with("error: no space is left on the disk for data/chandler.db"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    let has_schema = kilobytes > 100;
    Some(if has_schema { desk.whole_rows() } else { 0 })
}

/// A command that finds the disk full tells it in one line, and goes on when there is room; `args` names no database.
#[track_caller]
fn check_room_again(desk: &Desk, args: &[&str], kilobytes: u32, all: u64) {
    let folder = desk.path("data");
    std::fs::create_dir(&folder).unwrap();
    let Some(_disk) = SmallDisk::mount(&folder, kilobytes) else { return };
    let output = desk.run(args);
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{error}");
    let told =
        error.lines().filter(|line| line.starts_with("error: no space is left on the disk for data/chandler.db"));
    assert_eq!(told.count(), 1, "{error}");
    let rows = desk.whole_rows();
    assert!(rows > 0 && rows < all, "{rows} rows");
    let mut grow = Command::new("mount");
    assert!(grow.args(["-o", "remount,size=64m"]).arg(&folder).status().unwrap().success());
    assert!(desk.run(args).status.success());
    assert_eq!(desk.whole_rows(), all);
}

#[test]
fn an_import_goes_on_when_there_is_room_again() {
    let desk = Desk::new();
    let file = desk.write("a.csv", &minutes(40_000));
    check_room_again(&desk, &import_args("1m", &file), 2_000, 40_000);
}

#[test]
fn a_fetch_goes_on_when_there_is_room_again() {
    // The newest candle closed in this very moment, and is not believed yet.
    let (desk, venue) = (Desk::new(), Venue::open(&[], Duration::ZERO));
    let args = ["fetch", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m", "--since", "10d"];
    check_room_again(&desk, &[&args[..], &["--base-url", &venue.url]].concat(), 1_000, 10 * 1_440 - 1);
}

#[test]
fn a_full_disk_gets_one_clear_error() {
    for kilobytes in [8, 40, 8_000] {
        let Some(rows) = check_full_disk(kilobytes) else { return };
        assert!(rows.is_multiple_of(BATCH) && (rows > 0 || kilobytes < 1_000), "{rows} rows");
    }
}

/// Files may not become longer than some MiB, which the system tells as an error that is not a full disk.
#[test]
fn a_disk_that_refuses_to_write_gets_one_clear_error_and_the_import_goes_on_later() {
    let desk = Desk::new();
    let file = desk.write("a.csv", &minutes(ROWS));
    let args = import_args("1m", &file);
    let mut limited = Command::new("sh");
    limited.args(["-c", r#"trap "" XFSZ; ulimit -f 8192; exec "$0" "$@""#, env!("CARGO_BIN_EXE_backfiller")]);
    let output = limited.args(args).current_dir(desk.path("")).env_remove("RUST_LOG").output().unwrap();
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.starts_with("error: the database data/chandler.db refused: disk I/O error"), "{error}");
    assert!(error.contains("the same command goes on once this is mended"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    let rows = desk.whole_rows();
    assert!(rows > 0 && rows < ROWS && rows.is_multiple_of(BATCH), "{rows} rows");
    assert_eq!(desk.import("1m", &file)["new"], ROWS - rows);
    assert_eq!(desk.whole_rows(), ROWS);
}
