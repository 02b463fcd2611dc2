//! What ambiguous candles would change at best.

use execution::Trade;

use crate::Report;

impl Report<'_> {
    /// Indices of the trades that ended in a candle which reached both loss and target.
    pub(crate) fn ambiguous_trades(&self) -> Vec<usize> {
        let trades = self.result.trades.iter().enumerate();
        trades.filter(|(_, trade)| trade.ambiguous).map(|(index, _)| index).collect()
    }

    /// What the ambiguous trades would have given more, in quote, had each reached its target first. What
    /// would have followed from that, larger positions say, is not in it.
    pub(crate) fn ambiguous_gain_at_best(&self) -> f64 {
        let ambiguous = self.result.trades.iter().filter(|trade| trade.ambiguous);
        let (taker_fee, maker_fee) = (self.setup.taker_fee, self.setup.maker_fee);
        let gains = ambiguous.filter_map(|trade| gain_at_target(trade, taker_fee, maker_fee));
        gains.fold(0.0, |sum, gain| sum + gain)
    }
}

/// What leaving at the target, as a maker, gives over what was taken; `None` where there was no target.
fn gain_at_target(trade: &Trade, taker_fee: f64, maker_fee: f64) -> Option<f64> {
    let take = trade.take?;
    let price_gain = trade.side.sign() * (take - trade.exit_price);
    let fee_saved = taker_fee * trade.exit_price - maker_fee * take;
    Some(trade.quantity * (price_gain + fee_saved))
}

#[cfg(test)]
mod tests {
    use execution::ExitReason;
    use market::Side;

    use super::*;

    #[track_caller]
    fn check(side: Side, take: Option<f64>, fees: (f64, f64), expected: Option<f64>) {
        let trade = Trade {
            side,
            entry_time_ms: 0,
            entry_price: 100.0,
            exit_time_ms: 60_000,
            exit_price: 100.0,
            quantity: 2.0,
            fees: 0.0,
            funding: 0.0,
            pnl: 0.0,
            reason: ExitReason::Stop,
            bars: 1,
            take,
            ambiguous: true,
        };
        assert_eq!(gain_at_target(&trade, fees.0, fees.1), expected);
    }

    #[test]
    fn the_gain_is_the_way_to_the_target_less_its_fee() {
        check(Side::Long, Some(110.0), (0.0, 0.0), Some(20.0));
        check(Side::Short, Some(90.0), (0.0, 0.0), Some(20.0));
        check(Side::Long, Some(110.0), (0.5, 0.25), Some(2.0 * (10.0 + 50.0 - 27.5)));
        check(Side::Long, None, (0.0, 0.0), None);
    }
}
