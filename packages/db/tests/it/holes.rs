//! The status of what is stored, and its holes.

use market::{Hole, Series, Timeframe};

use crate::{candle, new_store, rest, series};

#[test]
fn every_series_is_told_with_its_holes_and_its_newest_candle() {
    let (_folder, mut store) = new_store();
    let (btc, eth) = (series("BTC/USDT"), series("ETH/USDT"));
    let hourly = Series { timeframe: Timeframe::H1, ..btc.clone() };
    store.insert_closed(&btc, &[candle(1, 1.0), candle(2, 1.0), candle(5, 1.0), candle(8, 1.0)], &rest()).unwrap();
    store.put_forming(&btc, &candle(6, 6.0)).unwrap();
    store.put_forming(&eth, &candle(9, 9.0)).unwrap();
    store.insert_closed(&hourly, &[candle(60, 1.0)], &rest()).unwrap();
    assert_eq!(store.series().unwrap(), [hourly, btc.clone(), eth.clone()]);

    let status = store.status().unwrap();
    let found = &status[1];
    assert_eq!((&found.series, found.rows, found.first_ms, found.last_ms), (&btc, 5, 60_000, 480_000));
    // A candle left forming between closed ones is missing until backfill completes it.
    let hole = |from: i64, to: i64, missing| Hole { from_ms: from * 60_000, to_ms: to * 60_000, missing };
    assert_eq!(found.holes, [hole(3, 5, 2), hole(6, 8, 2)]);
    assert_eq!((found.missing(), found.last, found.last_is_closed), (4, candle(8, 1.0), true));
    assert_eq!((status[2].rows, status[2].last, status[2].last_is_closed), (1, candle(9, 9.0), false));
}

#[test]
fn the_holes_of_a_real_market() {
    let Some(candles) = testkit::shared_candles("binance_XRPETH_1m") else { return };
    let (_folder, mut store) = new_store();
    let candles: Vec<_> = candles.iter().collect();
    store.insert_closed(&series("XRP/ETH"), &candles, &rest()).unwrap();
    let status = store.status().unwrap().remove(0);
    assert_eq!((status.rows, status.holes.len(), status.missing()), (2_469, 676, 1_091));
}
