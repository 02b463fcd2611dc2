//! What ambiguous candles would change at best.

use execution::Trade;
use market::CandleSlice;

use crate::Report;

impl Report<'_> {
    /// Indices of the trades that ended in a candle which reached both loss and target.
    pub(crate) fn ambiguous_trades(&self) -> Vec<usize> {
        let trades = self.result.trades.iter().enumerate();
        trades.filter(|(_, trade)| trade.ambiguous).map(|(index, _)| index).collect()
    }

    /// What the ambiguous trades together would have given more, in quote, had each left at the best
    /// price of its last candle: a bound, since a target lies nowhere beyond it.
    pub(crate) fn ambiguous_gain_at_best(&self) -> f64 {
        let ambiguous = self.result.trades.iter().filter(|trade| trade.ambiguous);
        let (taker_fee, maker_fee) = (self.setup.taker_fee, self.setup.maker_fee);
        let gains = ambiguous.filter_map(|trade| gain_at_best(self.candles, trade, taker_fee, maker_fee));
        gains.fold(0.0, |sum, gain| sum + gain)
    }
}

/// What leaving at the best price of the trade's last candle, as a maker, gives over what was taken;
/// `None` where that candle is not there.
fn gain_at_best(candles: CandleSlice<'_>, trade: &Trade, taker_fee: f64, maker_fee: f64) -> Option<f64> {
    let index = candles.open_time_ms.binary_search(&trade.exit_time_ms).ok()?;
    let best = if trade.side.sign() > 0.0 { candles.high[index] } else { candles.low[index] };
    let price_gain = trade.side.sign() * (best - trade.exit_price);
    let fee_saved = taker_fee * trade.exit_price - maker_fee * best;
    Some(trade.quantity * (price_gain + fee_saved))
}

#[cfg(test)]
mod tests {
    use execution::ExitReason;
    use market::{Candle, Candles, Side};

    use super::*;

    #[track_caller]
    fn check(side: Side, exit_time_ms: i64, fees: (f64, f64), expected: Option<f64>) {
        let candle = Candle { open_time_ms: 60_000, open: 100.0, high: 110.0, low: 90.0, close: 100.0, volume: 1.0 };
        let candles: Candles = [candle].into_iter().collect();
        let trade = Trade {
            side,
            entry_time_ms: 0,
            entry_price: 100.0,
            exit_time_ms,
            exit_price: 100.0,
            quantity: 2.0,
            fees: 0.0,
            funding: 0.0,
            pnl: 0.0,
            reason: ExitReason::Stop,
            bars: 1,
            ambiguous: true,
        };
        assert_eq!(gain_at_best(candles.as_slice(), &trade, fees.0, fees.1), expected);
    }

    #[test]
    fn the_best_is_the_far_end_of_the_last_candle_less_its_fee() {
        check(Side::Long, 60_000, (0.0, 0.0), Some(20.0));
        check(Side::Short, 60_000, (0.0, 0.0), Some(20.0));
        check(Side::Long, 60_000, (0.5, 0.25), Some(2.0 * (10.0 + 50.0 - 27.5)));
        check(Side::Long, 0, (0.0, 0.0), None);
    }
}
