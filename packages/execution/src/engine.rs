//! The fill rules, candle by candle, in the order in which things happen.
//!
//! Decisions are made at the close of a candle and act from the open of the next one. Within a candle:
//! funding up to the open, the exit that was decided, levels passed at the open, the entry that was decided,
//! funding inside, levels reached inside, then the close. The same engine serves the backtest and paper
//! trading, on spot and on perpetuals.

use market::{Candle, CandleSlice, Side};
use strategy::{Decision, Orders};

use crate::around::{Around, Funding};
use crate::order::{Entry, exit_price};
use crate::position::Position;
use crate::{
    Ambiguity, ExitReason, Market, OpenPosition, RejectedSignal, RunResult, Settings, Settled, Trade, perpetual, rules,
    spot,
};

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
struct Intent {
    side: Side,
    decision: Decision,
    time_ms: i64,
    equity: f64,
    close: f64,
}

/// An exit inside a candle.
#[derive(Debug, Clone, Copy)]
struct Loss {
    level: f64,
    reason: ExitReason,
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
        self.pay(around.before);
        self.open(candle);
        self.pay(around.inside);
        if self.position.is_some() {
            self.result.bars_held += 1;
            self.inside(candle, around);
        }
        self.close(candle, decision);
        self.candle += 1;
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
    fn pay(&mut self, payments: &[Funding]) {
        let Some(position) = &mut self.position else { return };
        for payment in payments {
            let received = -position.side.sign() * position.quantity * payment.mark * payment.rate;
            position.funding += received;
            self.cash += received;
            self.result.funding += received;
        }
    }

    fn open(&mut self, candle: &Candle) {
        let pending = std::mem::replace(&mut self.pending, NOTHING);
        if let Some(reason) = pending.exit {
            self.leave_at_market(candle, candle.open, reason, false);
        }
        if let Some(position) = &self.position {
            let (loss, reason) = position.levels.loss();
            if position.has_fallen_to(candle.open, position.liquidation) {
                self.liquidate(candle);
            } else if position.has_fallen_to(candle.open, loss) {
                self.leave_at_market(candle, candle.open, reason, false);
            } else if position.has_risen_to(candle.open) {
                self.leave(candle, candle.open, self.settings.maker_fee, ExitReason::Take, false);
            }
        }
        if let Some(intent) = pending.enter {
            self.enter(candle, &intent);
        }
    }

    fn enter(&mut self, candle: &Candle, intent: &Intent) {
        let entry = Entry {
            side: intent.side,
            candle: self.candle,
            time_ms: candle.open_time_ms,
            open: candle.open,
            cash: self.cash,
            equity: intent.equity,
            close: intent.close,
            decision: &intent.decision,
        };
        let opened = match &self.settings.market {
            Market::Spot => spot::enter(&self.settings, &self.orders.protection, &entry),
            Market::Perpetual(terms) => perpetual::enter(&self.settings, terms, &self.orders.protection, &entry),
        };
        match opened {
            Ok(position) => {
                self.cash -= position.cost;
                self.result.fees += position.entry_fee;
                self.position = Some(position);
            }
            Err(reason) => self.reject(intent.time_ms, intent.side, reason),
        }
    }

    /// The levels reached inside the candle.
    fn inside(&mut self, candle: &Candle, around: &Around<'_>) {
        let Some(position) = &self.position else { return };
        let (worst, best) = position.worst_and_best(candle.low, candle.high);
        let (worst_mark, _) = position.worst_and_best(around.mark_low, around.mark_high);
        let loss = loss(position, worst, worst_mark);
        match (loss, position.has_risen_to(best)) {
            (Some(loss), true) => self.both(candle, around, loss),
            (Some(loss), false) => self.lose(candle, loss, false),
            (None, true) => self.take(candle, false),
            (None, false) => {}
        }
    }

