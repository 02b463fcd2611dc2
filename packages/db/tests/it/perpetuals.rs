//! Mark prices and funding rates: what goes in comes out, and nothing that is there changes.

use db::{Cause, Data, DbError, FundingStatus, Gap, Inserted, Place, Proof};
use market::{Candle, Candles, FundingRate, Symbol, Timeframe};
use rusqlite::Connection;

use crate::{candle, new_store, rest, series};

const PERPETUAL: &str = "BTC/USDT:USDT";

/// What is stored of [`candle`] as a mark price.
fn mark(minute: i64, value: f64) -> Candle {
    Candle { volume: 0.0, ..candle(minute, value) }
}

fn rate(hour: i64, rate: f64) -> FundingRate {
    FundingRate { time_ms: hour * 3_600_000, rate }
}

fn symbol() -> Symbol {
    PERPETUAL.parse().unwrap()
}

#[track_caller]
fn check_marks(from_ms: Option<i64>, to_ms: Option<i64>, minutes: &[i64]) {
    let (_folder, mut store) = new_store();
    let btc = series(PERPETUAL);
    store.insert_closed(&btc, &[candle(2, 7.0)], &rest()).unwrap();
    store.insert_marks(&series("A/B:B"), &[candle(2, 9.0)], &rest()).unwrap();
    store.insert_marks(&btc, &[candle(3, 3.0), candle(1, 1.0), candle(2, 2.0)], &rest()).unwrap();
    let expected: Candles = minutes.iter().map(|&minute| mark(minute, minute as f64)).collect();
    assert_eq!(store.marks(&btc, from_ms, to_ms).unwrap(), expected);
    assert_eq!(store.candles(&btc, None, None).unwrap().len(), 1, "candles of trades are another table");
}

#[test]
fn ranges_of_marks_are_half_open_and_rising() {
    check_marks(None, None, &[1, 2, 3]);
    check_marks(Some(60_000), Some(180_000), &[1, 2]);
    check_marks(Some(60_001), Some(180_001), &[2, 3]);
    check_marks(Some(i64::MIN), Some(i64::MAX), &[1, 2, 3]);
    check_marks(Some(180_001), None, &[]);
    check_marks(Some(180_000), Some(0), &[]);
}

#[test]
fn a_mark_that_is_there_stays() {
    let (_folder, mut store) = new_store();
    let btc = series(PERPETUAL);
    assert_eq!(
        store.insert_marks(&btc, &[candle(1, 1.0)], &rest()).unwrap(),
        Inserted { new: 1, ..Inserted::default() }
    );
    let inserted = store.insert_marks(&btc, &[candle(1, 7.0), candle(2, 2.0)], &rest()).unwrap();
    assert_eq!(inserted, Inserted { new: 1, completed: 0, known: 1 });
    assert_eq!(store.marks(&btc, None, None).unwrap(), [mark(1, 1.0), mark(2, 2.0)].into_iter().collect());
}

#[test]
fn the_timeframes_of_marks_are_told_shortest_first() {
    let (_folder, mut store) = new_store();
    assert_eq!(store.mark_timeframes("binance", &symbol()).unwrap(), []);
    for (name, timeframe) in [(PERPETUAL, Timeframe::H1), (PERPETUAL, Timeframe::M1), ("A/B:B", Timeframe::D1)] {
        store.insert_marks(&market::Series { timeframe, ..series(name) }, &[candle(0, 1.0)], &rest()).unwrap();
    }
    store
        .insert_closed(&market::Series { timeframe: Timeframe::M5, ..series(PERPETUAL) }, &[candle(0, 1.0)], &rest())
        .unwrap();
    assert_eq!(store.mark_timeframes("binance", &symbol()).unwrap(), [Timeframe::M1, Timeframe::H1]);
    assert_eq!(store.mark_timeframes("okx", &symbol()).unwrap(), []);
}

