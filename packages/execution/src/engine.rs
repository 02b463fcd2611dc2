//! The fill rules, candle by candle, in the order in which things happen.
//!
//! Decisions are made at the close of a candle and act from the open of the next one. Within a candle:
//! funding up to the open, the exit that was decided, levels passed at the open, the entry that was decided,
//! funding inside, levels reached inside, then the close. The same engine serves the backtest and paper
//! trading, on spot and on perpetuals.

mod decide;
mod enter;
mod exits;

use market::{Candle, Side};
use strategy::{Decision, Orders};

use crate::around::{Around, Funding};
use crate::position::Position;
use crate::{ExitReason, OpenPosition, RejectedSignal, RunResult, Settings, Stretch, Trade};

/// One account on one symbol.
#[derive(Debug, Clone)]
pub struct Engine {
    settings: Settings,
    pub(crate) orders: Orders,
    pub(crate) cash: f64,
    pub(crate) position: Option<Position>,
    /// The next candle's number.
    pub(crate) candle: usize,
    last_exit: Option<usize>,
    pending: Pending,
    pub(crate) result: RunResult,
}

/// What the last close decided.
#[derive(Debug, Clone, Copy)]
struct Pending {
    exit: Option<ExitReason>,
    enter: Option<Intent>,
}

/// An entry that was decided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Intent {
    pub(crate) side: Side,
    decision: Decision,
    pub(crate) time_ms: i64,
    pub(crate) equity: f64,
    close: f64,
}

/// A price, and the open time of its candle: all that decisions and fills at the market need of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quote {
    pub(crate) time_ms: i64,
    pub(crate) price: f64,
}

impl Quote {
    pub(crate) fn open(candle: &Candle) -> Self {
        Quote { time_ms: candle.open_time_ms, price: candle.open }
    }

    pub(crate) fn close(candle: &Candle) -> Self {
        Quote { time_ms: candle.open_time_ms, price: candle.close }
    }
}

const NOTHING: Pending = Pending { exit: None, enter: None };

impl Engine {
    /// An account that holds its cash and nothing else.
    #[must_use]
    pub fn new(settings: Settings, orders: Orders) -> Self {
        let result = RunResult { initial_cash: settings.cash, ..RunResult::default() };
        Engine {
            cash: settings.cash,
            settings,
            orders,
            position: None,
            candle: 0,
            last_exit: None,
            pending: NOTHING,
            result,
        }
    }

    /// Takes the next closed candle and what the strategy decides at its close.
    pub fn step(&mut self, candle: &Candle, decision: &Decision) {
        self.step_in(candle, &Around::NONE, decision);
    }

    /// As [`Engine::step`], with what happens around the candle.
    pub fn step_in(&mut self, candle: &Candle, around: &Around<'_>, decision: &Decision) {
        self.begin(candle, around);
        let stretch = self.close(candle, around, decision);
        self.result.equity.push(stretch.equity(candle.close));
    }

    /// Funding up to the open, and the open.
    pub(crate) fn begin(&mut self, candle: &Candle, around: &Around<'_>) {
        self.pay(around.before);
        self.open(Quote::open(candle));
    }

    /// The open of a candle: what was decided is done.
    pub(crate) fn open(&mut self, open: Quote) {
        self.leave_at_open(open);
        self.enter(open, f64::INFINITY);
    }

    /// All of a candle but its open; gives what is held after it.
    pub(crate) fn close(&mut self, candle: &Candle, around: &Around<'_>, decision: &Decision) -> Stretch {
        self.within(candle, around);
        self.follow(candle);
        let stretch = self.stretch(1);
        self.decide(Quote::close(candle), decision, stretch.equity(candle.close));
        stretch
    }

    /// What is held, over so many candles.
    pub(crate) fn stretch(&self, candles: usize) -> Stretch {
        let (quantity, from) = self.position.as_ref().map_or((0.0, 0.0), Position::stake);
        Stretch { candles, cash: self.cash, quantity, from }
    }

    /// Cash in quote; the margin of a perpetual is part of it.
    #[must_use]
    pub fn cash(&self) -> f64 {
        self.cash
    }

    /// What happened so far, without the position that is open: [`Engine::position`].
    #[must_use]
    pub fn so_far(&self) -> &RunResult {
        &self.result
    }

