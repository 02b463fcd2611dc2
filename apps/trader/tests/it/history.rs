//! What comes into the store later, from before the account or from within it, changes nothing.

use std::process::Command;

use db::Store;
use market::{Candle, Series};
use serde_json::Value;

use crate::harness::{BUSY, Desk, Simulator, sibling};

/// Its stop depends on every candle there ever was.
const LONG_MEMORY: &str = "
name: long memory
timeframe: 1m
long:
  enter: close > open and rsi(close, 14) > 30
  exit: close < open
protect:
  stop: 1 * atr(50)
";
const MINUTE_MS: i64 = 60_000;

/// A candle that fits no market.
fn stranger(open_time_ms: i64) -> Candle {
    let price = 50.0 + (open_time_ms / MINUTE_MS % 7) as f64;
    Candle { open_time_ms, open: price, high: price * 2.0, low: price / 2.0, close: price, volume: 1.0 }
}

fn insert(desk: &Desk, account: &str, times_ms: impl Iterator<Item = i64>) {
    let (mut store, _, row) = desk.ledger(account).unwrap();
    let series = Series::new(row.exchange, row.symbol, row.timeframe);
    let candles: Vec<Candle> = times_ms.map(stranger).collect();
    assert_eq!(store.insert_closed(&series, &candles, &db::Origin::rest(0)).unwrap().new, candles.len() as u64);
}

fn first_stored(desk: &Desk, account: &str) -> i64 {
    let (store, _, row): (Store, _, _) = desk.ledger(account).unwrap();
    store.first_closed_ms(&Series::new(row.exchange, row.symbol, row.timeframe)).unwrap().unwrap()
}

/// Runs the backtest that the summary names, and compares every trade with the ledger's.
fn repeats(desk: &Desk, account: &str, summary: &Value) {
    let arguments = summary["backtest"].as_str().unwrap().strip_prefix("backtester ").unwrap();
    let line = format!("exec {} {arguments} --json -", sibling("backtester").display());
    let output = Command::new("sh").args(["-c", &line]).output().unwrap();
    assert!(output.status.success(), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let (store, id, _) = desk.ledger(account).unwrap();
    let booked: Vec<_> = store.booked_trades(id).unwrap().iter().map(|it| (it.entry_time_ms, it.pnl)).collect();
    let trades = report["trades"].as_array().unwrap().iter();
    let told = trades.map(|it| (it["entry_time"].as_i64().unwrap(), it["pnl"].as_f64().unwrap()));
    let told: Vec<_> = told.collect();
    // The reader of JSON may be off in the last bit.
    let same = |left: f64, right: f64| (left - right).abs() <= f64::EPSILON * right.abs();
    let equal = booked.iter().zip(&told).all(|(left, right)| left.0 == right.0 && same(left.1, right.1));
    assert!(equal && booked.len() == told.len(), "{booked:?}\n{told:?}");
    assert!(booked.len() > 5, "{} trades prove little", booked.len());
}

#[test]
fn older_candles_that_are_stored_later_change_nothing() {
    let (desk, simulator) = (Desk::new(LONG_MEMORY, ""), Simulator::generated());
    let account = "long memory BTC/USDT";
    let trader = desk.start(&simulator);
    desk.wait_for(account, 30);
    trader.kill();
    let first_ms = first_stored(&desk, account);
    insert(&desk, account, (1..=3 * 1_440).rev().map(|minutes| first_ms - minutes * MINUTE_MS));
    let trader = desk.start(&simulator);
    let before = desk.booked(account);
    desk.wait_for(account, before + 20);
    let (summary, status, _) = trader.terminate();
    assert!(status.success(), "{}", desk.told());
    repeats(&desk, account, &summary);
}

#[test]
fn the_warm_up_is_what_the_strategy_needs() {
    let desk = Desk::new(&LONG_MEMORY.replace("atr(50)", "atr(300)"), "");
    let simulator = Simulator::generated();
    let account = "long memory BTC/USDT";
    let trader = desk.start(&simulator);
    desk.wait_for(account, 1);
    trader.kill();
    let (_, _, row) = desk.ledger(account).unwrap();
    let fetched = (row.started_ms - first_stored(&desk, account)) / MINUTE_MS;
    assert!(fetched > 10 * 300, "{fetched}");
}

#[test]
fn a_candle_that_came_too_late_is_passed_over_at_a_restart() {
    const START_MS: i64 = 1_704_067_200_000;
    let desk = Desk::new(BUSY, "");
    let account = "busy BTC/USDT";
    let (mut dice, mut rows) = (fastrand::Rng::with_seed(5), String::new());
    for minute in (0..700_i64).filter(|minute| *minute != 305) {
        let (open, close) = (100.0 + dice.f64(), 100.0 + dice.f64());
        let (high, low) = (open.max(close) + 0.1, open.min(close) - 0.1);
        rows.push_str(&format!("{},{open},{high},{low},{close},1\n", START_MS + minute * MINUTE_MS));
    }
    desk.write("candles.csv", &rows);
    let path = desk.path("candles.csv");
    let market = ["--candles", path.to_str().unwrap(), "--symbol", "BTC/USDT", "--timeframe", "1m"];
    let clock = ["--speed", "600", "--start", "2024-01-01T05:00:00Z"];
    let simulator = Simulator::serve(&[market.as_slice(), &clock].concat());
    let trader = desk.start(&simulator);
    desk.wait_for(account, 15);
    trader.kill();
    insert(&desk, account, std::iter::once(START_MS + 305 * MINUTE_MS));
    let trader = desk.start(&simulator);
    let before = desk.booked(account);
    desk.wait_for(account, before + 20);
    let (_, status, _) = trader.terminate();
    assert!(status.success(), "{}", desk.told());
    assert!(desk.told().contains("stored after decisions had been made without them"), "{}", desk.told());
    let (store, id, _) = desk.ledger(account).unwrap();
    let booked = store.booked_equity(id).unwrap();
    assert!(booked.iter().all(|row| row.candle_time_ms != START_MS + 305 * MINUTE_MS));
}
