//! One owner, one history: a second trader is refused, and so is a past that has changed.

use std::process::Output;

use market::Series;

use crate::harness::{BUSY, Desk, Simulator};

const ACCOUNT: &str = "busy BTC/USDT";

#[track_caller]
fn refused(output: &Output, parts: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for part in parts {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn a_second_trader_of_an_account_is_refused() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    let trader = desk.start(&simulator);
    desk.wait_for(ACCOUNT, 1);
    refused(&desk.finish(&simulator, "1s"), &["another trader trades the account `busy BTC/USDT`", "account:"]);
    trader.kill();
    assert!(desk.finish(&simulator, "1s").status.success(), "the lock goes with the process");
    desk.configure("account: another");
    assert!(desk.finish(&simulator, "2s").status.success());
    assert!(desk.ledger("another").is_some());
}

#[test]
fn other_settings_and_other_strategies_are_refused() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    assert!(desk.finish(&simulator, "1s").status.success());
    desk.configure("cash: 500\ntaker_fee: 0.002");
    refused(&desk.finish(&simulator, "1s"), &["cash was 10000.0, now 500.0", "taker_fee was 0.001, now 0.002"]);
    desk.configure("");
    desk.write("strategy.yaml", &format!("{BUSY}\n# a word more\n"));
    refused(&desk.finish(&simulator, "1s"), &["the strategy's text was the file with hash"]);
    desk.write("strategy.yaml", BUSY);
    assert!(desk.finish(&simulator, "1s").status.success());
}

#[test]
fn the_least_order_is_a_setting_of_the_account() {
    let (desk, simulator) = (Desk::new(BUSY, "min_notional: 20000"), Simulator::generated());
    let trader = desk.start(&simulator);
    desk.wait_for(ACCOUNT, 20);
    let (summary, ..) = trader.terminate();
    assert_eq!(summary["trades"], 0);
    assert!(summary["signals"]["rejected"].as_u64() > Some(0), "{summary}");
    let command = summary["backtest"].as_str().unwrap();
    assert!(command.contains("--min-notional 20000") && !command.contains("--min-quantity"), "{command}");
    desk.configure("");
    refused(&desk.finish(&simulator, "1s"), &["min_notional was 20000.0, now absent"]);
}

#[test]
fn a_past_that_has_changed_stops_the_trader() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    let trader = desk.start(&simulator);
    desk.wait_for(ACCOUNT, 40);
    trader.kill();
    let (mut store, id, account) = desk.ledger(ACCOUNT).unwrap();
    let trades = store.booked_trades(id).unwrap();
    let series = Series::new("binance", account.symbol, account.timeframe);
    let time_ms = trades[1].entry_time_ms;
    let mut candle = store.candles(&series, Some(time_ms), Some(time_ms + 1)).unwrap().get(0);
    candle.open = candle.high;
    store.correct(&series, &candle, "a test", time_ms).unwrap();
    let output = desk.finish(&simulator, "3s");
    refused(&output, &["does not come out as it was booked: trade 2:", "account: another name"]);
    assert_eq!(store.booked_trades(id).unwrap(), trades, "nothing was rewritten");
}

#[track_caller]
fn check_unknown(symbol: &str) {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    let config = std::fs::read_to_string(desk.path("trader.yaml")).unwrap().replace("BTC/USDT", symbol);
    desk.write("trader.yaml", &config);
    refused(&desk.finish(&simulator, "3s"), &[&format!("binance has no symbol {symbol}")]);
    assert!(desk.ledger(&format!("busy {symbol}")).is_none());
}

#[test]
fn an_unknown_symbol_opens_no_account() {
    check_unknown("BTC/XYZ");
    // The exchange writes it as it writes BTC/USDT.
    check_unknown("BTCU/SDT");
}