    /// The position that is open.
    #[must_use]
    pub fn position(&self) -> Option<OpenPosition> {
        self.position.as_ref().map(Position::record)
    }

    /// Everything so far; the position that is open is told as such.
    #[must_use]
    pub fn result(&self) -> RunResult {
        let mut result = self.result.clone();
        result.open = self.position.as_ref().map(Position::record);
        result
    }

    /// Ends the run and gives everything.
    #[must_use]
    pub fn finish(mut self) -> RunResult {
        self.result.open = self.position.as_ref().map(Position::record);
        self.result
    }

    /// Puts other room in the place of the trades so far: accounts that take turns can share it, so that it stays in
    /// the nearest cache.
    pub fn swap_trades(&mut self, room: &mut Vec<Trade>) {
        std::mem::swap(&mut self.result.trades, room);
    }

    /// Forgets equity, trades and signals so far, which were read: a long run need not keep them. Counts stay.
    pub fn forget(&mut self) {
        self.result.equity.clear();
        self.result.trades.clear();
        self.result.rejected.clear();
        self.result.settled.clear();
    }

    /// Forgets equity so far, which was read.
    pub(crate) fn forget_equity(&mut self) {
        self.result.equity.clear();
    }

    /// Trades closed so far.
    #[must_use]
    pub fn trades(&self) -> &[Trade] {
        &self.result.trades
    }

    /// What the last close decided to do at the next open, in a word: `enter`, `exit`, `reverse`, or nothing.
    #[must_use]
    pub fn intent(&self) -> Option<&'static str> {
        match (self.pending.exit, self.pending.enter) {
            (None, None) => None,
            (None, Some(_)) => Some("enter"),
            (Some(_), None) => Some("exit"),
            (Some(_), Some(_)) => Some("reverse"),
        }
    }

    /// Whether the last close decided anything.
    pub(crate) fn has_orders(&self) -> bool {
        self.pending.exit.is_some() || self.pending.enter.is_some()
    }

    /// Pays or receives funding on the position that is held.
    pub(crate) fn pay(&mut self, payments: &[Funding]) {
        let Some(position) = &mut self.position else { return };
        for payment in payments {
            let received = -position.side.sign() * position.quantity * payment.mark * payment.rate;
            position.funding += received;
            self.cash += received;
            self.result.funding += received;
        }
    }

    /// The exit that was decided, and levels passed at the open.
    pub(crate) fn leave_at_open(&mut self, open: Quote) {
        if let Some(reason) = self.pending.exit.take() {
            self.leave_at_market(open, reason, false);
        }
        if let Some(position) = &self.position {
            let (loss, reason) = position.levels.loss();
            if position.has_fallen_to(open.price, position.liquidation) {
                self.liquidate(open.time_ms);
            } else if position.has_fallen_to(open.price, loss) {
                self.leave_at_market(open, reason, false);
            } else if position.has_risen_to(open.price) {
                self.leave(open, self.settings.maker_fee, ExitReason::Take, false);
            }
        }
    }

    /// Funding inside the candle, and the levels that are reached in it.
    pub(crate) fn within(&mut self, candle: &Candle, around: &Around<'_>) {
        self.pay(around.inside);
        if self.position.is_some() {
            self.result.bars_held += 1;
            self.inside(candle, around);
        }
    }

    /// The close: the trail follows.
    pub(crate) fn follow(&mut self, candle: &Candle) {
        if let Some(position) = &mut self.position {
            let (_, best) = position.worst_and_best(candle.low, candle.high);
            position.levels.follow(best);
        }
    }

    /// The rules decide at the close, the account being worth `equity`.
    pub(crate) fn decide(&mut self, close: Quote, decision: &Decision, equity: f64) {
        if !decision.wants_something() && self.orders.protection.max_bars.is_none() {
            // Whatever was decided before has been dealt with at the open.
            self.candle += 1;
            return;
        }
        let held = self.position.as_ref().map(|position| (position.side, position.entry_candle));
        match held {
            Some((side, entry_candle)) => self.decide_held(close, decision, equity, side, entry_candle),
            None => self.decide_flat(close, decision, equity),
        }
        self.candle += 1;
    }

    pub(crate) fn reject(&mut self, candle_time_ms: i64, side: Side, reason: &'static str) {
        self.result.rejected.push(RejectedSignal { candle_time_ms, side, reason });
    }
}
