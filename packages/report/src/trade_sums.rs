//! What figures need of trades, gathered as they close: so that a search need not keep them.

use execution::Trade;

/// Sums over closed trades, of their net profits in quote.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TradeSums {
    /// How many there are.
    pub count: usize,
    /// How many made a profit.
    pub wins: usize,
    /// All profits together.
    pub profit: f64,
    /// All losses together, not above zero.
    pub loss: f64,
    /// Both together.
    pub total: f64,
}

impl TradeSums {
    /// The sums of these trades.
    #[must_use]
    pub fn of(trades: &[Trade]) -> Self {
        let mut sums = TradeSums::default();
        sums.add(trades);
        sums
    }

    /// Takes the next closed trades.
    pub fn add(&mut self, trades: &[Trade]) {
        for trade in trades {
            self.count += 1;
            self.wins += usize::from(trade.pnl > 0.0);
            self.profit += trade.pnl.max(0.0);
            self.loss += trade.pnl.min(0.0);
            self.total += trade.pnl;
        }
    }
}
