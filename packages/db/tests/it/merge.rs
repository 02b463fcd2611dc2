//! Whole files and pages: what is new is stored, what is there is compared, nothing closed changes.

use db::{DbError, Differing, Inserted, Merged};
use market::{Candle, Candles, FundingRate};
use proptest::prelude::*;

use crate::{candle, new_store, rest, series};

#[test]
fn a_batch_is_held_against_what_is_there() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    store.insert_closed(&btc, &[candle(1, 1.0), candle(3, 3.0), candle(9, 9.0)], &rest()).unwrap();
    store.put_forming(&btc, &candle(4, 4.0)).unwrap();
    let batch = [candle(0, 5.0), candle(1, 1.0), candle(2, 2.0), candle(3, 5.0), candle(4, 5.0), candle(10, 1.0)];
    let merged = store.merge_closed(&btc, &batch, &rest()).unwrap();
    let inserted = Inserted { new: 3, completed: 1, known: 2 };
    assert_eq!(merged, Merged { inserted, differing: vec![Differing { index: 3, stored: candle(3, 3.0) }] });
    let stored = [(0, 5.0), (1, 1.0), (2, 2.0), (3, 3.0), (4, 5.0), (9, 9.0), (10, 1.0)];
    let expected: Candles = stored.iter().map(|&(minute, price)| candle(minute, price)).collect();
    assert_eq!(store.candles(&btc, None, None).unwrap(), expected);
}

#[test]
fn a_bad_candle_stores_nothing_and_no_candle_is_no_trouble() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    let bad = [candle(1, 1.0), Candle { volume: -1.0, ..candle(2, 2.0) }];
    assert!(matches!(store.merge_closed(&btc, &bad, &rest()), Err(DbError::BadCandle { .. })));
    assert!(matches!(store.merge_marks(&btc, &bad, &rest()), Err(DbError::BadCandle { .. })));
    assert!(store.candles(&btc, None, None).unwrap().is_empty());
    assert_eq!(store.merge_closed(&btc, &[], &rest()).unwrap().inserted, Inserted::default());
}

#[test]
fn mark_prices_have_no_volume_to_differ_in() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT:USDT");
    assert_eq!(store.merge_marks(&btc, &[candle(1, 1.0), candle(2, 2.0)], &rest()).unwrap().inserted.new, 2);
    let again = [Candle { volume: 7.0, ..candle(1, 1.0) }, candle(2, 5.0), candle(3, 3.0)];
    let merged = store.merge_marks(&btc, &again, &rest()).unwrap();
    assert_eq!(merged.inserted, Inserted { new: 1, completed: 0, known: 2 });
    let stored = Candle { volume: 0.0, ..candle(2, 2.0) };
    assert_eq!(merged.differing, [Differing { index: 1, stored }]);
}

#[test]
fn funding_is_compared_too() {
    let (_folder, mut store) = new_store();
    let symbol = "BTC/USDT:USDT".parse().unwrap();
    let rate = |hour: i64, rate: f64| FundingRate { time_ms: hour * 3_600_000, rate };
    assert_eq!(store.merge_funding("b", &symbol, &[rate(0, 0.1), rate(8, 0.2)], &rest()).unwrap().inserted.new, 2);
    let merged = store.merge_funding("b", &symbol, &[rate(0, 0.1), rate(8, 0.3), rate(16, 0.4)], &rest()).unwrap();
    assert_eq!(merged.inserted, Inserted { new: 1, completed: 0, known: 2 });
    assert_eq!(merged.differing, [Differing { index: 1, stored: rate(8, 0.2) }]);
    assert_eq!(store.funding("b", &symbol, None, None).unwrap(), [rate(0, 0.1), rate(8, 0.2), rate(16, 0.4)]);
}

/// Candles of some of sixteen minutes, at one of two prices.
fn batches() -> impl Strategy<Value = Vec<Vec<Candle>>> {
    let batch = proptest::collection::btree_map(0_i64..16, any::<bool>(), 0..12);
    let candles = batch.prop_map(|batch| {
        let one = |(minute, high): (i64, bool)| candle(minute, if high { 2.0 } else { 1.0 });
        batch.into_iter().map(one).collect::<Vec<_>>()
    });
    proptest::collection::vec(candles, 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Merging leaves what inserting leaves, counts as it does, and tells exactly what the store has otherwise.
    #[test]
    fn merging_is_inserting_that_looks(batches in batches()) {
        let (_folder, mut store) = new_store();
        let (merged, inserted) = (series("A/B"), series("C/D"));
        for batch in batches {
            let before = store.candles(&merged, None, None).unwrap();
            let done = store.merge_closed(&merged, &batch, &rest()).unwrap();
            prop_assert_eq!(done.inserted, store.insert_closed(&inserted, &batch, &rest()).unwrap());
            let other = |candle: &Candle| before.iter().find(|old| old.open_time_ms == candle.open_time_ms && old != candle);
            let expected: Vec<_> = batch.iter().enumerate()
                .filter_map(|(index, candle)| other(candle).map(|stored| Differing { index, stored })).collect();
            prop_assert_eq!(done.differing, expected);
            prop_assert_eq!(store.candles(&merged, None, None).unwrap(), store.candles(&inserted, None, None).unwrap());
        }
    }
}
