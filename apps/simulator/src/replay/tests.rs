//! Folding, paging and moments, on small markets and on real candles.

use market::{Candle, Candles};

use super::*;

const MINUTE: i64 = 60_000;
const FOR_EVER: i64 = i64::MAX / 4;

fn stored(candles: Candles, timeframe: Timeframe, decimals: Decimals, speed: f64) -> Market {
    Market::new("BTC/USDT".parse().unwrap(), timeframe, Tape::Stored(candles), decimals, speed)
}

/// One-minute candles that open at these minutes, with volume 0.1 each.
fn minutes(opens: &[i64]) -> Market {
    let candle = |&minute: &i64| {
        let open = 100.0 + minute as f64;
        Candle {
            open_time_ms: minute * MINUTE,
            open,
            high: open + 2.0,
            low: open - 2.0,
            close: open + 1.0,
            volume: 0.1,
        }
    };
    stored(opens.iter().map(candle).collect(), Timeframe::M1, Decimals { price: 2, volume: 8 }, 1e6)
}

fn all(market: &Market, timeframe: Timeframe, now_ms: i64) -> Vec<Candle> {
    let range = Range { start_ms: Some(0), end_ms: None, limit: usize::MAX };
    market.bars(timeframe, range, now_ms).iter().map(|bar| bar.candle).collect()
}

#[track_caller]
fn fold_equals_shared(name: &str, timeframe: Timeframe, longer: &str) {
    let base = testkit::shared_candles(&format!("binance_{name}"));
    let Some((base, expected)) = base.zip(testkit::shared_candles(&format!("binance_{longer}"))) else { return };
    let last_open_ms = *base.open_time_ms.last().unwrap();
    let market = stored(base, Timeframe::M5, Decimals { price: 2, volume: 8 }, 1.0);
    let folded: std::collections::HashMap<i64, Candle> =
        all(&market, timeframe, FOR_EVER).into_iter().map(|candle| (candle.open_time_ms, candle)).collect();
    let common = expected.iter().filter(|candle| {
        let inside = market.first_open_ms().is_some_and(|first_ms| candle.open_time_ms >= first_ms);
        inside && timeframe.next_open(candle.open_time_ms) <= last_open_ms
    });
    let mut count = 0;
    for candle in common {
        assert_eq!(folded.get(&candle.open_time_ms), Some(&candle), "{longer}");
        count += 1;
    }
    assert!(count > 8_000, "only {count} candles of {longer} overlap");
}

#[test]
fn five_minutes_fold_into_the_exchanges_own_longer_candles() {
    fold_equals_shared("BTCUSDT_5m", Timeframe::M15, "BTCUSDT_15m");
    fold_equals_shared("BTCUSDT_5m", Timeframe::H1, "BTCUSDT_1h");
}

#[test]
fn the_base_candles_come_back_bit_for_bit() {
    let Some(candles) = testkit::shared_candles("binance_XRPETH_1m") else { return };
    let market = stored(candles.clone(), Timeframe::M1, Decimals { price: 8, volume: 8 }, 1.0);
    assert_eq!(all(&market, Timeframe::M1, FOR_EVER).into_iter().collect::<Candles>(), candles);
}

#[test]
fn a_longer_candle_forms_as_its_base_candles_do() {
    let market = minutes(&[0, 1, 2, 3, 4]);
    let at = |now_ms| market.bar(Timeframe::M5, 0, now_ms).unwrap();
    assert_eq!(
        at(0).candle,
        Candle { open_time_ms: 0, open: 100.0, high: 100.0, low: 100.0, close: 100.0, volume: 0.0 }
    );
    let third = at(3 * MINUTE);
    assert_eq!(
        third.candle,
        Candle { open_time_ms: 0, open: 100.0, high: 104.0, low: 98.0, close: 103.0, volume: 0.3 }
    );
    assert_eq!((third.trades, third.first_trade_id, third.last_trade_id()), (300, Some(0), Some(299)));
    assert_eq!(at(5 * MINUTE).candle.volume, 0.5);
    assert_eq!(market.bar(Timeframe::M5, 5 * MINUTE, FOR_EVER), None);
}

#[track_caller]
fn opens(market: &Market, range: Range, now_minute: i64, expected: &[i64]) {
    let bars = market.bars(Timeframe::M1, range, now_minute * MINUTE);
    assert_eq!(bars.iter().map(|bar| bar.candle.open_time_ms / MINUTE).collect::<Vec<_>>(), expected, "{range:?}");
}