#[test]
fn a_batch_with_an_impossible_mark_is_refused_whole() {
    let (_folder, mut store) = new_store();
    let btc = series(PERPETUAL);
    for bad in [candle(2, f64::NAN), candle(2, -1.0), Candle { open_time_ms: 61_000, ..candle(2, 1.0) }] {
        let error = store.insert_marks(&btc, &[candle(1, 1.0), bad], &rest()).unwrap_err();
        assert!(matches!(error, DbError::BadCandle { .. }), "{error}");
    }
    assert!(store.marks(&btc, None, None).unwrap().is_empty());
}

#[track_caller]
fn check_funding(from_ms: Option<i64>, to_ms: Option<i64>, hours: &[i64]) {
    let (_folder, mut store) = new_store();
    store.insert_funding("binanceusdm", &"A/B:B".parse().unwrap(), &[rate(8, 0.9)], &rest()).unwrap();
    store.insert_funding("okx", &symbol(), &[rate(8, 0.9)], &rest()).unwrap();
    store.insert_funding("binanceusdm", &symbol(), &[rate(24, 0.24), rate(8, 0.08), rate(16, 0.16)], &rest()).unwrap();
    let expected: Vec<_> = hours.iter().map(|&hour| rate(hour, hour as f64 / 100.0)).collect();
    assert_eq!(store.funding("binanceusdm", &symbol(), from_ms, to_ms).unwrap(), expected);
}

#[test]
fn ranges_of_funding_are_half_open_and_rising() {
    const H: i64 = 3_600_000;
    check_funding(None, None, &[8, 16, 24]);
    check_funding(Some(8 * H), Some(24 * H), &[8, 16]);
    check_funding(Some(8 * H + 1), Some(24 * H + 1), &[16, 24]);
    check_funding(Some(i64::MIN), Some(i64::MAX), &[8, 16, 24]);
    check_funding(Some(24 * H + 1), None, &[]);
    check_funding(Some(24 * H), Some(0), &[]);
}

#[test]
fn a_rate_that_is_there_stays() {
    let (_folder, mut store) = new_store();
    let late = FundingRate::new(8 * 3_600_000 + 5, -4.014e-05);
    store.insert_funding("binanceusdm", &symbol(), &[late], &rest()).unwrap();
    let inserted = store.insert_funding("binanceusdm", &symbol(), &[rate(8, 0.5), rate(9, 0.1)], &rest()).unwrap();
    assert_eq!(inserted, Inserted { new: 1, completed: 0, known: 1 });
    let stored = store.funding("binanceusdm", &symbol(), None, None).unwrap();
    assert_eq!(stored, [rate(8, -4.014e-05), rate(9, 0.1)]);
    // The table is for others to read too: seconds of the whole minute.
    let timestamp = "SELECT min(timestamp) FROM funding_rates WHERE symbol = 'BTC/USDT:USDT'";
    let timestamp: i64 = Connection::open(store.path()).unwrap().query_row(timestamp, [], |row| row.get(0)).unwrap();
    assert_eq!(timestamp, 8 * 3_600);
}

#[test]
fn a_batch_with_an_impossible_rate_is_refused_whole() {
    let (_folder, mut store) = new_store();
    for bad in [rate(2, f64::NAN), rate(2, 1.0), FundingRate { time_ms: 1, rate: 0.0 }] {
        let error = store.insert_funding("binanceusdm", &symbol(), &[rate(1, 0.1), bad], &rest()).unwrap_err();
        assert!(matches!(error, DbError::BadFunding { .. }), "{error}");
    }
    assert!(store.funding("binanceusdm", &symbol(), None, None).unwrap().is_empty());
}

#[test]
fn a_store_of_an_older_program_gets_the_tables() {
    let (_folder, mut store) = new_store();
    store.insert_closed(&series("BTC/USDT"), &[candle(1, 1.0)], &rest()).unwrap();
    let path = store.path().to_owned();
    drop(store);
    let undone =
        "DROP VIEW coverage; DROP VIEW candles_latest; DROP VIEW series; DROP TABLE origins; DROP TABLE limits; DROP TABLE quarantine; DROP TABLE trials; DROP TABLE runs; DROP TABLE mark_prices; DROP TABLE funding_rates;
                  DROP TABLE gaps; CREATE TABLE gaps (exchange TEXT, symbol TEXT, timeframe TEXT, from_s INTEGER,
                      to_s INTEGER, cause TEXT, found_at_s INTEGER);
                  DELETE FROM refinery_schema_history WHERE version >= 4";
    Connection::open(&path).unwrap().execute_batch(undone).unwrap();
    let mut store = db::Store::open_existing(&path).unwrap();
    store.insert_marks(&series(PERPETUAL), &[candle(1, 1.0)], &rest()).unwrap();
    store.insert_funding("binanceusdm", &symbol(), &[rate(1, 0.1)], &rest()).unwrap();
    assert_eq!(store.candles(&series("BTC/USDT"), None, None).unwrap().len(), 1);
}

