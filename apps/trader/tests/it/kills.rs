//! Killed in any moment, a trader that writes a stream loses no closed candle, and changes none, and none is without its origin.
//!
//! `SOAK_KILLS` says how often all commands together are killed, of which this takes its share, and `SOAK_SEED` draws
//! other moments.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Duration;

use market::{Candle, find_holes};
use rusqlite::Connection;

use crate::harness::{BUSY, Desk, Simulator};

const ACCOUNT: &str = "busy BTC/USDT";
/// Of the kills, in percent.
const SHARE: u64 = 20;
/// A life is shorter: some end before the stream is up, most while it is written.
const LONGEST_LIFE: Duration = Duration::from_millis(1_200);

/// Open times, and the bits of open, high, low, close and volume.
type Rows = BTreeMap<i64, [u64; 5]>;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

fn bits(candle: &Candle) -> (i64, [u64; 5]) {
    let Candle { open_time_ms, open, high, low, close, volume } = *candle;
    (open_time_ms, [open, high, low, close, volume].map(f64::to_bits))
}

/// The closed candles of a store that is whole.
#[track_caller]
fn closed(desk: &Desk) -> Rows {
    if !desk.db().exists() {
        return Rows::new();
    }
    let check: String =
        Connection::open(desk.db()).unwrap().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    let store = db::Store::open_existing(desk.db()).unwrap();
    let series = market::Series::new("binance", "BTC/USDT".parse().unwrap(), market::Timeframe::M1);
    let rows: Rows = store.candles(&series, None, None).unwrap().iter().map(|candle| bits(&candle)).collect();
    let stretches = store.origins(&db::Place::of(&series, db::Data::Candles)).unwrap();
    assert_eq!(stretches.iter().map(|one| one.rows).sum::<u64>(), rows.len() as u64, "no row without its origin");
    assert!(stretches.iter().all(|one| ["rest", "stream"].contains(&one.source.as_str())), "{stretches:?}");
    rows
}

/// What the exchange has from `since_ms` on.
fn truth(simulator: &Simulator, since_ms: i64, to_ms: i64) -> Rows {
    let (mut rows, mut next_ms) = (Rows::new(), since_ms);
    while next_ms <= to_ms {
        for row in simulator.klines(next_ms) {
            let number = |column: usize| row[column].as_str().unwrap().parse::<f64>().unwrap().to_bits();
            rows.insert(row[0].as_i64().unwrap(), std::array::from_fn(|column| number(column + 1)));
        }
        next_ms = rows.last_key_value().unwrap().0 + 60_000;
    }
    rows
}

#[test]
fn a_trader_killed_at_any_moment_loses_no_closed_candle() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    let (kills, seed) = ((number("SOAK_KILLS", 50) * SHARE).div_ceil(100), number("SOAK_SEED", 1));
    println!("SOAK_SEED={seed}");
    let (mut dice, mut seen) = (fastrand::Rng::with_seed(seed), Rows::new());
    for _ in 0..kills {
        let trader = desk.start(&simulator);
        sleep(LONGEST_LIFE.mul_f64(dice.f64()));
        trader.kill();
        let rows = closed(&desk);
        for (time_ms, values) in &seen {
            assert_eq!(rows.get(time_ms), Some(values), "the candle at {time_ms} is lost or changed");
        }
        seen = rows;
    }
    let trader = desk.start(&simulator);
    let before = desk.booked(ACCOUNT);
    desk.wait_for(ACCOUNT, before + 5);
    trader.terminate();
    let rows = closed(&desk);
    let (first_ms, last_ms) = (*rows.first_key_value().unwrap().0, *rows.last_key_value().unwrap().0);
    let times: Vec<i64> = rows.keys().copied().collect();
    assert_eq!(find_holes(&times, market::Timeframe::M1), [], "the next run finishes the job");
    let truth = truth(&simulator, first_ms, last_ms);
    for (time_ms, values) in &rows {
        assert_eq!(truth.get(time_ms), Some(values), "the candle at {time_ms}");
    }
}
