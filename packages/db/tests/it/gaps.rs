//! Explained gaps, and where a backfill goes on.

use db::{Cause, Data, Gap, Place, Proof, Store};
use market::Series;

use crate::{candle, new_store, rest, series};

const M: i64 = 60_000;

fn gap(from: i64, to: i64) -> Gap {
    let proof = Some(Proof { how: "asked twice".to_owned(), at_ms: 8_000 });
    Gap { from_ms: from * M, to_ms: to * M, cause: Cause::Absent, found_at_ms: 9_000, proof }
}

fn failed(from: i64, to: i64) -> Gap {
    Gap { cause: Cause::FetchFailed, proof: None, ..gap(from, to) }
}

/// Where the candles of a symbol go.
fn place(symbol: &str) -> Place {
    Place::of(&series(symbol), Data::Candles)
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
    store.insert_closed(&btc, &[1, 2, 3, 5, 6].map(|minute| candle(minute, 1.0)), &rest()).unwrap();
    store.put_forming(&btc, &candle(7, 1.0)).unwrap();
    check_resume(&store, &btc, &[(0, 0), (1, 3), (3, 3), (4, 4), (5, 6), (7, 7), (8, 8)]);
}

#[test]
fn explained_gaps_are_stepped_over() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    store.insert_closed(&btc, &[5, 6, 10, 11, 20].map(|minute| candle(minute, 1.0)), &rest()).unwrap();
    store.put_gaps(&place("ETH/USDT"), &[gap(0, 99)]).unwrap();
    check_resume(&store, &btc, &[(0, 0), (5, 6)]);
    // From before the listing, over a hole explained in two parts, up to one that is not explained.
    store.put_gaps(&place("BTC/USDT"), &[gap(2, 5), gap(7, 9), gap(9, 10)]).unwrap();
    check_resume(&store, &btc, &[(0, 0), (2, 11), (3, 11), (6, 11), (8, 11), (12, 12)]);
    // Half an explanation leads as far as it goes.
    store.put_gaps(&place("BTC/USDT"), &[gap(12, 15)]).unwrap();
    check_resume(&store, &btc, &[(2, 15)]);
    store.put_gaps(&place("BTC/USDT"), &[gap(14, 20)]).unwrap();
    check_resume(&store, &btc, &[(2, 20)]);
    store.put_gaps(&place("BTC/USDT"), &[gap(21, 30)]).unwrap();
    check_resume(&store, &btc, &[(2, 30)]);
}

#[test]
fn a_candle_in_an_explained_gap_counts_for_more() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    store.put_gaps(&place("BTC/USDT"), &[gap(2, 5)]).unwrap();
    store.insert_closed(&btc, &[1, 3, 5].map(|minute| candle(minute, 1.0)), &rest()).unwrap();
    check_resume(&store, &btc, &[(1, 5)]);
    assert_eq!(store.candles(&btc, None, None).unwrap().len(), 3);
    assert_eq!(store.status().unwrap()[0].missing(), 2, "holes are counted by the candles");
}

#[test]
fn gaps_come_back_and_the_longer_one_stays() {
    let (_folder, mut store) = new_store();
    assert_eq!(store.gaps(&place("BTC/USDT")).unwrap(), []);
    store.put_gaps(&place("BTC/USDT"), &[gap(7, 9), gap(1, 3)]).unwrap();
    assert_eq!(store.gaps(&place("BTC/USDT")).unwrap(), [gap(1, 3), gap(7, 9)]);
    store.put_gaps(&place("BTC/USDT"), &[gap(1, 2), gap(7, 10)]).unwrap();
    assert_eq!(store.gaps(&place("BTC/USDT")).unwrap(), [gap(1, 3), gap(7, 10)]);
}

#[test]
fn what_is_not_proven_explains_nothing_and_is_asked_for_again() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    store.insert_closed(&btc, &[1, 2, 5, 6].map(|minute| candle(minute, 1.0)), &rest()).unwrap();
    store.put_gaps(&place("BTC/USDT"), &[failed(3, 5), failed(7, 9)]).unwrap();
    assert_eq!(store.gaps(&place("BTC/USDT")).unwrap(), [failed(3, 5), failed(7, 9)]);
    check_resume(&store, &btc, &[(1, 2)]);
    // Asking in vain is no proof, whatever is written beside it.
    let mut vain = failed(3, 5);
    vain.proof = gap(3, 5).proof;
    assert!(!vain.is_explained());
    // A proof takes the place of a failure, even where it ends earlier, and no failure that of a proof.
    store.put_gaps(&place("BTC/USDT"), &[gap(3, 4), gap(4, 5)]).unwrap();
    store.put_gaps(&place("BTC/USDT"), &[failed(3, 9)]).unwrap();
    assert_eq!(store.gaps(&place("BTC/USDT")).unwrap(), [gap(3, 4), gap(4, 5), failed(7, 9)]);
    check_resume(&store, &btc, &[(1, 6)]);
}

