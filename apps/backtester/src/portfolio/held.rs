//! How much of a portfolio each symbol holds, and what it has earned, candle by candle.

use execution::RunResult;
use market::CandleSlice;

/// One symbol at the close of each of its candles.
pub(super) struct Held {
    /// Open times of its candles.
    pub(super) times_ms: Vec<i64>,
    /// Profit of closed trades, and of the open one as far as its price has moved: before the fees of its entry.
    pub(super) profit: Vec<f64>,
    /// What its position is worth, above zero where it is short too; 0 without one.
    pub(super) notional: Vec<f64>,
}

/// A position from one candle on, and before another one.
struct Position {
    entry_ms: i64,
    exit_ms: i64,
    entry_price: f64,
    /// Below zero where it is short.
    quantity: f64,
    /// What it gave in the end; the open one gives nothing yet.
    pnl: f64,
}

impl Held {
    pub(super) fn of(candles: CandleSlice<'_>, result: &RunResult) -> Self {
        let closed = result.trades.iter().map(|trade| Position {
            entry_ms: trade.entry_time_ms,
            exit_ms: trade.exit_time_ms,
            entry_price: trade.entry_price,
            quantity: trade.side.sign() * trade.quantity,
            pnl: trade.pnl,
        });
        let open = result.open.as_ref().map(|open| Position {
            entry_ms: open.entry_time_ms,
            exit_ms: i64::MAX,
            entry_price: open.entry_price,
            quantity: open.side.sign() * open.quantity,
            pnl: 0.0,
        });
        let mut positions = closed.chain(open).peekable();
        let (mut earned, mut profit, mut notional) = (0.0, Vec::new(), Vec::new());
        for (time_ms, close) in candles.open_time_ms.iter().zip(candles.close) {
            while let Some(left) = positions.next_if(|position| position.exit_ms <= *time_ms) {
                earned += left.pnl;
            }
            let now = positions.peek().filter(|position| position.entry_ms <= *time_ms);
            profit.push(earned + now.map_or(0.0, |held| held.quantity * (close - held.entry_price)));
            notional.push(now.map_or(0.0, |held| held.quantity.abs() * close));
        }
        Held { times_ms: candles.open_time_ms.to_vec(), profit, notional }
    }
}

/// What all hold together at these times: notional, and how many positions. Where a symbol has no candle, its last one
/// counts.
pub(super) fn together(times_ms: &[i64], all: &[Held]) -> (Vec<f64>, Vec<f64>) {
    let (mut notional, mut positions) = (vec![0.0; times_ms.len()], vec![0.0; times_ms.len()]);
    for held in all {
        let mut next = 0;
        for (index, time_ms) in times_ms.iter().enumerate() {
            next += usize::from(held.times_ms.get(next) == Some(time_ms));
            let now = next.checked_sub(1).map_or(0.0, |last| held.notional[last]);
            notional[index] += now;
            positions[index] += f64::from(u8::from(now > 0.0));
        }
    }
    (notional, positions)
}

#[cfg(test)]
mod tests {
    use execution::{ExitReason, Trade};
    use market::{Candle, Candles, Side};

    use super::*;

    fn trade(side: Side, entry: i64, exit: i64, entry_price: f64, pnl: f64) -> Trade {
        Trade {
            side,
            entry_time_ms: entry,
            entry_price,
            exit_time_ms: exit,
            exit_price: 0.0,
            quantity: 2.0,
            fees: 0.0,
            funding: 0.0,
            pnl,
            reason: ExitReason::Signal,
            bars: 0,
            take: None,
            ambiguous: false,
        }
    }

    #[test]
    fn profit_is_what_is_closed_and_what_is_open() {
        let candle = |time: i64| {
            let price = 10.0 + time as f64;
            Candle { open_time_ms: time, open: price, high: price, low: price, close: price, volume: 1.0 }
        };
        let candles: Candles = (0..6).map(candle).collect();
        let trades = vec![trade(Side::Long, 1, 3, 11.0, 5.0), trade(Side::Short, 3, 5, 13.0, -7.0)];
        let held = Held::of(candles.as_slice(), &RunResult { trades, ..RunResult::default() });
        assert_eq!(held.profit, [0.0, 0.0, 2.0, 5.0, 3.0, -2.0]);
        assert_eq!(held.notional, [0.0, 22.0, 24.0, 26.0, 28.0, 0.0]);
        let late = Held { times_ms: vec![2, 4], profit: vec![0.0; 2], notional: vec![1.0, 0.0] };
        let (notional, positions) = together(&candles.open_time_ms, &[held, late]);
        assert_eq!(notional, [0.0, 22.0, 25.0, 27.0, 28.0, 0.0]);
        assert_eq!(positions, [0.0, 1.0, 2.0, 2.0, 1.0, 0.0]);
    }
}
