//! What of a stream and of REST comes into the store, and when all is there.

use super::*;

const H: i64 = 3_600_000;

#[test]
fn the_newest_candle_that_has_closed() {
    for (timeframe, close_ms, open_ms) in [
        (Timeframe::H1, 5 * H, 4 * H),
        (Timeframe::H1, 5 * H + 1, 4 * H),
        (Timeframe::H4, 8 * H, 4 * H),
        (Timeframe::H4, 11 * H, 4 * H),
        (Timeframe::M15, 5 * H, 5 * H - H / 4),
    ] {
        assert_eq!(newest_closed(timeframe, close_ms), open_ms, "{timeframe} {close_ms}");
    }
}

fn candle(hour: i64) -> Candle {
    Candle { open_time_ms: hour * H, open: 1.0, high: 1.0, low: 1.0, close: 1.0, volume: 0.0 }
}

fn traded(hour: i64, volume: f64) -> Candle {
    Candle { volume, ..candle(hour) }
}

fn feed() -> (tempfile::TempDir, Store, Feed) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("x.db")).unwrap();
    let series = Series::new("binance", "BTC/USDT".parse().unwrap(), Timeframe::H1);
    let mut feed = Feed { tracked: vec![Tracked::new(series, 10, None)], ticker: Throttle::default(), conflicts: 0 };
    let agreement = &mut feed.tracked[0].agreement;
    assert_eq!(agreement.compare(&traded(0, 1.0), Some(&traded(0, 1.0)), &"BTC/USDT".parse().unwrap()), None);
    (folder, store, feed)
}

fn put(feed: &mut Feed, store: &mut Store, candle: &Candle, closed: bool) {
    let symbol = feed.base().symbol.clone();
    wait(feed.store(store, &symbol, Timeframe::H1, candle, closed)).unwrap();
}