#[test]
fn pages_are_cut_as_the_exchange_cuts_them() {
    let market = minutes(&[10, 11, 12, 15, 16]);
    let range = |start: Option<i64>, end: Option<i64>, limit| Range {
        start_ms: start.map(|minute| minute * MINUTE),
        end_ms: end.map(|minute| minute * MINUTE),
        limit,
    };
    opens(&market, range(None, None, 2), 16, &[15, 16]);
    opens(&market, range(None, None, 9), 16, &[10, 11, 12, 15, 16]);
    opens(&market, range(None, None, 9), 12, &[10, 11, 12]);
    opens(&market, range(None, Some(15), 2), 99, &[12, 15]);
    opens(&market, range(None, Some(14), 2), 99, &[11, 12]);
    opens(&market, range(Some(0), None, 1), 99, &[10]);
    opens(&market, range(Some(11), Some(15), 9), 99, &[11, 12, 15]);
    opens(&market, range(Some(11), Some(11), 9), 99, &[11]);
    opens(&market, range(Some(13), Some(14), 9), 99, &[]);
    opens(&market, range(Some(17), None, 9), 99, &[]);
    opens(&market, range(Some(12), Some(11), 9), 99, &[]);
    opens(&market, range(None, Some(9), 9), 99, &[]);
}

#[test]
fn a_longer_page_starts_with_the_first_candle_that_opens_in_it() {
    let market = minutes(&[0, 1, 2, 3, 4, 5, 6, 12]);
    let range = |start_ms, end_ms| Range { start_ms, end_ms, limit: 9 };
    let opens = |range| -> Vec<i64> {
        let bars = market.bars(Timeframe::M3, range, FOR_EVER);
        bars.iter().map(|bar| bar.candle.open_time_ms / MINUTE).collect()
    };
    assert_eq!(opens(range(Some(1), None)), [3, 6, 12]);
    assert_eq!(opens(range(None, Some(7 * MINUTE))), [0, 3, 6]);
    assert_eq!(market.bar(Timeframe::M3, 6 * MINUTE, FOR_EVER).unwrap().candle.close, 107.0);
}

#[test]
fn moments_are_every_opening_and_close_also_in_a_hole() {
    let market = minutes(&[0, 1, 7, 8]);
    let mut moments = vec![];
    let mut time_ms = -1;
    while let Some(next) = market.next_moment(time_ms).filter(|&next| next <= 9 * MINUTE) {
        moments.push(next);
        time_ms = next;
    }
    let steps = [0, 20, 40, 60, 80, 100];
    // Minute 2 closes the second candle, 3 and 5 the longer ones that hold it, 7 opens the third.
    let rest = [120, 180, 300, 420, 440, 460, 480, 500, 520, 540];
    let seconds: Vec<i64> = moments.iter().map(|moment| moment / 1_000).collect();
    assert_eq!(seconds, [steps.as_slice(), &rest].concat());
    assert!(market.is_forming(119_999) && !market.is_forming(120_000) && market.is_forming(420_000));
}

#[test]
fn timeframes_that_would_cut_candles_are_not_offered() {
    let names = |timeframe| -> Vec<&str> {
        let market = stored(Candles::default(), timeframe, Decimals::GENERATED, 1.0);
        market.timeframes().map(Timeframe::name).collect()
    };
    assert_eq!(names(Timeframe::H8), ["8h", "1d", "3d", "1w", "1M"]);
    assert_eq!(names(Timeframe::M3), ["3m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M"]);
    assert_eq!(names(Timeframe::D3), ["3d"]);
    assert_eq!(names(Timeframe::W1), ["1w"]);
}

#[test]
fn a_generated_market_is_the_same_wherever_it_begins() {
    let market = |first_ms| {
        let tape = Tape::generated(Generator::new(7, Timeframe::M1), first_ms);
        Market::new("BTC/USDT".parse().unwrap(), Timeframe::M1, tape, Decimals::GENERATED, 1.0)
    };
    let (start_ms, day_ms) = (1_700_000_000_000, 1_440 * MINUTE);
    let (early, late) = (market(start_ms - 30 * day_ms), market(start_ms));
    let range = Range { start_ms: Some(start_ms), end_ms: None, limit: 1_000 };
    let now_ms = start_ms + 2 * day_ms;
    assert_eq!(early.bars(Timeframe::M1, range, now_ms), late.bars(Timeframe::M1, range, now_ms));
    assert_eq!(late.first_open_ms(), Some(1_700_000_040_000));
    assert_eq!(early.bars(Timeframe::M1, range, now_ms).len(), 1_000);
    assert_eq!((late.end_ms(), late.last_price(0)), (None, None));
}
