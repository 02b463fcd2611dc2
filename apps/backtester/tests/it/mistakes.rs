//! Mistakes a user makes: each gets one clear error.

use market::Timeframe;

use super::{Desk, SMA_CROSS, waves};

#[track_caller]
fn check(strategy: &str, args: &[&str], parts: &[&str]) {
    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, waves(100));
    let strategy = desk.write("x.yaml", strategy);
    desk.run(&strategy, args).fails_with(parts);
}

#[test]
fn wrong_arguments() {
    let btc = ["--symbol", "BTC/USDT"];
    let with = |more: &[&'static str]| -> Vec<&'static str> { btc.iter().chain(more).copied().collect() };
    check(SMA_CROSS, &["--symbol", "BTCUSDT"], &["`BTCUSDT` is not a symbol", "BTC/USDT"]);
    check(
        SMA_CROSS,
        &["--symbol", "ETH/USDT"],
        &["no candles of binance ETH/USDT 1h", "stored: binance BTC/USDT 1h", "backfiller fetch"],
    );
    check(SMA_CROSS, &with(&["--exchange", "kraken"]), &["no candles of kraken BTC/USDT 1h"]);
    check(
        SMA_CROSS,
        &with(&["--from", "2020-01-01", "--to", "2020-02-01"]),
        &["no candle of", "stored are those from 2024-01-01"],
    );
    check(SMA_CROSS, &with(&["--from", "2024-02-01", "--to", "2024-01-01"]), &["the range is empty"]);
    check(SMA_CROSS, &with(&["--from", "yesterday"]), &["`yesterday` is not a time", "90d"]);
    check(SMA_CROSS, &with(&["--set", "quick=3"]), &["`quick` cannot be set", "fast, slow"]);
    check(SMA_CROSS, &with(&["--set", "fast"]), &["NAME=NUMBER"]);
    check(SMA_CROSS, &with(&["--size", "2"]), &["`2` is not a size"]);
    check(SMA_CROSS, &with(&["--size", "risk 1%"]), &["needs a stop"]);
    check(SMA_CROSS, &with(&["--taker-fee", "1.5"]), &["taker fee is 1.5", "0.001"]);
    check(SMA_CROSS, &with(&["--cash", "-5"]), &["cash is -5"]);
    check(SMA_CROSS, &["--symbol", "btc/usdt"], &["did you mean binance BTC/USDT 1h?"]);
    check(SMA_CROSS, &with(&["--html", "-"]), &["a file of its own"]);
    check(SMA_CROSS, &with(&["--html", "/proc/nowhere/x.html"]), &["/proc/nowhere/x.html cannot be written"]);
}

/// A time in milliseconds where seconds are due, as another program may write it.
#[test]
fn a_time_of_another_unit_is_told() {
    let desk = Desk::new();
    let stray = waves(1).map(|candle| market::Candle { open_time_ms: 1_782_000_000_000_000, ..candle });
    desk.store("BTC/USDT", Timeframe::H1, waves(100).chain(stray));
    let strategy = desk.write("x.yaml", SMA_CROSS);
    for args in [&["--symbol", "BTC/USDT"][..], &["--symbol", "BTC/USDT", "--from", "2024-01-02", "--no-record"]] {
        desk.run(&strategy, args).fails_with(&["error: ", "has a row that another program wrote", "1782000000000"]);
    }
}

#[test]
fn wrong_strategy_files() {
    let btc = ["--symbol", "BTC/USDT"];
    check(
        &SMA_CROSS.replace("sma(", "smaa("),
        &btc,
        &["x.yaml has 2 mistakes", "unknown function `smaa`", "x.yaml:7:10"],
    );
    check(
        &SMA_CROSS.replace("sma(close, slow)", "sma(close, slow) @ 4h"),
        &btc,
        &["reads binance BTC/USDT 4h candles too", "backfiller fetch"],
    );
    check(&SMA_CROSS.replace("long:", "short:"), &btc, &["only goes short"]);
    check("", &btc, &["the file is empty"]);
}

#[test]
fn missing_files() {
    let desk = Desk::new();
    let strategy = desk.write("x.yaml", SMA_CROSS);
    desk.run(&strategy, &["--symbol", "BTC/USDT"]).fails_with(&["x.db", "backfiller"]);
    desk.run(&desk.path("y.yaml"), &["--symbol", "BTC/USDT"]).fails_with(&["y.yaml cannot be read"]);
    desk.write("x.db", "this is no database, whatever its name says");
    desk.run(&strategy, &["--symbol", "BTC/USDT"]).fails_with(&["x.db"]);
    assert_eq!(testkit::read_text(&desk.path("x.db")), "this is no database, whatever its name says");
}
