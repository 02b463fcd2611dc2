//! Many connections at once: nobody sees a lock, nothing is lost.

use std::thread;

use db::Store;
use market::Candle;

use crate::{candle, new_store, rest, series};

const WRITERS: i64 = 4;
const ROUNDS: i64 = 40;
const BATCH: i64 = 50;

/// The candles of a round: one half is only this writer's, the other half is everyone's.
fn batch(writer: i64, round: i64) -> Vec<Candle> {
    let minute = |i: i64| {
        if i % 2 == 0 { (round * BATCH + i) * (WRITERS + 1) } else { (round * BATCH + i) * (WRITERS + 1) + 1 + writer }
    };
    (0..BATCH).map(|i| candle(minute(i), (minute(i) + 1) as f64)).collect()
}

#[test]
fn writers_wait_their_turn_and_readers_never() {
    let (_folder, store) = new_store();
    let btc = series("BTC/USDT");
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (path, btc) = (store.path(), &btc);
            scope.spawn(move || {
                let mut store = Store::open(path).unwrap();
                for round in 0..ROUNDS {
                    let batch = batch(writer, round);
                    store.put_forming(btc, &Candle { volume: 0.5, ..batch[0] }).unwrap();
                    store.put_closed(btc, &batch[1], 0).unwrap();
                    store.insert_closed(btc, &batch, &rest()).unwrap();
                }
            });
        }
        for _ in 0..2 {
            let (path, btc) = (store.path(), &btc);
            scope.spawn(move || {
                let store = Store::open_existing(path).unwrap();
                let mut seen = 0;
                for _ in 0..ROUNDS {
                    let candles = store.candles(btc, None, None).unwrap();
                    assert!(candles.len() >= seen, "a closed candle went away");
                    assert!(candles.open_time_ms.is_sorted());
                    seen = candles.len();
                    store.status().unwrap();
                }
            });
        }
    });
    let stored = store.candles(&btc, None, None).unwrap();
    let mut expected: Vec<Candle> = (0..WRITERS).flat_map(|w| (0..ROUNDS).flat_map(move |r| batch(w, r))).collect();
    expected.sort_by_key(|candle| candle.open_time_ms);
    expected.dedup();
    assert!(stored.iter().eq(expected));
}
