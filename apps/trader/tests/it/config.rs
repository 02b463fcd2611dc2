//! Mistakes in the config file, as people see them.

use std::process::Command;

use crate::harness::{BUSY, Desk};

/// What `trader check` says to a config file, with its exit code.
fn said(desk: &Desk) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trader"));
    let output = command.args(["check", "--config", "trader.yaml"]).current_dir(desk.path("")).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[track_caller]
fn check(config: &str, expected: &str) {
    let desk = Desk::new(BUSY, "");
    desk.write("trader.yaml", config);
    let (code, text) = said(&desk);
    assert_eq!(code, Some(1), "{text}");
    assert_eq!(text.trim(), expected.trim(), "got:\n{text}");
}

#[test]
fn every_mistake_is_told_at_once() {
    check(
        "exchange: binanse\nsymbl: BTC/USDT\nstrategy: strategy.yaml\nmode: live\ncash: -5\n",
        "
error: the config file trader.yaml has mistakes

error: `symbol` is missing
 --> trader.yaml:1:1
  |
1 | exchange: binanse
  | ^
  |
  = help: add `symbol: BTC/USDT`

error: unknown exchange `binanse`
 --> trader.yaml:1:11
  |
1 | exchange: binanse
  |           ^^^^^^^
  |
  = help: did you mean `binance`?

error: unknown key `symbl` in a config file
 --> trader.yaml:2:1
  |
2 | symbl: BTC/USDT
  | ^^^^^
  |
  = help: did you mean `symbol`?

error: this version trades on paper only
 --> trader.yaml:4:7
  |
4 | mode: live
  |       ^^^^
  |
  = help: write `mode: paper`; fills follow the same rules as a backtest

error: `cash` is `-5`
 --> trader.yaml:5:7
  |
5 | cash: -5
  |       ^^
  |
  = help: expected an amount above 0, such as 10000
",
    );
}

#[track_caller]
fn mistake(line: &str, message: &str, help: &str) {
    let desk = Desk::new(BUSY, line);
    let (code, text) = said(&desk);
    assert_eq!(code, Some(1), "{text}");
    for part in [message, help] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn each_value_is_checked() {
    mistake("cash: nan", "`cash` is `nan`", "expected an amount above 0");
    mistake("taker_fee: 1", "`taker_fee` is `1`", "a share from 0 up to 1");
    mistake("min_notional: -1", "`min_notional` is `-1`", "0 for none");
    mistake("lot: -1", "`lot` is `-1`", "0 for none");
    mistake("warm_up: many", "`warm_up` is `many`", "a whole number of candles");
    mistake("silence: 90", "`silence` is `90`", "a span such as 90s");
    mistake("fee_charged_in: base", "`base` is no place for a fee", "write quote");
    mistake("mode: dream", "`dream` is no mode", "mode: paper");
    mistake("size: big", "`big` is not a size", "size: 50%");
    mistake("params: {length: long}", "the param `length` is not a number", "`length: 20`");
    mistake("params: {lenght: 20}", "lenght", "strategy.yaml has mistakes");
    mistake("cash: [1]", "`cash` is a list", "cash: 10000");
}

#[test]
fn the_strategy_must_fit() {
    let check = |strategy: &str, config: &str, expected: &str| {
        let desk = Desk::new(strategy, config);
        let (code, text) = said(&desk);
        assert!(code == Some(1) && text.contains(expected), "{text}");
    };
    check("name: x\ntimeframe: 1h\nshort:\n  enter: close > open\n", "", "has no `long` rules");
    check("name: x\ntimeframe: 1h\nlong:\n  enter: close > open\n", "size: risk 1%", "a size by risk needs a stop");
    check("name: x\ntimeframe: 1h\nlong:\n  enter: close >\n", "", "strategy.yaml:4:");
    check(
        "name: x\ntimeframe: 1h\nlong:\n  enter: close > sma(close, 20)\n",
        "warm_up: 5",
        "`warm_up: 5` is too little",
    );
}

#[test]
fn a_good_config_tells_what_would_be_traded() {
    let desk = Desk::new(BUSY, "cash: 500\nsize: risk 1%\nwarm_up: 700");
    let (code, text) = said(&desk);
    assert_eq!(code, Some(0), "{text}");
    for part in ["busy BTC/USDT", "500.00 USDT, risk 1% of it", "binance BTC/USDT 1m, 700 candles"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}
