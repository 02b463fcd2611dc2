//! One connection: what goes in comes out, and each way in changes only what it may.

use db::{Data, DbError, Inserted, Stored};
use market::{Candle, Candles, Instrument, Ticker};
use rusqlite::Connection;

use crate::{candle, new_store, rest, series};

#[track_caller]
fn check_range(from_ms: Option<i64>, to_ms: Option<i64>, minutes: &[i64]) {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    store.insert_closed(&series("A/B"), &[candle(2, 9.0)], &rest()).unwrap();
    store.insert_closed(&btc, &[candle(3, 3.0), candle(1, 1.0), candle(2, 2.0)], &rest()).unwrap();
    store.put_forming(&btc, &candle(4, 4.0)).unwrap();
    let expected: Candles = minutes.iter().map(|&minute| candle(minute, minute as f64)).collect();
    assert_eq!(store.candles(&btc, from_ms, to_ms).unwrap(), expected);
}

#[test]
fn ranges_are_half_open_closed_only_and_rising() {
    check_range(None, None, &[1, 2, 3]);
    check_range(Some(60_000), Some(180_000), &[1, 2]);
    check_range(Some(60_001), Some(180_001), &[2, 3]);
    check_range(Some(-5), Some(60_000), &[]);
    check_range(Some(i64::MIN), Some(i64::MAX), &[1, 2, 3]);
    check_range(Some(180_001), None, &[]);
    check_range(Some(180_000), Some(0), &[]);
}

#[test]
fn the_newest_candles_and_the_ends() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    assert_eq!((store.first_closed_ms(&btc).unwrap(), store.last_closed_ms(&btc).unwrap()), (None, None));
    assert!(store.last_candles(&btc, 5).unwrap().is_empty());
    store.insert_closed(&btc, &[candle(1, 1.0), candle(2, 2.0), candle(3, 3.0)], &rest()).unwrap();
    store.put_forming(&btc, &candle(4, 4.0)).unwrap();
    assert_eq!(store.last_candles(&btc, 2).unwrap(), [candle(2, 2.0), candle(3, 3.0)].into_iter().collect());
    assert_eq!(store.last_candles(&btc, 9).unwrap().len(), 3);
    assert_eq!(store.first_closed_ms(&btc).unwrap(), Some(60_000));
    assert_eq!(store.last_closed_ms(&btc).unwrap(), Some(180_000));
}

#[test]
fn a_first_candle_is_judged_by_what_is_stored_within_three() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    store.insert_closed(&btc, &[candle(200, 1.0), candle(210, 5_000.0)], &rest()).unwrap();
    store.insert_marks(&btc, &[candle(210, 1.0)], &rest()).unwrap();
    store.put_forming(&btc, &candle(221, 1.0)).unwrap();
    let is_refused = |data, minute: i64| {
        let far = candle(minute, 5_000.0);
        store.judge_of(&btc, data, &[far]).unwrap().judge(&far).is_some()
    };
    let refused = |data| (190..230).filter(|&minute| is_refused(data, minute)).collect::<Vec<_>>();
    assert_eq!(refused(Data::Candles), [197, 198, 199, 200, 201, 202, 203]);
    assert_eq!(refused(Data::Mark), [207, 208, 209, 210, 211, 212, 213]);
    assert!(store.judge_of(&btc, Data::Candles, &[]).is_ok());
}

#[test]
fn the_end_of_a_run_without_a_hole() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    let minutes = [1, 2, 3, 5, 6].map(|minute| candle(minute, 1.0));
    store.insert_closed(&btc, &minutes, &rest()).unwrap();
    store.put_forming(&btc, &candle(7, 1.0)).unwrap();
    for (from, end) in [(0, None), (1, Some(3)), (3, Some(3)), (4, None), (5, Some(6)), (7, None), (8, None)] {
        assert_eq!(store.run_end_ms(&btc, from * 60_000).unwrap(), end.map(|minute| minute * 60_000), "{from}");
    }
}

#[test]
fn backfill_completes_half_a_candle_and_leaves_closed_ones() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    store.put_forming(&btc, &candle(2, 1.5)).unwrap();
    store.insert_closed(&btc, &[candle(1, 1.0)], &rest()).unwrap();
    let inserted = store.insert_closed(&btc, &[candle(1, 7.0), candle(2, 2.0), candle(3, 3.0)], &rest()).unwrap();
    assert_eq!(inserted, Inserted { new: 1, completed: 1, known: 1 });
    let expected: Candles = [candle(1, 1.0), candle(2, 2.0), candle(3, 3.0)].into_iter().collect();
    assert_eq!(store.candles(&btc, None, None).unwrap(), expected);
}

#[test]
fn the_stream_tells_what_became_of_a_candle() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    assert_eq!(store.put_forming(&btc, &candle(1, 1.0)).unwrap(), Stored::Written);
    assert_eq!(store.put_forming(&btc, &candle(1, 1.5)).unwrap(), Stored::Written);
    assert_eq!(store.put_closed(&btc, &candle(1, 2.0), 0).unwrap(), Stored::Written);
    assert_eq!(store.put_closed(&btc, &candle(1, 2.0), 0).unwrap(), Stored::Unchanged);
    assert_eq!(store.put_closed(&btc, &candle(1, 3.0), 0).unwrap(), Stored::Conflict(candle(1, 2.0)));
    assert_eq!(store.put_forming(&btc, &candle(1, 4.0)).unwrap(), Stored::Unchanged);
    assert_eq!(store.candles(&btc, None, None).unwrap(), [candle(1, 2.0)].into_iter().collect());
}

