//! Rows of another program with times in another unit: told where somebody would work with them, and shown where somebody
//! asks what is stored.

use std::fmt::Debug;

use db::{DbError, Store};
use market::{CandleSource, FundingRate};
use rusqlite::Connection;

use crate::{candle, new_store, rest, series};

/// A time of 2026 in milliseconds, where seconds are due; one of the largest that there are; and one long before all markets.
const TIMES: [i64; 3] = [1_782_000_000_000, i64::MAX - 7, -1_782_000_000_000_000];

/// A store with candles, mark prices and funding in minutes 1 to 3, and one more row of each that another program wrote.
#[track_caller]
fn check(read: impl Fn(&Store), time: i64) {
    let (_folder, mut store) = new_store();
    let (btc, symbol) = (series("BTC/USDT"), "BTC/USDT".parse().unwrap());
    let candles = [1, 2, 3].map(|minute| candle(minute, 1.0));
    let rates = candles.map(|candle| FundingRate { time_ms: candle.open_time_ms, rate: 0.0001 });
    store.insert_closed(&btc, &candles, &rest()).unwrap();
    store.insert_marks(&btc, &candles, &rest()).unwrap();
    store.insert_funding("binance", &symbol, &rates, &rest()).unwrap();
    let other = Connection::open(store.path()).unwrap();
    let names = ["'binance', 'BTC/USDT', '1m'", "'binance', 'BTC/USDT'"];
    for sql in [
        format!("INSERT INTO ohlcv_data VALUES ({}, {time}, 1, 1, 1, 1, 1, 1)", names[0]),
        format!("INSERT INTO mark_prices VALUES ({}, {time}, 1, 1, 1, 1)", names[0]),
        format!("INSERT INTO funding_rates VALUES ({}, {time}, 0.0001)", names[1]),
    ] {
        other.execute(&sql, []).unwrap();
    }
    read(&store);
}

#[track_caller]
fn refused<T: Debug>(result: Result<T, DbError>) {
    let error = result.unwrap_err();
    assert!(matches!(error, DbError::ForeignRow { .. }), "{error:?}");
    assert!(error.to_string().contains("the size of its timestamp, which is in seconds"), "{error}");
}

#[test]
fn nobody_works_with_a_time_that_no_candle_has() {
    let (btc, symbol) = (&series("BTC/USDT"), &"BTC/USDT".parse().unwrap());
    for time in TIMES {
        check(|store| refused(store.candles(btc, None, None)), time);
        check(|store| refused(store.marks(btc, None, None)), time);
        check(|store| refused(store.mark_ends_ms(btc)), time);
        check(|store| refused(store.funding("binance", symbol, None, None)), time);
        check(|store| refused(store.last_candles(btc, 9)), time);
        check(|store| refused(store.first_closed_ms(btc).and(store.last_closed_ms(btc))), time);
    }
    for (time, n) in [(TIMES[0], 1), (TIMES[2], 9)] {
        let before = |store: &Store| {
            let source = store.of_exchange("binance");
            let error = source.open_time_before(symbol, btc.timeframe, i64::MAX, n).unwrap_err();
            assert!(error.to_string().contains("another program wrote"), "{error}");
        };
        check(before, time);
    }
}

#[test]
fn what_does_not_reach_it_goes_on() {
    let (btc, symbol) = (&series("BTC/USDT"), &"BTC/USDT".parse().unwrap());
    let (from, to) = (Some(0), Some(600_000));
    for time in TIMES {
        check(|store| assert_eq!(store.candles(btc, from, to).unwrap().len(), 3), time);
        check(|store| assert_eq!(store.marks(btc, from, to).unwrap().len(), 3), time);
        check(|store| assert_eq!(store.funding("binance", symbol, from, to).unwrap().len(), 3), time);
        check(|store| assert_eq!(store.run_end_ms(btc, 60_000).unwrap(), Some(180_000)), time);
    }
}

#[test]
fn what_is_stored_is_told_with_it() {
    let (btc, symbol) = (&series("BTC/USDT"), &"BTC/USDT".parse().unwrap());
    for time in TIMES {
        check(|store| assert_eq!(store.status_of(btc).unwrap().unwrap().rows, 4), time);
        check(|store| assert_eq!(store.mark_status_of(btc).unwrap().unwrap().rows, 4), time);
        check(|store| assert_eq!(store.funding_status_of("binance", symbol).unwrap().unwrap().rows, 4), time);
        check(|store| assert_eq!(store.candles_from(btc, i64::MIN, 9).unwrap().len(), 4), time);
        check(|store| assert_eq!(store.marks_from(btc, i64::MIN, 9).unwrap().len(), 4), time);
        check(|store| assert!(store.closed_ends_ms(btc).unwrap().is_some()), time);
    }
}
