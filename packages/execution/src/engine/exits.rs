//! How a position is left: at a level, at the market, or by the exchange.

use market::{Candle, CandleSlice};

use super::{Engine, Quote};
use crate::around::Around;
use crate::order::exit_price;
use crate::position::Position;
use crate::{Ambiguity, ExitReason, Settled, Trade};

/// An exit inside a candle.
#[derive(Debug, Clone, Copy)]
struct Loss {
    level: f64,
    reason: ExitReason,
}

impl Engine {
    /// The levels reached inside the candle.
    pub(super) fn inside(&mut self, candle: &Candle, around: &Around<'_>) {
        let Some(position) = &self.position else { return };
        let (worst, best) = position.worst_and_best(candle.low, candle.high);
        // Where there is no mark price, the traded one stands for it.
        let marks =
            if around.mark_low.is_nan() { (candle.low, candle.high) } else { (around.mark_low, around.mark_high) };
        let (worst_mark, _) = position.worst_and_best(marks.0, marks.1);
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
            ExitReason::Liquidation => self.liquidate(candle.open_time_ms),
            reason => {
                self.leave_at_market(Quote { time_ms: candle.open_time_ms, price: loss.level }, reason, ambiguous);
            }
        }
    }

    fn take(&mut self, candle: &Candle, ambiguous: bool) {
        let Some(level) = self.position.as_ref().map(|position| position.levels.take) else { return };
        let at = Quote { time_ms: candle.open_time_ms, price: level };
        self.leave(at, self.settings.maker_fee, ExitReason::Take, ambiguous);
    }

    pub(super) fn leave_at_market(&mut self, at: Quote, reason: ExitReason, ambiguous: bool) {
        let Some(side) = self.position.as_ref().map(|position| position.side) else { return };
        let price = exit_price(&self.settings, side, at.price);
        self.leave(Quote { price, ..at }, self.settings.taker_fee, reason, ambiguous);
    }

    /// Leaves at exactly this price.
    pub(super) fn leave(&mut self, at: Quote, fee_rate: f64, reason: ExitReason, ambiguous: bool) {
        let Some(position) = &self.position else { return };
        let fee = position.quantity * at.price * fee_rate;
        self.book(at, (position.worth(at.price) - fee, fee), reason, ambiguous);
    }

    /// The exchange closes the position: no fee, and the whole margin is lost.
    pub(super) fn liquidate(&mut self, time_ms: i64) {
        let Some(position) = &self.position else { return };
        let at = Quote { time_ms, price: position.liquidation };
        self.book(at, (-position.margin.unwrap_or(0.0), 0.0), ExitReason::Liquidation, false);
    }

    /// The position has become a trade.
    fn book(&mut self, at: Quote, (back, fee): (f64, f64), reason: ExitReason, ambiguous: bool) {
        let Some(position) = &self.position else { return };
        self.cash += back;
        self.result.fees += fee;
        self.last_exit = Some(self.candle);
        self.result.trades.push(Trade {
            side: position.side,
            entry_time_ms: position.entry_time_ms,
            entry_price: position.entry_price,
            exit_time_ms: at.time_ms,
            exit_price: at.price,
            quantity: position.quantity,
            fees: position.entry_fee + fee,
            funding: position.funding,
            pnl: back - position.cost + position.funding,
            reason,
            bars: self.candle - position.entry_candle,
            take: Some(position.levels.take).filter(|take| !take.is_nan()),
            ambiguous,
        });
        self.position = None;
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