#[test]
fn the_status_tells_holes_of_marks_and_funding() {
    let (_folder, mut store) = new_store();
    assert!(store.mark_status().unwrap().is_empty() && store.funding_status().unwrap().is_empty());
    let (btc, eth) = (series(PERPETUAL), series("ETH/USDT:USDT"));
    store.insert_closed(&series("A/B"), &[candle(1, 1.0)], &rest()).unwrap();
    store.insert_marks(&eth, &[candle(4, 4.0)], &rest()).unwrap();
    store.insert_marks(&btc, &[candle(1, 1.0), candle(3, 3.0)], &rest()).unwrap();
    let status = store.mark_status().unwrap();
    assert_eq!(status.iter().map(|status| &status.series).collect::<Vec<_>>(), [&btc, &eth]);
    let found = &status[0];
    assert_eq!((found.rows, found.missing(), found.last, found.last_is_closed), (2, 1, mark(3, 3.0), true));
    assert_eq!(store.status().unwrap().len(), 1);

    store.insert_funding("okx", &symbol(), &[rate(3, 0.3)], &rest()).unwrap();
    store.insert_funding("binanceusdm", &symbol(), &[rate(0, 0.1), rate(8, 0.2), rate(17, 0.3)], &rest()).unwrap();
    let status = store.funding_status().unwrap();
    let expected = FundingStatus {
        exchange: "binanceusdm".to_owned(),
        symbol: symbol(),
        rows: 3,
        first: rate(0, 0.1),
        last: rate(17, 0.3),
        holes: vec![(8 * 3_600_000, 17 * 3_600_000)],
    };
    assert_eq!((status.len(), &status[0]), (2, &expected));
    assert_eq!((status[1].exchange.as_str(), status[1].holes.len()), ("okx", 0));
}

#[test]
fn a_fetch_of_marks_goes_on_before_the_first_hole() {
    let (_folder, mut store) = new_store();
    let btc = series(PERPETUAL);
    let resume = |store: &db::Store, minute: i64| store.resume_marks_ms(&btc, minute * 60_000).unwrap() / 60_000;
    assert_eq!(resume(&store, 1), 1);
    store.insert_marks(&btc, &[1, 2, 3, 5].map(|minute| candle(minute, 1.0)), &rest()).unwrap();
    store.insert_closed(&btc, &[candle(4, 1.0)], &rest()).unwrap();
    for (from, expected) in [(0, 0), (1, 3), (3, 3), (4, 4), (5, 5), (6, 6)] {
        assert_eq!(resume(&store, from), expected, "{from}");
    }
    // What is explained is stepped over, and gaps of candles explain nothing.
    let proof = || Proof { how: "asked twice".to_owned(), at_ms: 0 };
    let gap = |cause| Gap { from_ms: 4 * 60_000, to_ms: 5 * 60_000, cause, found_at_ms: 0, proof: Some(proof()) };
    store.put_gaps(&Place::of(&btc, Data::Candles), &[gap(Cause::Absent)]).unwrap();
    assert_eq!(resume(&store, 1), 3);
    store.put_gaps(&Place::of(&btc, Data::Mark), &[gap(Cause::Absent)]).unwrap();
    assert_eq!(resume(&store, 1), 5);
    assert_eq!(store.mark_ends_ms(&btc).unwrap(), Some((60_000, 5 * 60_000)));
    assert_eq!(store.mark_ends_ms(&series("ETH/USDT:USDT")).unwrap(), None);
}
