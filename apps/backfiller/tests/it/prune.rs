//! What `prune` lets go, and what it keeps for whom.

use std::time::{SystemTime, UNIX_EPOCH};

use db::{Account, Store};
use market::{Candle, Series, Symbol, Timeframe};

use crate::run::{Desk, stderr};

const HOUR_MS: i64 = 3_600_000;

/// A strategy that needs the last `slow` hours, and as many days as `days`.
fn strategy(name: &str, slow: u32, days: u32) -> String {
    format!(
        "name: {name}\nabout: A test.\ntimeframe: 1h\nlong:\n  enter: close > sma(close, {slow}) and close > sma(close, {days})@1d\n"
    )
}

/// When the newest whole hour began, and a desk with 20,000 hours up to it, their days, and their mark prices.
fn desk() -> (Desk, i64) {
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let newest_ms = Timeframe::H1.open_of(now_ms) - HOUR_MS;
    let desk = Desk::new();
    let mut store = Store::open(desk.db()).unwrap();
    let candle = |open_time_ms| Candle { open_time_ms, open: 1.0, high: 1.0, low: 1.0, close: 1.0, volume: 1.0 };
    let hours: Vec<Candle> = (0..20_000).rev().map(|hour| candle(newest_ms - hour * HOUR_MS)).collect();
    store.insert_closed(&series(Timeframe::H1), &hours, &db::Origin::rest(0)).unwrap();
    store.insert_marks(&series(Timeframe::H1), &hours, &db::Origin::rest(0)).unwrap();
    let newest_day_ms = Timeframe::D1.open_of(now_ms) - 24 * HOUR_MS;
    let days: Vec<Candle> = (0..800).rev().map(|day| candle(newest_day_ms - day * 24 * HOUR_MS)).collect();
    store.insert_closed(&series(Timeframe::D1), &days, &db::Origin::rest(0)).unwrap();
    (desk, newest_ms)
}

fn series(timeframe: Timeframe) -> Series {
    Series::new("binanceusdm", "BTC/USDT:USDT".parse().unwrap(), timeframe)
}

/// Hours, days and mark prices that are there.
fn rows(desk: &Desk) -> [usize; 3] {
    let store = Store::open_existing(desk.db()).unwrap();
    let candles = |timeframe| store.candles(&series(timeframe), None, None).unwrap().len();
    [candles(Timeframe::H1), candles(Timeframe::D1), store.marks(&series(Timeframe::H1), None, None).unwrap().len()]
}

/// Prunes, first to see; gives what is there then.
#[track_caller]
fn prune(desk: &Desk, args: &[&str]) -> [usize; 3] {
    let before = rows(desk);
    let args = [&["prune"], args].concat();
    let told = desk.json(&[&args[..], &["--dry-run"]].concat());
    assert_eq!(rows(desk), before);
    let done = desk.json(&args);
    assert_eq!(told["series"], done["series"]);
    let after = rows(desk);
    let gone = before.iter().sum::<usize>() - after.iter().sum::<usize>();
    assert_eq!(done["rows"].as_u64(), Some(gone as u64));
    after
}

#[test]
fn what_is_older_than_the_rule_goes() {
    let (desk, _) = desk();
    assert_eq!(prune(&desk, &["--keep", "1h=9y", "--keep", "1m=1d"]), [20_000, 800, 20_000]);
    assert_eq!(prune(&desk, &["--keep", "1h=100d"]), [2_400, 800, 2_400]);
    assert_eq!(prune(&desk, &["--keep", "1d=1w", "--exchange", "binanceusdm"]), [2_400, 7, 2_400]);
}

#[test]
fn a_file_says_it_and_flags_go_before_it() {
    let (desk, _) = desk();
    desk.write("retention.yaml", "keep: { 1h: 10d, 1d: 1y }\nneeds: [ long.yaml ]\n");
    desk.write("long.yaml", &strategy("long", 400, 20));
    // 400 hours are more than 10 days, and are rounded up to a power of two; one more is the newest.
    assert_eq!(prune(&desk, &["--config", "retention.yaml"]), [513, 366, 513]);
    assert_eq!(prune(&desk, &["--config", "retention.yaml", "--keep", "1d=60d"])[1], 60);
}

#[test]
fn what_a_strategy_needs_stays_however_old() {
    let (desk, _) = desk();
    desk.write("long.yaml", &strategy("long", 400, 20));
    let args = ["--keep", "1h=1h", "--keep", "1d=1d", "--needs", "long.yaml"];
    let left = prune(&desk, &args);
    assert_eq!(left[0], 513);
    // The days before the first of those hours: 21 or 22, and as many as it takes to 32.
    assert!((52..=55).contains(&left[1]), "{left:?}");
    let text = String::from_utf8(desk.run(&[&["prune"], &args[..]].concat()).stdout).unwrap();
    assert!(text.contains("more is kept for the strategy long") && text.contains("\n\n0 rows deleted"), "{text}");
}

#[test]
fn what_an_account_was_made_from_stays() {
    let (desk, newest_ms) = desk();
    let symbol: Symbol = "BTC/USDT:USDT".parse().unwrap();
    let account = Account {
        name: "mine".to_owned(),
        exchange: "binanceusdm".to_owned(),
        symbol,
        timeframe: Timeframe::H1,
        strategy: "long".to_owned(),
        strategy_hash: String::new(),
        settings: "{}".to_owned(),
        started_ms: newest_ms - 5_000 * HOUR_MS,
    };
    Store::open(desk.db()).unwrap().open_account(&account).unwrap();
    desk.write("long.yaml", &strategy("long", 400, 20));
    desk.write("short.yaml", &strategy("short", 4, 2));
    // Nobody knows what it reads: all of it stays.
    assert_eq!(prune(&desk, &["--keep", "1h=1d", "--needs", "short.yaml"]), [20_000, 800, 20_000]);
    let text = String::from_utf8(desk.run(&["prune", "--keep", "1h=1d"]).stdout).unwrap();
    assert!(text.contains("more is kept for the account mine: name its strategy long with --needs"), "{text}");
    assert_eq!(prune(&desk, &["--keep", "1h=1d", "--needs", "long.yaml"]), [5_513, 800, 5_513]);
}

#[test]
fn mistakes_delete_nothing() {
    let (desk, _) = desk();
    desk.write("bad.yaml", "keep: { 1h: soon }\n");
    desk.write("broken.yaml", "name: x\n");
    for (args, code, expected) in [
        (&["prune"] as &[&str], 2, "--keep <TIMEFRAME=AGE>"),
        (&["prune", "--keep", "1h"], 2, "expected a timeframe and an age"),
        (&["prune", "--config", "bad.yaml"], 1, "`soon` is not an age"),
        (&["prune", "--config", "none.yaml"], 1, "cannot read the config file none.yaml"),
        (&["prune", "--keep", "1h=1d", "--needs", "broken.yaml"], 1, "the strategy file broken.yaml has mistakes"),
        (&["prune", "--keep", "1h=1d", "--exchange", "binance"], 1, "nothing is stored of these timeframes"),
        (&["prune", "--keep", "1m=1d"], 1, "nothing is stored of these timeframes"),
    ] {
        let output = desk.run(args);
        assert_eq!(output.status.code(), Some(code), "{args:?}");
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
    assert_eq!(rows(&desk), [20_000, 800, 20_000]);
}