#[test]
fn failures_are_forgotten_where_they_were_asked_for_again() {
    let (_folder, mut store) = new_store();
    let all = [failed(1, 3), gap(3, 5), failed(6, 9), failed(20, 30)];
    store.put_gaps(&place("BTC/USDT"), &all).unwrap();
    store.forget_unproven_gaps(&place("BTC/USDT"), 9 * M, 20 * M).unwrap();
    store.forget_unproven_gaps(&place("ETH/USDT"), 0, 99 * M).unwrap();
    assert_eq!(store.gaps(&place("BTC/USDT")).unwrap(), all);
    store.forget_unproven_gaps(&place("BTC/USDT"), 2 * M, 7 * M).unwrap();
    assert_eq!(store.gaps(&place("BTC/USDT")).unwrap(), [gap(3, 5), failed(20, 30)]);
}

#[test]
fn gaps_of_an_older_store_were_asked_for_twice() {
    let (folder, store) = new_store();
    drop(store);
    let path = folder.path().join("data/chandler.db");
    let older = rusqlite::Connection::open(&path).unwrap();
    older
        .execute_batch(
            "DROP TABLE origins; DROP TABLE gaps;
             CREATE TABLE gaps (exchange TEXT, symbol TEXT, timeframe TEXT, from_s INTEGER, to_s INTEGER, cause TEXT,
                 found_at_s INTEGER);
             DELETE FROM refinery_schema_history WHERE version >= 10;
             INSERT INTO gaps VALUES ('binance', 'BTC/USDT', '1m', 60, 120, 'not at the exchange', 7);
             INSERT INTO gaps VALUES ('binance', 'BTC/USDT', '1m', 120, 180, 'refused: high_low', 7);",
        )
        .unwrap();
    drop(older);
    let gaps = Store::open(&path).unwrap().gaps(&place("BTC/USDT")).unwrap();
    assert_eq!(gaps.len(), 2);
    assert!(gaps.iter().all(Gap::is_explained), "{gaps:?}");
    assert_eq!(gaps[0].proof, Some(Proof { how: "the exchange was asked twice".to_owned(), at_ms: 7_000 }));
}

#[test]
fn each_kind_has_gaps_of_its_own() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT:USDT");
    let kinds =
        [Place::of(&btc, Data::Candles), Place::of(&btc, Data::Mark), Place::of_funding(&btc.exchange, &btc.symbol)];
    for (index, kind) in (0_i64..).zip(&kinds) {
        store.put_gaps(kind, &[gap(1, 2 + index), failed(9, 10)]).unwrap();
    }
    store.forget_unproven_gaps(&kinds[1], 0, 99 * M).unwrap();
    assert_eq!(store.gaps(&kinds[0]).unwrap(), [gap(1, 2), failed(9, 10)]);
    assert_eq!(store.gaps(&kinds[1]).unwrap(), [gap(1, 3)]);
    assert_eq!(store.gaps(&kinds[2]).unwrap(), [gap(1, 4), failed(9, 10)]);
}

#[test]
fn gaps_of_an_older_store_are_those_of_candles() {
    let (folder, store) = new_store();
    drop(store);
    let path = folder.path().join("data/chandler.db");
    let older = rusqlite::Connection::open(&path).unwrap();
    older
        .execute_batch(
            "DROP TABLE gaps;
             CREATE TABLE gaps (exchange TEXT, symbol TEXT, timeframe TEXT, from_s INTEGER, to_s INTEGER, cause TEXT,
                 found_at_s INTEGER, proof TEXT, proven_at_s INTEGER);
             DELETE FROM refinery_schema_history WHERE version >= 12;
             INSERT INTO gaps VALUES ('binance', 'BTC/USDT', '1m', 60, 120, 'not at the exchange', 9, 'asked twice', 8);
             INSERT INTO gaps VALUES ('binance', 'BTC/USDT', '1m', 540, 600, 'fetch failed', 9, NULL, NULL);",
        )
        .unwrap();
    drop(older);
    let store = Store::open(&path).unwrap();
    assert_eq!(store.gaps(&place("BTC/USDT")).unwrap(), [gap(1, 2), failed(9, 10)]);
    assert_eq!(store.gaps(&Place::of(&series("BTC/USDT"), Data::Mark)).unwrap(), []);
}

#[test]
fn closed_candles_of_a_range_are_counted() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    store.insert_closed(&btc, &[1, 2, 5, 6].map(|minute| candle(minute, 1.0)), &rest()).unwrap();
    store.put_forming(&btc, &candle(7, 1.0)).unwrap();
    for (from, to, count) in [(0, 99, 4), (1, 2, 1), (2, 6, 2), (3, 5, 0), (7, 8, 0), (5, 1, 0)] {
        assert_eq!(store.count_closed(&btc, from * M, to * M).unwrap(), count, "{from} {to}");
    }
    assert_eq!(store.status_of(&btc).unwrap().unwrap().rows, 5);
    assert_eq!(store.status_of(&series("ETH/USDT")).unwrap(), None);
}