fn agrees(feed: &mut Feed, store: &mut Store) -> bool {
    // Nobody listens there, and nobody is asked: what waits is stored over REST already.
    let options = exchange::Options { base_url: Some("http://127.0.0.1:1".to_owned()), ..Default::default() };
    let exchange = exchange::connect("binance", &options).unwrap();
    wait(feed.agrees(exchange.as_ref(), store, &Teller { json: true })).unwrap()
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

#[test]
fn the_first_close_of_a_connection_waits_for_rest_and_so_does_what_follows_a_difference() {
    let (_folder, mut store, mut feed) = feed();
    feed.forget_agreement();
    feed.resume(H);
    put(&mut feed, &mut store, &traded(2, 400.0), true);
    assert!(store.candles(feed.base(), None, None).unwrap().is_empty(), "not believed yet");
    assert!(agrees(&mut feed, &mut store), "nothing is known against it");
    for (hour, streamed, expected) in [(2, 400.0, false), (3, 5.0, true)] {
        put(&mut feed, &mut store, &traded(hour, streamed), true);
        store.insert_closed(&feed.base().clone(), &[traded(hour, 5.0)], &db::Origin::rest(0)).unwrap();
        assert!(feed.is_complete(&store, hour * H).unwrap());
        assert_eq!(agrees(&mut feed, &mut store), expected, "{hour}");
        feed.forget_agreement();
        assert_eq!(agrees(&mut feed, &mut store), expected, "a new connection proves nothing");
    }
    assert_eq!(feed.conflicts, 1);
}

#[test]
fn a_missing_candle_is_noticed_and_one_that_comes_too_late_is_left_out() {
    let (_folder, mut store, mut feed) = feed();
    assert!(!feed.is_complete(&store, H).unwrap(), "nothing is known before the first fill");
    feed.resume(H);
    for hour in [2, 3, 5] {
        put(&mut feed, &mut store, &candle(hour), true);
    }
    assert!(feed.is_complete(&store, 3 * H).unwrap());
    assert!(!feed.is_complete(&store, 5 * H).unwrap(), "4 is missing");
    feed.tracked[0].complete_to_ms = Some(4 * H);
    assert!(feed.is_complete(&store, 5 * H).unwrap(), "4 does not exist");
    put(&mut feed, &mut store, &candle(4), true);
    assert_eq!(store.candles(feed.base(), None, None).unwrap().len(), 3);
    put(&mut feed, &mut store, &Candle { close: 1.0, high: 2.0, ..candle(3) }, true);
    assert_eq!(feed.conflicts, 1);
}

#[test]
fn what_no_market_does_is_kept_aside_as_it_came() {
    let (_folder, mut store, mut feed) = feed();
    put(&mut feed, &mut store, &candle(1), true);
    let jumped = Candle { open: 5e3, high: 5e3, low: 5e3, close: 5e3, ..candle(2) };
    put(&mut feed, &mut store, &jumped, true);
    put(&mut feed, &mut store, &Candle { high: 3.0, ..candle(3) }, true);
    put(&mut feed, &mut store, &Candle { high: 2.0, ..candle(3) }, true);
    assert_eq!(store.candles(feed.base(), None, None).unwrap().open_time_ms, [H, 3 * H]);
    let aside: Vec<_> = store.quarantine_status().unwrap().into_iter().map(|status| status.rule).collect();
    assert_eq!(aside, ["conflict", "jump", "move_without_volume"]);
}

#[test]
fn what_another_stream_stored_is_no_word_of_rest() {
    let (_folder, mut store, feed) = feed();
    let tracked = &feed.tracked[0];
    store.put_closed(&tracked.series, &candle(1), 0).unwrap();
    store.insert_closed(&tracked.series, &[candle(2)], &db::Origin::rest(0)).unwrap();
    assert_eq!(tracked.stored_from_rest(&store, H).unwrap(), None);
    assert_eq!(tracked.stored_from_rest(&store, 2 * H).unwrap(), Some(candle(2)));
}

#[test]
fn a_refused_candle_is_no_measure_of_those_that_follow_over_rest() {
    let (_folder, mut store, mut feed) = feed();
    put(&mut feed, &mut store, &candle(1), true);
    let jumped = Candle { open: 5e3, high: 5e3, low: 5e3, close: 5e3, ..candle(2) };
    door::take_page(&mut store, feed.base(), &mut None, &[jumped, candle(3)], Some(2 * H)).unwrap();
    assert_eq!(store.candles(feed.base(), None, None).unwrap().open_time_ms, [H, 3 * H]);
}

#[test]
fn the_first_candle_of_a_new_store_is_judged_by_those_behind_it() {
    let (_folder, mut store, feed) = feed();
    let far = Candle { open: 5e3, high: 5e3, low: 5e3, close: 5e3, ..candle(1) };
    door::take_page(&mut store, feed.base(), &mut None, &[far, candle(2), candle(3), candle(4)], None).unwrap();
    assert_eq!(store.candles(feed.base(), None, None).unwrap().open_time_ms, [2 * H, 3 * H, 4 * H]);
}

#[test]
fn what_comes_over_rest_behind_a_decision_rewrites_no_past() {
    let (_folder, mut store, feed) = feed();
    let page = [candle(1), candle(2), candle(3)];
    let added = door::take_page(&mut store, feed.base(), &mut None, &page, Some(2 * H)).unwrap();
    assert_eq!((added, store.candles(feed.base(), None, None).unwrap().open_time_ms), (1, vec![3 * H]));
}

#[test]
fn forming_candles_are_written_now_and_then() {
    let (_folder, mut store, mut feed) = feed();
    put(&mut feed, &mut store, &candle(1), false);
    put(&mut feed, &mut store, &Candle { high: 9.0, ..candle(1) }, false);
    let status = store.status().unwrap();
    assert!(!status[0].last_is_closed);
    put(&mut feed, &mut store, &Candle { high: 9.0, ..candle(1) }, true);
    assert_eq!(store.candles(feed.base(), None, None).unwrap().high, [9.0]);
}
