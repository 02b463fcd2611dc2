//! What breaks on the way: every decision is made in the end, on every candle, in order.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use market::{Series, find_holes};

use crate::harness::{BUSY, Desk, Simulator, wait_until};

const ACCOUNT: &str = "busy BTC/USDT";

/// No candle is missing from what was decided on.
#[track_caller]
fn decided_on_every_candle(desk: &Desk) {
    let (store, id, account) = desk.ledger(ACCOUNT).unwrap();
    let equity = store.booked_equity(id).unwrap();
    assert_eq!(equity[0].candle_time_ms, account.started_ms);
    for pair in equity.windows(2) {
        assert_eq!(pair[1].candle_time_ms, account.timeframe.next_open(pair[0].candle_time_ms));
    }
}

/// Starts, breaks something after a while, and goes on: gives the summary.
fn run(config: &str, command: &str) -> serde_json::Value {
    let (desk, simulator) = (Desk::new(BUSY, config), Simulator::generated());
    let trader = desk.start(&simulator);
    desk.wait_for(ACCOUNT, 5);
    simulator.command(command);
    sleep(Duration::from_millis(300));
    let before = desk.booked(ACCOUNT);
    desk.wait_for(ACCOUNT, before + 30);
    let (summary, status, _) = trader.terminate();
    assert!(status.success());
    decided_on_every_candle(&desk);
    summary
}

#[test]
fn a_silent_stream_is_noticed_and_healed() {
    let summary = run("silence: 1s", "silence?seconds=3");
    assert!(summary["reconnects"].as_u64() >= Some(1), "{summary}");
}

#[test]
fn closes_that_never_come_are_asked_for() {
    let summary = run("", "drop_closes?count=7");
    assert_eq!(summary["reconnects"], 0);
    assert!(summary["filled"].as_u64() > Some(500), "{summary}");
}

#[test]
fn a_kill_between_a_lost_close_and_its_repair_leaves_no_hole() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    let trader = desk.start(&simulator);
    desk.wait_for(ACCOUNT, 5);
    simulator.command("drop_closes?count=1");
    let has_hole = || {
        let (store, _, account) = desk.ledger(ACCOUNT).unwrap();
        let series = Series::new(account.exchange, account.symbol, account.timeframe);
        let candles = store.candles(&series, None, None).unwrap();
        !find_holes(&candles.open_time_ms, account.timeframe).is_empty()
    };
    wait_until("a hole", has_hole, || desk.told());
    trader.kill();
    let trader = desk.start(&simulator);
    let before = desk.booked(ACCOUNT);
    desk.wait_for(ACCOUNT, before + 20);
    trader.terminate();
    decided_on_every_candle(&desk);
}

#[test]
fn a_stream_that_counts_volume_in_quote_is_not_believed_and_nothing_is_decided_on_it() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    simulator.command("swap_volumes?seconds=6");
    let trader = desk.start(&simulator);
    let is_told = || desk.told().contains("no decisions until stream and REST agree");
    wait_until("the difference to be told", is_told, || desk.told());
    let before = desk.booked(ACCOUNT);
    assert!(desk.told().contains("as if it were counted in USDT there"), "{}", desk.told());
    sleep(Duration::from_secs(1));
    assert_eq!(desk.booked(ACCOUNT), before, "{}", desk.told());
    desk.wait_for(ACCOUNT, before + 60);
    let (summary, status, _) = trader.terminate();
    assert!(status.success() && summary["conflicts"].as_u64() >= Some(1), "{summary}");
    assert!(desk.told().contains("agree again: decisions go on"), "{}", desk.told());
    decided_on_every_candle(&desk);
    stored_as_the_exchange_has_them(&desk, &simulator);
}

/// What was decided on has the exchange's own volumes.
#[track_caller]
fn stored_as_the_exchange_has_them(desk: &Desk, simulator: &Simulator) {
    let (store, _, account) = desk.ledger(ACCOUNT).unwrap();
    let series = Series::new(account.exchange, account.symbol, account.timeframe);
    let candles = store.candles(&series, Some(account.started_ms), None).unwrap();
    let rows = simulator.klines(account.started_ms);
    let volumes: Vec<f64> = rows.iter().map(|row| row[5].as_str().unwrap().parse().unwrap()).collect();
    assert_eq!(candles.volume, volumes[..candles.volume.len()]);
}

#[test]
fn a_cut_stream_comes_back() {
    let summary = run("", "disconnect");
    assert!(summary["reconnects"].as_u64() >= Some(1), "{summary}");
}

#[test]
fn pages_that_lack_rows_are_asked_for_again() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    simulator.command("short_pages?percent=50");
    let trader = desk.start(&simulator);
    desk.wait_for(ACCOUNT, 30);
    trader.terminate();
    decided_on_every_candle(&desk);
}

#[test]
fn an_exchange_that_is_away_is_waited_for() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    simulator.command("refuse?seconds=2");
    let trader = desk.start(&simulator);
    desk.wait_for(ACCOUNT, 5);
    simulator.command("refuse?seconds=2");
    simulator.command("disconnect");
    sleep(Duration::from_millis(500));
    let before = desk.booked(ACCOUNT);
    desk.wait_for(ACCOUNT, before + 20);
    trader.terminate();
    assert!(desk.told().contains("no decisions while the exchange does not answer"), "{}", desk.told());
    assert!(desk.told().contains("decisions go on"), "{}", desk.told());
    decided_on_every_candle(&desk);
}

