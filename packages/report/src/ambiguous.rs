//! What ambiguous candles would change at best.

use market::CandleSlice;

use execution::Trade;

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
        ambiguous.filter_map(|trade| gain_at_best(self.candles, trade, &self.setup)).sum()
    }
}

fn gain_at_best(candles: CandleSlice<'_>, trade: &Trade, setup: &crate::Setup) -> Option<f64> {
    let index = candles.open_time_ms.binary_search(&trade.exit_time_ms).ok()?;
    let best = if trade.side.sign() > 0.0 { candles.high[index] } else { candles.low[index] };
    let price_gain = trade.side.sign() * (best - trade.exit_price);
    let fee_saved = setup.taker_fee * trade.exit_price - setup.maker_fee * best;
    Some(trade.quantity * (price_gain + fee_saved))
}