    /// Loss and target were both reached: finer candles decide, and where they cannot, the settings do.
    fn both(&mut self, candle: &Candle, around: &Around<'_>, loss: Loss) {
        let Some(position) = &self.position else { return };
        // The mark price, which liquidates, has no finer candles.
        let first = match loss.reason {
            ExitReason::Liquidation => None,
            _ => walk(position, around.detail, loss.level),
        };
        match first {
            Some(first) => self.settle(candle, loss, first),
            None => {
                self.result.ambiguous_bars += 1;
                match self.settings.ambiguity {
                    Ambiguity::Loss => self.lose(candle, loss, true),
                    Ambiguity::Target => self.take(candle, true),
                }
            }
        }
    }

    /// Does what came first, and notes what that changed.
    fn settle(&mut self, candle: &Candle, loss: Loss, first: First) {
        let Some(position) = &self.position else { return };
        let price = exit_price(&self.settings, position.side, loss.level);
        let with_the_loss = self.cash + position.worth(price) - position.quantity * price * self.settings.taker_fee;
        let reason = match first {
            First::Loss => {
                self.lose(candle, loss, false);
                loss.reason
            }
            First::Target => {
                self.take(candle, false);
                ExitReason::Take
            }
        };
        let gained = self.cash - with_the_loss;
        self.result.settled.push(Settled { candle_time_ms: candle.open_time_ms, reason, gained });
    }

    fn lose(&mut self, candle: &Candle, loss: Loss, ambiguous: bool) {
        match loss.reason {
            ExitReason::Liquidation => self.liquidate(candle),
            reason => self.leave_at_market(candle, loss.level, reason, ambiguous),
        }
    }

    fn take(&mut self, candle: &Candle, ambiguous: bool) {
        let Some(level) = self.position.as_ref().map(|position| position.levels.take) else { return };
        self.leave(candle, level, self.settings.maker_fee, ExitReason::Take, ambiguous);
    }

    fn leave_at_market(&mut self, candle: &Candle, price: f64, reason: ExitReason, ambiguous: bool) {
        let Some(side) = self.position.as_ref().map(|position| position.side) else { return };
        let price = exit_price(&self.settings, side, price);
        self.leave(candle, price, self.settings.taker_fee, reason, ambiguous);
    }

    fn leave(&mut self, candle: &Candle, price: f64, fee_rate: f64, reason: ExitReason, ambiguous: bool) {
        let Some(position) = self.position.take() else { return };
        let fee = position.quantity * price * fee_rate;
        let back = position.worth(price) - fee;
        self.record(candle, &position, (price, back, fee), reason, ambiguous);
    }

    /// The exchange closes the position: no fee, and the whole margin is lost.
    fn liquidate(&mut self, candle: &Candle) {
        let Some(position) = self.position.take() else { return };
        let back = -position.margin.unwrap_or(0.0);
        self.record(candle, &position, (position.liquidation, back, 0.0), ExitReason::Liquidation, false);
    }

    fn record(
        &mut self,
        candle: &Candle,
        position: &Position,
        (price, back, fee): (f64, f64, f64),
        reason: ExitReason,
        ambiguous: bool,
    ) {
        self.cash += back;
        self.result.fees += fee;
        self.last_exit = Some(self.candle);
        self.result.trades.push(Trade {
            side: position.side,
            entry_time_ms: position.entry_time_ms,
            entry_price: position.entry_price,
            exit_time_ms: candle.open_time_ms,
            exit_price: price,
            quantity: position.quantity,
            fees: position.entry_fee + fee,
            funding: position.funding,
            pnl: back - position.cost + position.funding,
            reason,
            bars: self.candle - position.entry_candle,
            take: Some(position.levels.take).filter(|take| !take.is_nan()),
            ambiguous,
        });
    }