#[test]
fn candles_that_do_not_exist_are_passed_over() {
    const START_MS: i64 = 1_704_067_200_000;
    let desk = Desk::new(BUSY, "");
    let missing = |minute: &i64| [303, 304, 305, 311, 330].contains(minute);
    let (mut dice, mut rows) = (fastrand::Rng::with_seed(5), String::new());
    for minute in (0..600_i64).filter(|minute| !missing(minute)) {
        let (open, close) = (100.0 + dice.f64(), 100.0 + dice.f64());
        let (high, low) = (open.max(close) + 0.1, open.min(close) - 0.1);
        rows.push_str(&format!("{},{open},{high},{low},{close},1\n", START_MS + minute * 60_000));
    }
    desk.write("candles.csv", &rows);
    let path = desk.path("candles.csv");
    let simulator = Simulator::serve(&[
        "--candles",
        path.to_str().unwrap(),
        "--symbol",
        "BTC/USDT",
        "--timeframe",
        "1m",
        "--speed",
        "600",
        "--start",
        "2024-01-01T04:55:00Z",
    ]);
    let trader = desk.start(&simulator);
    desk.wait_for(ACCOUNT, 20);
    trader.kill();
    let trader = desk.start(&simulator);
    desk.wait_for(ACCOUNT, 60);
    trader.terminate();
    let (store, id, _) = desk.ledger(ACCOUNT).unwrap();
    let equity = store.booked_equity(id).unwrap();
    let minutes: Vec<i64> = equity.iter().map(|row| (row.candle_time_ms - START_MS) / 60_000).collect();
    let (first, last) = (minutes[0], minutes[minutes.len() - 1]);
    assert!(first < 303 && last > 330, "{first} … {last}");
    assert_eq!(minutes, (first..=last).filter(|minute| !missing(minute)).collect::<Vec<_>>());
}

#[test]
fn a_stop_is_obeyed_soon_even_while_the_exchange_is_away() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    let trader = desk.start(&simulator);
    desk.wait_for(ACCOUNT, 3);
    simulator.command("refuse?seconds=60");
    simulator.command("disconnect");
    sleep(Duration::from_secs(1));
    let (summary, status, after) = trader.terminate();
    assert!(status.success() && after < Duration::from_secs(5), "{status} after {after:?}");
    assert_eq!(summary["account"], ACCOUNT);
    assert_eq!(summary["candles"], desk.booked(ACCOUNT));
    assert!(summary["backtest"].as_str().unwrap().starts_with("backtester run "), "{summary}");
}

#[test]
fn what_an_account_holds_is_known_while_the_exchange_is_away() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    let trader = desk.start(&simulator);
    desk.wait_for(ACCOUNT, 40);
    let (before, ..) = trader.terminate();
    simulator.command("refuse?seconds=60");
    let output = desk.finish(&simulator, "2s");
    let after: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(before["trades"].as_u64() > Some(0), "{before}");
    for known in ["candles", "trades", "equity", "position", "signals", "to"] {
        assert_eq!(after[known], before[known], "{known}");
    }
}

/// Another process that holds the store.
fn hold(desk: &Desk) -> rusqlite::Connection {
    let other = rusqlite::Connection::open(desk.db()).unwrap();
    other.busy_timeout(Duration::from_secs(5)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    other
}

#[test]
fn a_store_that_is_locked_for_long_is_waited_for() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    let trader = desk.start(&simulator);
    desk.wait_for(ACCOUNT, 3);
    let other = hold(&desk);
    // Longer than one attempt to write waits.
    wait_until("an attempt in vain", || desk.told().contains("stayed locked"), || desk.told());
    let before = desk.booked(ACCOUNT);
    drop(other);
    desk.wait_for(ACCOUNT, before + 30);
    let (_, status, _) = trader.terminate();
    assert!(status.success(), "{}", desk.told());
    decided_on_every_candle(&desk);
}

#[test]
fn a_stop_is_obeyed_soon_even_while_the_store_is_locked() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    let trader = desk.start(&simulator);
    desk.wait_for(ACCOUNT, 3);
    let other = hold(&desk);
    sleep(Duration::from_millis(500));
    let began = Instant::now();
    let status = trader.end();
    let after = began.elapsed();
    assert_eq!(status.code(), Some(130), "it was in the midst of waiting");
    assert!(after < Duration::from_secs(5), "{after:?}");
    drop(other);
    let trader = desk.start(&simulator);
    let before = desk.booked(ACCOUNT);
    desk.wait_for(ACCOUNT, before + 10);
    trader.terminate();
    decided_on_every_candle(&desk);
}

/// A small file system under the store; goes when it is dropped.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(desk: &Desk, options: &str) -> Option<Self> {
        let folder = desk.path("data");
        std::fs::create_dir_all(&folder).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&folder).stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(SmallDisk(folder));
        }
        println!("skipped: a small disk cannot be mounted here");
        None
    }

    fn grow(&self, options: &str) {
        let status = Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.0).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, since a trader may still have the file open where a test failed.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_ends_a_trader_with_one_error_and_it_goes_on_when_there_is_room() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    let Some(disk) = SmallDisk::mount(&desk, "size=1m") else { return };
    let output = desk.finish(&simulator, "60s");
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    let told =
        error.lines().filter(|line| line.contains("no space is left on the disk for") && line.starts_with("error"));
    assert_eq!(told.count(), 1, "{error}");
    disk.grow("size=64m");
    let check: String = hold(&desk).query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    let before = desk.booked(ACCOUNT);
    assert!(before > 0, "{error}");
    let trader = desk.start(&simulator);
    desk.wait_for(ACCOUNT, before + 20);
    trader.terminate();
    decided_on_every_candle(&desk);
}
