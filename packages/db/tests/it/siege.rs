//! Many processes on one store for a while: nobody sees a lock, writes are quick, and the log stays small.
//!
//! A short one with few processes by itself; `make soak` makes it forty processes and ten minutes:
//! `SIEGE_PROCESSES` and `SIEGE_SECONDS` say how many and how long, `SIEGE_P99_MS` what a write may take.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use db::{DbError, Store};
use market::Candle;
use rusqlite::Connection;

use crate::{candle, rest, series};

/// What a process is told: its part, its number, the database, and how long, in milliseconds.
const PART: &str = "SIEGE_PART";
/// Forming candles come four times a second, and every so often one closes.
const FORMING_EVERY: Duration = Duration::from_millis(250);
const CLOSES_EVERY: usize = 8;
/// A page of a backfill, and fifty of them a second: as much as an exchange gives away.
const PAGE: i64 = 1_000;
const PAGE_EVERY: Duration = Duration::from_millis(20);
const READ_ROWS: i64 = 100_000;
const READ_EVERY: Duration = Duration::from_secs(1);
/// A program of the user's that copies the log all the time, as tools that replicate a database do.
const CHECKPOINT_EVERY: Duration = Duration::from_millis(10);
/// Files behind which the log may not grow, and to which it must come back.
const MOST_LOG_BYTES: u64 = 256 << 20;
const SHRUNK_LOG_BYTES: u64 = 40 << 20;

fn number(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}

#[test]
fn one_process_of_a_siege() {
    let Ok(told) = env::var(PART) else { return };
    let told: Vec<&str> = told.splitn(4, ' ').collect();
    let [part, index, milliseconds, path] = told[..] else { panic!("{told:?}") };
    let (path, end) = (Path::new(path), Instant::now() + Duration::from_millis(milliseconds.parse().unwrap()));
    match part {
        "writer" => write(path, index, end),
        "backfill" => backfill(path, end),
        "reader" => read(path, end),
        "checkpoint" => checkpoint(path, end),
        _ => stall(path, end),
    }
}

/// A trader's stream; tells how long its writes took.
fn write(path: &Path, index: &str, end: Instant) {
    let mut store = Store::open_existing(path).unwrap();
    let series = series(&format!("W{index}/USDT"));
    let (mut took, mut minute) = (Vec::new(), 0);
    // They do not all write in the same moment.
    sleep(Duration::from_millis(37) * index.parse().unwrap());
    while Instant::now() < end {
        let began = Instant::now();
        if took.len() % CLOSES_EVERY == CLOSES_EVERY - 1 {
            store.put_closed(&series, &candle(minute, 1.0), 0).unwrap();
            minute += 1;
        } else {
            store.put_forming(&series, &candle(minute, took.len() as f64 + 1.0)).unwrap();
        }
        took.push(began.elapsed());
        sleep(FORMING_EVERY.saturating_sub(began.elapsed()));
    }
    let closed = store.candles(&series, None, None).unwrap();
    assert!(closed.iter().eq((0..minute).map(|minute| candle(minute, 1.0))), "a closed candle is lost or changed");
    for took in took {
        println!("took {}", took.as_micros());
    }
}

fn backfill(path: &Path, end: Instant) {
    let mut store = Store::open_existing(path).unwrap();
    let (series, mut page) = (series("B/USDT"), 0);
    while Instant::now() < end {
        let began = Instant::now();
        let rows: Vec<Candle> = (page * PAGE..(page + 1) * PAGE).map(|minute| candle(minute, 2.0)).collect();
        match store.merge_closed(&series, &rows, &rest()) {
            Ok(merged) => {
                assert_eq!(merged.inserted.new, rows.len() as u64);
                page += 1;
            }
            // It is told to come back, and does.
            Err(DbError::LogFull { .. }) => println!("waited"),
            Err(error) => panic!("{error}"),
        }
        sleep(PAGE_EVERY.saturating_sub(began.elapsed()));
    }
    println!("pages {page}");
}

fn read(path: &Path, end: Instant) {
    let store = Store::open_existing(path).unwrap();
    while Instant::now() < end {
        let began = Instant::now();
        let candles = store.candles(&series("READ/USDT"), None, None).unwrap();
        assert_eq!(candles.len() as i64, READ_ROWS);
        println!("read {}", began.elapsed().as_micros());
        sleep(READ_EVERY.saturating_sub(began.elapsed()));
    }
}