#[test]
fn a_correction_keeps_the_old_values() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    store.insert_closed(&btc, &[candle(1, 1.0)], &rest()).unwrap();
    store.correct(&btc, &candle(1, 2.0), "the exchange revised it", 77).unwrap();
    assert_eq!(store.candles(&btc, None, None).unwrap(), [candle(1, 2.0)].into_iter().collect());
    let kept = Connection::open(store.path()).unwrap().query_row(
        "SELECT exchange || symbol || timeframe || timestamp || why || corrected_at_ms, old_open, old_volume FROM corrections",
        [],
        |row| Ok((row.get::<_, String>(0)?, row.get::<_, f64>(1)?, row.get::<_, f64>(2)?)),
    );
    assert_eq!(kept.unwrap(), ("binanceBTC/USDT1m60the exchange revised it77".to_owned(), 1.0, 1.0));

    let error = store.correct(&btc, &candle(2, 2.0), "", 0).unwrap_err();
    assert!(matches!(error, DbError::NoCandle { open_time_ms: 120_000, .. }), "{error}");
    store.put_forming(&btc, &candle(3, 3.0)).unwrap();
    assert!(store.correct(&btc, &candle(3, 2.0), "", 0).is_err(), "a forming candle is no matter of corrections");
}

#[test]
fn a_batch_with_an_impossible_candle_is_refused_whole() {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    for bad in [candle(2, f64::NAN), candle(2, -1.0), Candle { open_time_ms: 61_000, ..candle(2, 1.0) }] {
        let error = store.insert_closed(&btc, &[candle(1, 1.0), bad], &rest()).unwrap_err();
        assert!(matches!(error, DbError::BadCandle { .. }), "{error}");
        assert!(store.put_forming(&btc, &bad).is_err() && store.put_closed(&btc, &bad, 0).is_err());
    }
    assert!(store.series().unwrap().is_empty());
}

#[test]
fn tickers_and_instruments_come_back_exactly() {
    let (_folder, mut store) = new_store();
    let symbol = "BTC/USDT".parse().unwrap();
    let ticker = Ticker { time_ms: 1_001, bid: 0.1, bid_size: 3.0, ask: 0.2, ask_size: 4.0, last: None };
    let newer = Ticker { time_ms: 1_002, last: Some(0.15), ..ticker };
    assert_eq!(store.ticker("binance", &symbol).unwrap(), None);
    for (offered, kept) in [(ticker, ticker), (newer, newer), (ticker, newer)] {
        store.put_ticker("binance", &symbol, &offered).unwrap();
        assert_eq!(store.ticker("binance", &symbol).unwrap(), Some(kept));
    }

    let decimal = |text: &str| text.parse().unwrap();
    let mut instrument = Instrument {
        symbol: symbol.clone(),
        tick: decimal("0.01"),
        lot: decimal("0.000010"),
        min_quantity: decimal("0.00001"),
        min_notional: decimal("5"),
        active: true,
    };
    assert_eq!(store.instrument("binance", &symbol).unwrap(), None);
    assert_eq!(store.instrument_told_ms("binance", &symbol).unwrap(), None);
    for (active, told_ms) in [(true, 1), (false, 2)] {
        instrument.active = active;
        store.put_instruments("binance", std::slice::from_ref(&instrument), told_ms).unwrap();
        assert_eq!(store.instrument("binance", &symbol).unwrap().as_ref(), Some(&instrument));
        assert_eq!(store.instrument_told_ms("binance", &symbol).unwrap(), Some(told_ms));
    }
}

/// Reads a long history back, whole and a part of it. `between` are seconds at which another program wrote candles, off
/// the grid of the timeframe.
#[track_caller]
fn check_long(minutes: impl Iterator<Item = i64>, between: &[i64]) {
    let (_folder, mut store) = new_store();
    let btc = series("BTC/USDT");
    let mut candles: Vec<Candle> = minutes.map(|minute| candle(minute, 1.0 + minute as f64)).collect();
    store.insert_closed(&btc, &candles, &rest()).unwrap();
    let other = Connection::open(store.path()).unwrap();
    for &time_s in between {
        let sql = "INSERT INTO ohlcv_data VALUES ('binance', 'BTC/USDT', '1m', ?1, 1.0, 1.0, 1.0, 1.0, 1.0, 1)";
        other.execute(sql, [time_s]).unwrap();
        candles.push(Candle { open_time_ms: time_s * 1_000, ..candle(0, 1.0) });
    }
    candles.sort_by_key(|candle| candle.open_time_ms);
    let (from_ms, to_ms) = (30_000 * 60_000 + 1, 149_001 * 60_000 - 1);
    for (from_ms, to_ms) in [(i64::MIN, i64::MAX), (from_ms, to_ms)] {
        let inside = candles.iter().copied().filter(|candle| (from_ms..to_ms).contains(&candle.open_time_ms));
        assert_eq!(store.candles(&btc, Some(from_ms), Some(to_ms)).unwrap(), inside.collect());
    }
}

#[test]
fn a_long_range_is_read_in_halves_that_fit() {
    check_long(20_000..150_000, &[]);
    // With holes, the middle of the time is not the middle of the rows.
    check_long((20_000..150_000).filter(|minute| minute % 7 != 3), &[]);
    check_long((20_000..150_000).filter(|minute| *minute < 21_000 || *minute > 60_000), &[]);
    // More rows than the timeframe has places for.
    check_long(20_000..150_000, &[1_800_007, 1_800_008, 1_800_009]);
    check_long(20_000..150_000, &[8_400_007, 8_400_008, 8_400_009]);
}
