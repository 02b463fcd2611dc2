//! A position while it is open: what it cost, and the levels that protect it.

use market::Side;
use strategy::{Decision, Protection, Unit};

use crate::{ExitReason, OpenPosition};

/// An open position.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Position {
    pub(crate) side: Side,
    pub(crate) entry_candle: usize,
    pub(crate) entry_time_ms: i64,
    pub(crate) entry_price: f64,
    /// What is held, in base.
    pub(crate) quantity: f64,
    /// Cash that went in, the fee included, in quote.
    pub(crate) cost: f64,
    pub(crate) entry_fee: f64,
    /// What a perpetual holds back from cash, in quote; `None` on spot, where the position itself is owned.
    pub(crate) margin: Option<f64>,
    /// The price at which the exchange closes the position; NaN where there is none.
    pub(crate) liquidation: f64,
    /// Funding received less funding paid, in quote.
    pub(crate) funding: f64,
    pub(crate) levels: Levels,
}

/// The levels of a position. NaN where there is none: every comparison with it is false.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Levels {
    pub(crate) stop: f64,
    pub(crate) take: f64,
    pub(crate) trail: f64,
    trail_distance: f64,
    best: f64,
    sign: f64,
}

impl Levels {
    /// The levels of a position that opens at `price`, from the distances of its decision.
    pub(crate) fn new(side: Side, price: f64, decision: &Decision, protection: &Protection) -> Self {
        let sign = side.sign();
        let distance = |unit: Option<Unit>, distance: f64| match unit {
            None => f64::NAN,
            Some(Unit::Quote) => distance,
            Some(Unit::Share) => price * distance,
        };
        let trail_distance = distance(protection.trail, decision.trail);
        Levels {
            stop: price - sign * distance(protection.stop, decision.stop),
            take: price + sign * distance(protection.take, decision.take),
            trail: price - sign * trail_distance,
            trail_distance,
            best: price,
            sign,
        }
    }

    /// The level at which the position is lost, and why: the tighter of stop and trail.
    pub(crate) fn loss(&self) -> (f64, ExitReason) {
        let trail_is_tighter = self.sign * (self.trail - self.stop) > 0.0;
        if trail_is_tighter || self.stop.is_nan() {
            (self.trail, ExitReason::Trail)
        } else {
            (self.stop, ExitReason::Stop)
        }
    }

    /// Whether there is a level that moves with the price.
    pub(crate) fn is_trailing(&self) -> bool {
        !self.trail.is_nan()
    }

    /// Moves the trail after a candle whose best price was `best`; it only ever tightens.
    pub(crate) fn follow(&mut self, best: f64) {
        if self.sign * (best - self.best) > 0.0 {
            self.best = best;
        }
        let level = self.best - self.sign * self.trail_distance;
        if self.sign * (level - self.trail) > 0.0 {
            self.trail = level;
        }
    }
}

impl Position {
    /// What the position adds to cash when it is marked at `price`.
    pub(crate) fn worth(&self, price: f64) -> f64 {
        let (quantity, from) = self.stake();
        quantity * (price - from)
    }

    /// Whether there is a price at which it is left.
    pub(crate) fn is_watched(&self) -> bool {
        let Levels { stop, take, trail, .. } = self.levels;
        [stop, take, trail, self.liquidation].iter().any(|level| !level.is_nan())
    }

    /// The level at which it is lost, or the price that liquidates it: which comes first. NaN where there is neither.
    pub(crate) fn lost_at(&self) -> f64 {
        let (loss, _) = self.levels.loss();
        let liquidation_is_nearer = self.side.sign() * (self.liquidation - loss) > 0.0;
        if liquidation_is_nearer || loss.is_nan() { self.liquidation } else { loss }
    }

    /// What is held in base, below zero where it is owed, and the price from which on it counts: of it alone
    /// [`Position::worth`] follows.
    pub(crate) fn stake(&self) -> (f64, f64) {
        match self.margin {
            None => (self.quantity, 0.0),
            Some(_) => (self.side.sign() * self.quantity, self.entry_price),
        }
    }

    /// Whether a level on the losing side is reached by `price`. A level that is NaN never is.
    pub(crate) fn has_fallen_to(&self, price: f64, level: f64) -> bool {
        self.side.sign() * (price - level) <= 0.0
    }

    /// Whether the target is reached by `price`.
    pub(crate) fn has_risen_to(&self, price: f64) -> bool {
        self.side.sign() * (price - self.levels.take) >= 0.0
    }

    /// The worst and the best of a low and a high.
    pub(crate) fn worst_and_best(&self, low: f64, high: f64) -> (f64, f64) {
        match self.side {
            Side::Long => (low, high),
            Side::Short => (high, low),
        }
    }

    pub(crate) fn record(&self) -> OpenPosition {
        let level = |level: f64| Some(level).filter(|level| !level.is_nan());
        OpenPosition {
            side: self.side,
            entry_time_ms: self.entry_time_ms,
            entry_price: self.entry_price,
            quantity: self.quantity,
            entry_fee: self.entry_fee,
            funding: self.funding,
            liquidation: level(self.liquidation),
            stop: level(self.levels.stop),
            take: level(self.levels.take),
            trail: level(self.levels.trail),
        }
    }
}
