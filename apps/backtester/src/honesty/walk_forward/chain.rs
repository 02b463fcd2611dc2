//! Test windows one after the other, as one account.

use execution::{ExitReason, OpenPosition, RunResult, Settings, Trade};
use market::{CandleSlice, Candles};
use report::Figures;

use crate::honesty::replay::{Ran, Replay};

/// An account that goes from window to window. A position that is open where a window ends is left at its last close,
/// with fee and slippage: the next window may be traded with other params.
pub(crate) struct Chain {
    settings: Settings,
    pub(crate) candles: Candles,
    pub(crate) result: RunResult,
    /// Positions that were left because a window ended.
    pub(crate) left: usize,
}

impl Chain {
    /// An account that holds its cash and nothing else.
    pub(crate) fn new(settings: Settings) -> Self {
        let result = RunResult { initial_cash: settings.cash, ..RunResult::default() };
        Chain { settings, candles: Candles::default(), result, left: 0 }
    }

    /// Trades the next window with what the account has now; gives the figures of this window alone.
    pub(crate) fn add(&mut self, replay: &Replay) -> Figures {
        let Ran { mut result, .. } = replay.run(self.settings);
        let candles = replay.candles();
        if let Some(open) = result.open.take() {
            let trade = left(&self.settings, &open, candles);
            let close = candles.get(candles.len() - 1).close;
            let exit_fee = trade.fees - open.entry_fee;
            // At the last close it was worth as much, but for what leaving costs.
            let slipped = self.settings.slippage * close * open.quantity;
            if let Some(equity) = result.equity.last_mut() {
                *equity = (*equity - exit_fee - slipped).max(0.0);
            }
            result.fees += exit_fee;
            result.trades.push(trade);
            self.left += 1;
        }
        let figures = report::figures(candles, replay.timeframe(), &result);
        self.settings.cash = result.equity.last().copied().unwrap_or(self.settings.cash);
        (0..candles.len()).for_each(|index| self.candles.push(candles.get(index)));
        self.take(result);
        figures
    }

    fn take(&mut self, window: RunResult) {
        let all = &mut self.result;
        all.equity.extend(window.equity);
        all.trades.extend(window.trades);
        all.rejected.extend(window.rejected);
        all.settled.extend(window.settled);
        all.bars_held += window.bars_held;
        all.ambiguous_bars += window.ambiguous_bars;
        all.fees += window.fees;
        all.funding += window.funding;
    }
}

/// The trade that an open position becomes where it is left at the close of the last candle.
fn left(settings: &Settings, open: &OpenPosition, candles: CandleSlice<'_>) -> Trade {
    let (sign, last) = (open.side.sign(), candles.get(candles.len() - 1));
    let exit_price = last.close * (1.0 - sign * settings.slippage);
    let fees = open.entry_fee + open.quantity * exit_price * settings.taker_fee;
    Trade {
        side: open.side,
        entry_time_ms: open.entry_time_ms,
        entry_price: open.entry_price,
        exit_time_ms: last.open_time_ms,
        exit_price,
        quantity: open.quantity,
        fees,
        funding: open.funding,
        pnl: sign * open.quantity * (exit_price - open.entry_price) + open.funding - fees,
        reason: ExitReason::Time,
        bars: candles.len() - 1 - candles.open_time_ms.partition_point(|time_ms| *time_ms < open.entry_time_ms),
        take: open.take,
        ambiguous: false,
    }
}
