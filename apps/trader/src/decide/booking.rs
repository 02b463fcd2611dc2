//! From the account to ledger rows, and to what people are told. Pure.

use db::{Action, Booking, LedgerEquity, LedgerPosition, LedgerSignal, LedgerTrade, Outcome};
use execution::{Engine, ExitReason, OpenPosition, Trade};
use market::{Candles, Side};

use super::Happened;

/// How much of an account is booked already.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Done {
    candles: usize,
    trades: usize,
    rejected: usize,
}

impl Done {
    /// All of it.
    pub(super) fn of(engine: &Engine) -> Self {
        let result = engine.so_far();
        Done { candles: result.equity.len(), trades: result.trades.len(), rejected: result.rejected.len() }
    }
}

/// What the account did over `candles`, the newest it saw; `before_ms` is the candle before them.
pub(super) fn make(engine: &Engine, done: &Done, candles: &Candles, before_ms: Option<i64>) -> Booking {
    let result = engine.so_far();
    let equity = candles.open_time_ms.iter().zip(&result.equity[done.candles..]);
    Booking {
        equity: equity.map(|(&candle_time_ms, &equity)| LedgerEquity { candle_time_ms, equity }).collect(),
        first_trade: done.trades as u64,
        trades: result.trades[done.trades..].iter().map(trade_row).collect(),
        signals: signals(engine, done, candles, before_ms),
        position: engine.position().as_ref().map(position_row),
    }
}

fn trade_row(trade: &Trade) -> LedgerTrade {
    LedgerTrade {
        side: trade.side,
        entry_time_ms: trade.entry_time_ms,
        entry_price: trade.entry_price,
        exit_time_ms: trade.exit_time_ms,
        exit_price: trade.exit_price,
        quantity: trade.quantity,
        fees: trade.fees,
        funding: trade.funding,
        pnl: trade.pnl,
        reason: trade.reason.name().to_owned(),
        bars: trade.bars as u64,
        ambiguous: trade.ambiguous,
    }
}

fn position_row(position: &OpenPosition) -> LedgerPosition {
    LedgerPosition {
        side: position.side,
        entry_time_ms: position.entry_time_ms,
        entry_price: position.entry_price,
        quantity: position.quantity,
        entry_fee: position.entry_fee,
        stop: position.stop,
        take: position.take,
        trail: position.trail,
    }
}

/// A signal is given at the close of one candle and acts at the open of the next one there is.
fn signals(engine: &Engine, done: &Done, candles: &Candles, before_ms: Option<i64>) -> Vec<LedgerSignal> {
    let times_ms = &candles.open_time_ms;
    let decided_before = |acted_ms: i64| match times_ms.binary_search(&acted_ms) {
        Ok(0) => before_ms,
        Ok(index) => Some(times_ms[index - 1]),
        Err(_) => None,
    };
    let signal = |candle_time_ms, action, outcome| LedgerSignal { candle_time_ms, side: Side::Long, action, outcome };
    let result = engine.so_far();
    let (trades, rejected) = (&result.trades[done.trades..], &result.rejected[done.rejected..]);
    let mut signals: Vec<LedgerSignal> = rejected
        .iter()
        .map(|it| signal(it.candle_time_ms, Action::Enter, Outcome::Rejected(it.reason.to_owned())))
        .collect();
    let position = engine.position();
    let entries = trades.iter().map(|trade| trade.entry_time_ms).chain(position.map(|it| it.entry_time_ms));
    signals.extend(entries.filter_map(decided_before).map(|time_ms| signal(time_ms, Action::Enter, Outcome::Taken)));
    let decided = |trade: &&Trade| matches!(trade.reason, ExitReason::Signal | ExitReason::Time);
    let exits = trades.iter().filter(decided).map(|trade| trade.exit_time_ms);
    signals.extend(exits.filter_map(decided_before).map(|time_ms| signal(time_ms, Action::Exit, Outcome::Taken)));
    if let (Some(intent), Some(&last_ms)) = (engine.intent(), times_ms.last()) {
        let action = if intent == "exit" { Action::Exit } else { Action::Enter };
        signals.push(signal(last_ms, action, Outcome::Pending));
    }
    signals
}

/// What happened since `done`, in candles from `first_ms` on, each with its time, in order.
pub(super) fn happened(engine: &Engine, done: &Done, first_ms: i64) -> Vec<(i64, Happened)> {
    let result = engine.so_far();
    let mut all = Vec::new();
    let mut entered = |time_ms: i64, price, quantity, levels| {
        if time_ms >= first_ms {
            all.push((time_ms, 1, Happened::Entered { time_ms, price, quantity, levels }));
        }
    };
    for trade in &result.trades[done.trades..] {
        entered(trade.entry_time_ms, trade.entry_price, trade.quantity, Vec::new());
    }
    if let Some(position) = engine.position() {
        let levels = [("stop", position.stop), ("target", position.take), ("trail", position.trail)];
        let levels = levels.into_iter().filter_map(|(name, level)| Some((name, level?))).collect();
        entered(position.entry_time_ms, position.entry_price, position.quantity, levels);
    }
    for trade in &result.trades[done.trades..] {
        // A position left at the open makes room for an entry at the same open; one left inside the
        // candle it was opened in comes after.
        let order = if trade.entry_time_ms == trade.exit_time_ms { 2 } else { 0 };
        all.push((trade.exit_time_ms, order, Happened::Left(trade.clone())));
    }
    for it in &result.rejected[done.rejected..] {
        let (candle_time_ms, reason) = (it.candle_time_ms, it.reason);
        all.push((candle_time_ms, 3, Happened::Rejected { candle_time_ms, reason }));
    }
    all.sort_by_key(|(time_ms, order, _)| (*time_ms, *order));
    all.into_iter().map(|(time_ms, _, happened)| (time_ms, happened)).collect()
}
