//! A law: whatever the order in which backfill and streams write, a closed candle is never lost
//! or changed, and half a candle is completed by the next closed one.

use std::collections::BTreeMap;
use std::sync::Mutex;

use db::{Data, Place, Store};
use market::Candle;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::{candle, rest, series};

const CONNECTIONS: usize = 3;

#[derive(Debug, Clone)]
enum Step {
    Forming(Candle),
    Closed(Candle),
    Backfill(Vec<Candle>),
}

fn candles() -> impl Strategy<Value = Candle> {
    (0..5_i64, 1..4_u8).prop_map(|(minute, value)| candle(minute, f64::from(value)))
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    let step = prop_oneof![
        candles().prop_map(Step::Forming),
        candles().prop_map(Step::Closed),
        prop::collection::vec(candles(), 0..5).prop_map(Step::Backfill),
    ];
    prop::collection::vec((0..CONNECTIONS, step), 1..30)
}

/// One file for all cases, a series for each: a case costs no new database.
struct Bench {
    _folder: TempDir,
    stores: Vec<Store>,
    cases: u32,
}

#[test]
fn a_closed_candle_is_never_lost_or_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let stores = (0..CONNECTIONS).map(|_| Store::open(&path).unwrap()).collect();
    let bench = Mutex::new(Bench { _folder: folder, stores, cases: 0 });
    proptest!(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) }, |(steps in steps())| {
        let mut bench = bench.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        bench.cases += 1;
        let series = series(&format!("C{}/USDT", bench.cases));
        let mut first_closed = BTreeMap::new();
        let mut forming = BTreeMap::new();
        for (connection, step) in steps {
            let store = &mut bench.stores[connection];
            match step {
                Step::Forming(candle) => {
                    store.put_forming(&series, &candle).unwrap();
                    forming.insert(candle.open_time_ms, candle);
                }
                Step::Closed(candle) => {
                    store.put_closed(&series, &candle, 0).unwrap();
                    first_closed.entry(candle.open_time_ms).or_insert(candle);
                }
                Step::Backfill(candles) => {
                    store.insert_closed(&series, &candles, &rest()).unwrap();
                    for candle in candles {
                        first_closed.entry(candle.open_time_ms).or_insert(candle);
                    }
                }
            }
            // Each connection sees it at once.
            let seen = bench.stores[(connection + 1) % CONNECTIONS].candles(&series, None, None).unwrap();
            prop_assert!(seen.iter().eq(first_closed.values().copied()));
        }
        let stretches = bench.stores[0].origins(&Place::of(&series, Data::Candles)).unwrap();
        prop_assert_eq!(stretches.iter().map(|one| one.rows).sum::<u64>(), first_closed.len() as u64);
        forming.retain(|time, _| !first_closed.contains_key(time));
        let status = bench.stores[0].status().unwrap().into_iter().find(|status| status.series == series);
        let newest = forming.last_key_value().filter(|(time, _)| first_closed.keys().all(|closed| closed < *time));
        if let (Some((_, candle)), Some(status)) = (newest, &status) {
            prop_assert_eq!((status.last, status.last_is_closed), (*candle, false));
        }
        prop_assert_eq!(status.map_or(0, |status| status.rows), (first_closed.len() + forming.len()) as u64);
    });
}