fn checkpoint(path: &Path, end: Instant) {
    let connection = Connection::open(path).unwrap();
    let mut copied = 0_u64;
    while Instant::now() < end {
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap();
        copied += 1;
        sleep(CHECKPOINT_EVERY);
    }
    println!("copied {copied}");
}

/// Reads one row of many, and then nothing for a third of the time.
fn stall(path: &Path, end: Instant) {
    let connection = Connection::open(path).unwrap();
    let part = end.saturating_duration_since(Instant::now()) / 5;
    sleep(part);
    connection.execute_batch("BEGIN; SELECT * FROM ohlcv_data LIMIT 1").unwrap();
    sleep(part * 2);
    connection.execute_batch("COMMIT").unwrap();
    println!("ended");
}

struct Siege {
    path: PathBuf,
    children: Vec<(&'static str, Child)>,
}

impl Siege {
    fn send(&mut self, part: &'static str, count: u64, lasts: Duration) {
        for index in 0..count {
            let told = format!("{part} {index} {} {}", lasts.as_millis(), self.path.display());
            let mut command = Command::new(env::current_exe().unwrap());
            command.args(["--exact", "siege::one_process_of_a_siege", "--nocapture"]).env(PART, told);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            self.children.push((part, command.spawn().unwrap()));
        }
    }

    fn log_bytes(&self) -> u64 {
        fs::metadata(format!("{}-wal", self.path.display())).map_or(0, |log| log.len())
    }
}

/// The greatest of the smallest 99 percent.
fn p99(mut took: Vec<u64>) -> u64 {
    took.sort_unstable();
    took.get((took.len() * 99).div_ceil(100).saturating_sub(1)).copied().unwrap_or(0)
}

#[test]
fn many_processes_share_a_store() {
    let (processes, seconds) = (number("SIEGE_PROCESSES", 8), number("SIEGE_SECONDS", 6));
    let most_p99_us = number("SIEGE_P99_MS", 1_000) * 1_000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chandler.db");
    let rows: Vec<Candle> = (0..READ_ROWS).map(|minute| candle(minute, 3.0)).collect();
    Store::open(&path).unwrap().merge_closed(&series("READ/USDT"), &rows, &rest()).unwrap();
    let lasts = Duration::from_secs(seconds);
    let mut siege = Siege { path: path.clone(), children: Vec::new() };
    let readers = processes / 4;
    siege.send("stall", 1, lasts);
    siege.send("backfill", 1, lasts);
    siege.send("checkpoint", 1, lasts);
    siege.send("reader", readers, lasts);
    siege.send("writer", processes - readers - 3, lasts);
    let (began, mut most, mut least_after) = (Instant::now(), 0, u64::MAX);
    while began.elapsed() < lasts {
        sleep(Duration::from_millis(20));
        most = siege.log_bytes().max(most);
        if began.elapsed() > lasts * 7 / 10 {
            least_after = siege.log_bytes().min(least_after);
        }
    }
    let (mut took, mut read, mut told) = (Vec::new(), Vec::new(), String::new());
    for (part, child) in siege.children.drain(..) {
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{part}: {text}{}", String::from_utf8_lossy(&output.stderr));
        for line in text.lines() {
            match line.split_once(' ') {
                Some(("took", micros)) => took.push(micros.parse().unwrap()),
                Some(("read", micros)) => read.push(micros.parse().unwrap()),
                Some(("pages", _)) => told.push_str(line),
                _ => {}
            }
        }
    }
    let check: String =
        Connection::open(&path).unwrap().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    let slowest = took.iter().max().copied().unwrap_or(0);
    let (writes, reads, write_p99, read_p99) = (took.len(), read.len(), p99(took), p99(read));
    println!(
        "{processes} processes, {seconds} s: {writes} writes, 99% within {write_p99} µs, the slowest {slowest} µs; {reads} \
         reads of {READ_ROWS} rows, 99% within {read_p99} µs; a backfill with {told}; the log had {} MiB at most, {} MiB in the end",
        most >> 20,
        least_after >> 20
    );
    assert!(writes as u64 > (processes - readers - 3) * seconds, "{writes} writes");
    assert!(write_p99 <= most_p99_us, "99% of the writes took up to {write_p99} µs");
    assert!(most < MOST_LOG_BYTES, "the log grew to {most} bytes");
    assert!(least_after < SHRUNK_LOG_BYTES, "the log stayed at {least_after} bytes");
}
