//! A candle with what only the exchange knows of it, and how bars fold into longer ones.

use market::Candle;

use crate::number::round_to;

/// Trades that every base candle with volume is made of. Stored candles do not say how many there were.
pub(crate) const TRADES_PER_CANDLE: u64 = 100;
/// Decimals that the exchange writes quote volumes with.
const QUOTE_DECIMALS: u32 = 8;

/// A candle and its trades, as a kline row or event tells them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bar {
    /// Times, prices and volume.
    pub(crate) candle: Candle,
    /// Traded volume in quote.
    pub(crate) quote_volume: f64,
    /// How many trades.
    pub(crate) trades: u64,
    /// Id of the first trade; `None` when there was none.
    pub(crate) first_trade_id: Option<u64>,
}

impl Bar {
    /// The bar of the base candle at `index` of the tape, `share` of which is past (1 when it has closed).
    pub(crate) fn of(candle: Candle, index: usize, share: f64) -> Self {
        let typical = (candle.open + candle.high + candle.low + candle.close) / 4.0;
        let traded = candle.volume > 0.0;
        Bar {
            candle,
            quote_volume: round_to(candle.volume * typical, QUOTE_DECIMALS),
            trades: if traded { (TRADES_PER_CANDLE as f64 * share).ceil() as u64 } else { 0 },
            first_trade_id: traded.then_some(index as u64 * TRADES_PER_CANDLE),
        }
    }

    /// Adds the bar that follows, both of the same longer candle.
    pub(crate) fn add(&mut self, next: &Bar, volume_decimals: u32) {
        let (candle, later) = (&mut self.candle, &next.candle);
        candle.high = candle.high.max(later.high);
        candle.low = candle.low.min(later.low);
        candle.close = later.close;
        candle.volume = round_to(candle.volume + later.volume, volume_decimals);
        self.quote_volume = round_to(self.quote_volume + next.quote_volume, QUOTE_DECIMALS);
        self.trades += next.trades;
        self.first_trade_id = self.first_trade_id.or(next.first_trade_id);
    }

    /// The half of both volumes that takers bought: candles do not say how much it was.
    pub(crate) fn taker_volumes(&self) -> (f64, f64) {
        (round_to(self.candle.volume / 2.0, QUOTE_DECIMALS), round_to(self.quote_volume / 2.0, QUOTE_DECIMALS))
    }

    /// Id of the last trade; `None` when there was none.
    pub(crate) fn last_trade_id(&self) -> Option<u64> {
        self.first_trade_id.map(|first| first + self.trades.saturating_sub(1))
    }
}
