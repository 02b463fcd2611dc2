//! The last 24 hours of a market, rolling.

use crate::replay::{Bar, Market};

const DAY_MS: i64 = 86_400_000;

/// What the market did in the 24 hours before now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day {
    /// All candles that opened in the time, as one.
    pub(crate) bar: Bar,
    /// 24 hours ago, Unix milliseconds.
    pub(crate) open_ms: i64,
    /// Now, Unix milliseconds.
    pub(crate) close_ms: i64,
}

impl Day {
    /// The day before `now_ms`. A day without trades stands still at the last price; `None` before the first candle.
    pub(crate) fn at(market: &Market, now_ms: i64) -> Option<Self> {
        let open_ms = now_ms - DAY_MS;
        let bar = match market.fold_since(open_ms, now_ms) {
            Some(bar) => bar,
            None => still(market.last_price(now_ms)?, open_ms),
        };
        Some(Day { bar, open_ms, close_ms: now_ms })
    }

    /// Change of the price.
    pub(crate) fn change(&self) -> f64 {
        crate::number::round_to(self.bar.candle.close - self.bar.candle.open, 8)
    }

    /// Change of the price in percent.
    pub(crate) fn change_percent(&self) -> f64 {
        100.0 * self.change() / self.bar.candle.open
    }

    /// Average price, weighted by volume.
    pub(crate) fn average_price(&self) -> f64 {
        let volume = self.bar.candle.volume;
        let average = if volume > 0.0 { self.bar.quote_volume / volume } else { self.bar.candle.close };
        crate::number::round_to(average, 8)
    }
}

fn still(price: f64, open_time_ms: i64) -> Bar {
    let candle = market::Candle { open_time_ms, open: price, high: price, low: price, close: price, volume: 0.0 };
    Bar { candle, quote_volume: 0.0, trades: 0, first_trade_id: None }
}
