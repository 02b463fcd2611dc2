//! What breaks on the way: every decision is made in the end, on every candle, in order.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use market::{Series, Timeframe, find_holes};

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

#[test]
fn nothing_is_decided_without_a_candle_that_the_stream_has_while_rest_stands_still() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    let trader = desk.start(&simulator);
    desk.wait_for(ACCOUNT, 5);
    simulator.command("stale?seconds=8");
    simulator.command("disconnect");
    let is_told = || desk.told().contains("no decisions while REST lacks what the stream has");
    wait_until("the lag to be told", is_told, || desk.told());
    let before = desk.booked(ACCOUNT);
    desk.wait_for(ACCOUNT, before + 60);
    trader.terminate();
    decided_on_every_candle(&desk);
    stored_as_the_exchange_has_them(&desk, &simulator);
}

#[test]
fn longer_candles_are_not_denied_while_rest_stands_still() {
    let strategy = BUSY.replace("\nlong:\n", "\nlet:\n  five: close @ 5m\nlong:\n");
    assert_ne!(strategy, BUSY);
    let (desk, simulator) = (Desk::new(&strategy, ""), Simulator::generated());
    let trader = desk.start(&simulator);
    desk.wait_for(ACCOUNT, 5);
    simulator.command("stale?seconds=10");
    simulator.command("silence?seconds=2");
    sleep(Duration::from_secs(2));
    simulator.command("disconnect");
    let before = desk.booked(ACCOUNT);
    desk.wait_for(ACCOUNT, before + 60);
    trader.terminate();
    decided_on_every_candle(&desk);
    let (store, _, account) = desk.ledger(ACCOUNT).unwrap();
    let series = Series::new(account.exchange, account.symbol, Timeframe::M5);
    let candles = store.candles(&series, Some(account.started_ms), None).unwrap();
    assert_eq!(find_holes(&candles.open_time_ms, Timeframe::M5), []);
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

/// Where the markets of the next two begin, Unix milliseconds.
const START_MS: i64 = 1_704_067_200_000;

/// Ten hours of minutes near 100, but for what `price_of` says: no candle, or another level.
fn serve_minutes(desk: &Desk, price_of: impl Fn(i64) -> Option<f64>) -> Simulator {
    let (mut dice, mut rows) = (fastrand::Rng::with_seed(5), String::new());
    for minute in 0..600 {
        let Some(level) = price_of(minute) else { continue };
        let (open, close) = (level + dice.f64(), level + dice.f64());
        let (high, low) = (open.max(close) + 0.1, open.min(close) - 0.1);
        rows.push_str(&format!("{},{open},{high},{low},{close},1\n", START_MS + minute * 60_000));
    }
    desk.write("candles.csv", &rows);
    let path = desk.path("candles.csv");
    let market = ["--candles", path.to_str().unwrap(), "--symbol", "BTC/USDT", "--timeframe", "1m"];
    Simulator::serve(&[&market[..], &["--speed", "600", "--start", "2024-01-01T04:55:00Z"]].concat())
}

/// The minutes that were decided on, since the markets began.
fn decided_minutes(desk: &Desk) -> Vec<i64> {
    let (store, id, _) = desk.ledger(ACCOUNT).unwrap();
    let equity = store.booked_equity(id).unwrap();
    equity.iter().map(|row| (row.candle_time_ms - START_MS) / 60_000).collect()
}

/// Trades over a kill and a restart; every minute but those that `is_missing` was decided on.
#[track_caller]
fn passed_over(desk: &Desk, simulator: &Simulator, is_missing: impl Fn(&i64) -> bool) {
    let trader = desk.start(simulator);
    desk.wait_for(ACCOUNT, 20);
    trader.kill();
    let trader = desk.start(simulator);
    desk.wait_for(ACCOUNT, 60);
    trader.terminate();
    let minutes = decided_minutes(desk);
    let (first, last) = (minutes[0], minutes[minutes.len() - 1]);
    assert!(first < 303 && last > 330, "{first} … {last}");
    assert_eq!(minutes, (first..=last).filter(|minute| !is_missing(minute)).collect::<Vec<_>>());
}

#[test]
fn candles_that_do_not_exist_are_passed_over() {
    let desk = Desk::new(BUSY, "");
    let is_missing = |minute: &i64| [303, 304, 305, 311, 330].contains(minute);
    let simulator = serve_minutes(&desk, |minute| (!is_missing(&minute)).then_some(100.0));
    passed_over(&desk, &simulator, is_missing);
}

#[test]
fn candles_of_prices_that_no_market_has_are_passed_over_and_kept_aside() {
    let desk = Desk::new(BUSY, "");
    let is_glitch = |minute: &i64| [200, 303, 311, 330].contains(minute);
    let simulator = serve_minutes(&desk, |minute| Some(if is_glitch(&minute) { 5e6 } else { 100.0 }));
    passed_over(&desk, &simulator, is_glitch);
    let (store, ..) = desk.ledger(ACCOUNT).unwrap();
    let aside = store.quarantine_status().unwrap();
    let jumps: Vec<_> = aside.iter().filter(|status| status.rule == "jump").map(|status| status.rows).collect();
    assert_eq!(jumps, [4], "{aside:?}");
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