    fn close(&mut self, candle: &Candle, decision: &Decision) {
        let mut equity = self.cash;
        if let Some(position) = &mut self.position {
            let (_, best) = position.worst_and_best(candle.low, candle.high);
            position.levels.follow(best);
            equity += position.worth(candle.close);
        }
        self.result.equity.push(equity);
        let held = self.position.as_ref().map(|position| (position.side, position.entry_candle));
        self.pending = match held {
            Some((side, entry_candle)) => self.decide_held(candle, decision, equity, side, entry_candle),
            None => self.decide_flat(candle, decision, equity),
        };
    }

    fn decide_held(
        &mut self,
        candle: &Candle,
        decision: &Decision,
        equity: f64,
        side: Side,
        entry_candle: usize,
    ) -> Pending {
        let (own, other) = rules::wishes(decision, side, self.is_spot());
        let bars = self.candle - entry_candle + 1;
        let Some(leaving) = rules::leaving(own, other, &self.orders, bars) else { return NOTHING };
        let other_side = if side == Side::Long { Side::Short } else { Side::Long };
        let enter = if leaving.reverses { self.intend(candle, decision, equity, other_side) } else { None };
        Pending { exit: Some(leaving.reason), enter }
    }

    fn decide_flat(&mut self, candle: &Candle, decision: &Decision, equity: f64) -> Pending {
        for side in [Side::Long, Side::Short] {
            let (own, other) = rules::wishes(decision, side, self.is_spot());
            if !own.enter {
                continue;
            }
            let waits = self.last_exit.is_some_and(|exit| self.candle - exit < self.orders.cooldown);
            let against = rules::opposed(own, other).or(waits.then_some(crate::refusal::COOLDOWN));
            if let Some(reason) = against {
                self.reject(candle.open_time_ms, side, reason);
            } else if let enter @ Some(_) = self.intend(candle, decision, equity, side) {
                return Pending { exit: None, enter };
            }
        }
        NOTHING
    }

    /// An entry at the next open, unless its distances protect nothing.
    fn intend(&mut self, candle: &Candle, decision: &Decision, equity: f64, side: Side) -> Option<Intent> {
        match rules::unusable(decision, &self.orders) {
            Some(reason) => {
                self.reject(candle.open_time_ms, side, reason);
                None
            }
            None => {
                Some(Intent { side, decision: *decision, time_ms: candle.open_time_ms, equity, close: candle.close })
            }
        }
    }

    fn is_spot(&self) -> bool {
        self.settings.market == Market::Spot
    }

    fn reject(&mut self, candle_time_ms: i64, side: Side, reason: &'static str) {
        self.result.rejected.push(RejectedSignal { candle_time_ms, side, reason });
    }
}

/// The loss that comes first: of stop and liquidation, the one nearer to the price.
fn loss(position: &Position, worst: f64, worst_mark: f64) -> Option<Loss> {
    let (level, reason) = position.levels.loss();
    let stop = position.has_fallen_to(worst, level).then_some(Loss { level, reason });
    let liquidation = position
        .has_fallen_to(worst_mark, position.liquidation)
        .then_some(Loss { level: position.liquidation, reason: ExitReason::Liquidation });
    match (stop, liquidation) {
        (Some(stop), Some(liquidation)) => {
            let stop_is_nearer = position.side.sign() * (stop.level - liquidation.level) >= 0.0;
            Some(if stop_is_nearer { stop } else { liquidation })
        }
        (stop, liquidation) => stop.or(liquidation),
    }
}

/// What finer candles say came first.
#[derive(Debug, Clone, Copy)]
enum First {
    Loss,
    Target,
}

/// Walks finer candles until one of the levels is reached; `None` where they do not tell.
fn walk(position: &Position, detail: CandleSlice<'_>, loss: f64) -> Option<First> {
    for index in 0..detail.len() {
        let (worst, best) = position.worst_and_best(detail.low[index], detail.high[index]);
        match (position.has_fallen_to(worst, loss), position.has_risen_to(best)) {
            (true, true) => return None,
            (true, false) => return Some(First::Loss),
            (false, true) => return Some(First::Target),
            (false, false) => {}
        }
    }
    None
}
