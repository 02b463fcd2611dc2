//! Explained gaps, and where a backfill goes on.

use db::{Gap, Store};
use market::Series;

use crate::{candle, new_store, series};

const M: i64 = 60_000;

fn gap(from: i64, to: i64) -> Gap {
    Gap { from_ms: from * M, to_ms: to * M, cause: "not at the exchange".to_owned(), found_at_ms: 9_000 }
}

#[track_caller]
fn check_resume(store: &Store, series: &Series, expected: &[(i64, i64)]) {
    let found = expected.iter().map(|&(from, _)| (from, store.resume_ms(series, from * M).unwrap() / M));
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

#[test]
fn a_backfill_goes_on_at_the_newest_candle_before_a_hole() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    check_resume(&store, &btc, &[(0, 0), (5, 5)]);
    store.insert_closed(&btc, &[1, 2, 3, 5, 6].map(|minute| candle(minute, 1.0))).unwrap();
    store.put_forming(&btc, &candle(7, 1.0)).unwrap();
    check_resume(&store, &btc, &[(0, 0), (1, 3), (3, 3), (4, 4), (5, 6), (7, 7), (8, 8)]);
}

#[test]
fn explained_gaps_are_stepped_over() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    store.insert_closed(&btc, &[5, 6, 10, 11, 20].map(|minute| candle(minute, 1.0))).unwrap();
    store.put_gaps(&series("ETH/USDT"), &[gap(0, 99)]).unwrap();
    check_resume(&store, &btc, &[(0, 0), (5, 6)]);
    // From before the listing, over a hole explained in two parts, up to one that is not explained.
    store.put_gaps(&btc, &[gap(2, 5), gap(7, 9), gap(9, 10)]).unwrap();
    check_resume(&store, &btc, &[(0, 0), (2, 11), (3, 11), (6, 11), (8, 11), (12, 12)]);
    // Half an explanation leads as far as it goes.
    store.put_gaps(&btc, &[gap(12, 15)]).unwrap();
    check_resume(&store, &btc, &[(2, 15)]);
    store.put_gaps(&btc, &[gap(14, 20)]).unwrap();
    check_resume(&store, &btc, &[(2, 20)]);
    store.put_gaps(&btc, &[gap(21, 30)]).unwrap();
    check_resume(&store, &btc, &[(2, 30)]);
}

#[test]
fn a_candle_in_an_explained_gap_counts_for_more() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    store.put_gaps(&btc, &[gap(2, 5)]).unwrap();
    store.insert_closed(&btc, &[1, 3, 5].map(|minute| candle(minute, 1.0))).unwrap();
    check_resume(&store, &btc, &[(1, 5)]);
    assert_eq!(store.candles(&btc, None, None).unwrap().len(), 3);
    assert_eq!(store.status().unwrap()[0].missing(), 2, "holes are counted by the candles");
}

#[test]
fn gaps_come_back_and_the_longer_one_stays() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    assert_eq!(store.gaps(&btc).unwrap(), []);
    store.put_gaps(&btc, &[gap(7, 9), gap(1, 3)]).unwrap();
    assert_eq!(store.gaps(&btc).unwrap(), [gap(1, 3), gap(7, 9)]);
    store.put_gaps(&btc, &[gap(1, 2), gap(7, 10)]).unwrap();
    assert_eq!(store.gaps(&btc).unwrap(), [gap(1, 3), gap(7, 10)]);
}
