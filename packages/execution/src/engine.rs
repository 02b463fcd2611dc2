//! The fill rules, candle by candle, in the order in which things happen.
//!
//! Decisions are made at the close of a candle and act from the open of the next one. Within a candle: the
//! exit that was decided, levels passed at the open, the entry that was decided, levels reached inside,
//! then the close. The same engine serves the backtest and paper trading.

use market::{Candle, Side};
use strategy::{Decision, Orders};

use crate::position::Position;
use crate::spot::{Entry, enter, refusal, sell, sell_price};
use crate::{ExitReason, OpenPosition, RejectedSignal, RunResult, Settings, Trade};

/// One account on one symbol.
#[derive(Debug, Clone)]
pub struct Engine {
    settings: Settings,
    orders: Orders,
    cash: f64,
    position: Option<Position>,
    /// The next candle's number.
    candle: usize,
    last_exit: Option<usize>,
    pending: Pending,
    result: RunResult,
}

/// What the last close decided.
#[derive(Debug, Clone, Copy)]
enum Pending {
    Nothing,
    Enter { decision: Decision, time_ms: i64, equity: f64 },
    Exit(ExitReason),
}

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
            pending: Pending::Nothing,
            result,
        }
    }

    /// Takes the next closed candle and what the strategy decides at its close.
    pub fn step(&mut self, candle: &Candle, decision: &Decision) {
        self.open(candle);
        if let Some(position) = &self.position {
            self.result.bars_held += 1;
            let (loss, reason) = position.levels.loss();
            self.inside(candle, loss, reason);
        }
        self.close(candle, decision);
        self.candle += 1;
    }

    /// Cash in quote.
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

    /// What the last close decided to do at the next open, in a word: `enter`, `exit`, or nothing.
    #[must_use]
    pub fn intent(&self) -> Option<&'static str> {
        match self.pending {
            Pending::Nothing => None,
            Pending::Enter { .. } => Some("enter"),
            Pending::Exit(_) => Some("exit"),
        }
    }

    fn open(&mut self, candle: &Candle) {
        let pending = std::mem::replace(&mut self.pending, Pending::Nothing);
        if let Pending::Exit(reason) = pending {
            let price = sell_price(&self.settings, candle.open);
            self.leave(candle, price, self.settings.taker_fee, reason, false);
        }
        if let Some(position) = &self.position {
            let ((loss, reason), take) = (position.levels.loss(), position.levels.take);
            if candle.open <= loss {
                let price = sell_price(&self.settings, candle.open);
                self.leave(candle, price, self.settings.taker_fee, reason, false);
            } else if candle.open >= take {
                self.leave(candle, candle.open, self.settings.maker_fee, ExitReason::Take, false);
            }
        }
        if let Pending::Enter { decision, time_ms, equity } = pending {
            self.enter(candle, &decision, time_ms, equity);
        }
    }

    fn enter(&mut self, candle: &Candle, decision: &Decision, decided_ms: i64, equity: f64) {
        let entry = Entry {
            candle: self.candle,
            time_ms: candle.open_time_ms,
            open: candle.open,
            cash: self.cash,
            equity,
            decision,
        };
        match enter(&self.settings, &self.orders.protection, &entry) {
            Ok(position) => {
                self.cash -= position.cost;
                self.result.fees += position.entry_fee;
                self.position = Some(position);
            }
            Err(reason) => self.reject(decided_ms, reason),
        }
    }

    /// The levels reached inside the candle. Where both are, the loss is taken.
    fn inside(&mut self, candle: &Candle, loss: f64, reason: ExitReason) {
        let Some(take) = self.position.as_ref().map(|position| position.levels.take) else { return };
        let (lost, won) = (candle.low <= loss, candle.high >= take);
        if lost {
            self.result.ambiguous_bars += usize::from(won);
            let price = sell_price(&self.settings, loss);
            self.leave(candle, price, self.settings.taker_fee, reason, won);
        } else if won {
            self.leave(candle, take, self.settings.maker_fee, ExitReason::Take, false);
        }
    }

    fn leave(&mut self, candle: &Candle, price: f64, fee_rate: f64, reason: ExitReason, ambiguous: bool) {
        let Some(position) = self.position.take() else { return };
        let (back, fee) = sell(position.quantity, price, fee_rate);
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
            funding: 0.0,
            pnl: back - position.cost,
            reason,
            bars: self.candle - position.entry_candle,
            take: Some(position.levels.take).filter(|take| !take.is_nan()),
            ambiguous,
        });
    }

    fn close(&mut self, candle: &Candle, decision: &Decision) {
        if let Some(position) = &mut self.position {
            position.levels.follow(candle.high);
        }
        let held = self.position.as_ref().map_or(0.0, |position| position.quantity * candle.close);
        let equity = self.cash + held;
        self.result.equity.push(equity);
        self.pending = match &self.position {
            Some(position) => self.decide_long(position, decision),
            None => self.decide_flat(candle, decision, equity),
        };
    }

    fn decide_long(&self, position: &Position, decision: &Decision) -> Pending {
        let bars = self.candle - position.entry_candle + 1;
        if decision.long_exit {
            Pending::Exit(ExitReason::Signal)
        } else if self.orders.protection.max_bars.is_some_and(|most| bars >= most) {
            Pending::Exit(ExitReason::Time)
        } else {
            Pending::Nothing
        }
    }

    fn decide_flat(&mut self, candle: &Candle, decision: &Decision, equity: f64) -> Pending {
        if !decision.long_enter {
            return Pending::Nothing;
        }
        match self.obstacle(decision) {
            Some(reason) => {
                self.reject(candle.open_time_ms, reason);
                Pending::Nothing
            }
            None => Pending::Enter { decision: *decision, time_ms: candle.open_time_ms, equity },
        }
    }

    /// Why an entry signal is not taken.
    fn obstacle(&self, decision: &Decision) -> Option<&'static str> {
        let protection = &self.orders.protection;
        let distances =
            [(protection.stop, decision.stop), (protection.take, decision.take), (protection.trail, decision.trail)];
        let used = || distances.iter().filter(|(unit, _)| unit.is_some()).map(|(_, distance)| *distance);
        if decision.long_exit {
            Some(refusal::OPPOSED)
        } else if self.last_exit.is_some_and(|exit| self.candle - exit < self.orders.cooldown) {
            Some(refusal::COOLDOWN)
        } else if used().any(|distance| !distance.is_finite()) {
            Some(refusal::UNKNOWN_DISTANCE)
        } else if used().any(|distance| distance < 0.0) {
            Some(refusal::NEGATIVE_DISTANCE)
        } else {
            None
        }
    }

    fn reject(&mut self, candle_time_ms: i64, reason: &'static str) {
        self.result.rejected.push(RejectedSignal { candle_time_ms, side: Side::Long, reason });
    }
}
