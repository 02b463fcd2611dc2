//! What the close of a candle decides.

use market::Side;
use strategy::Decision;

use super::{Engine, Intent, Quote};
use crate::{Market, refusal, rules};

impl Engine {
    pub(super) fn decide_held(
        &mut self,
        close: Quote,
        decision: &Decision,
        equity: f64,
        side: Side,
        entry_candle: usize,
    ) {
        let (own, other) = rules::wishes(decision, side, self.is_spot());
        let bars = self.candle - entry_candle + 1;
        let Some(leaving) = rules::leaving(own, other, &self.orders, bars) else { return };
        self.pending.exit = Some(leaving.reason);
        if leaving.reverses {
            let other_side = if side == Side::Long { Side::Short } else { Side::Long };
            self.intend(close, decision, equity, other_side);
        }
    }

    pub(super) fn decide_flat(&mut self, close: Quote, decision: &Decision, equity: f64) {
        for side in [Side::Long, Side::Short] {
            let (own, other) = rules::wishes(decision, side, self.is_spot());
            if !own.enter {
                continue;
            }
            let waits = self.last_exit.is_some_and(|exit| self.candle - exit < self.orders.cooldown);
            let against = rules::opposed(own, other).or(waits.then_some(refusal::COOLDOWN));
            if let Some(reason) = against {
                self.reject(close.time_ms, side, reason);
            } else if self.intend(close, decision, equity, side) {
                return;
            }
        }
    }

    /// Decides to enter at the next open, unless the distances protect nothing; gives whether it did.
    fn intend(&mut self, close: Quote, decision: &Decision, equity: f64, side: Side) -> bool {
        if let Some(reason) = rules::unusable(decision, &self.orders) {
            self.reject(close.time_ms, side, reason);
            return false;
        }
        self.pending.enter =
            Some(Intent { side, decision: *decision, time_ms: close.time_ms, equity, close: close.price });
        true
    }

    fn is_spot(&self) -> bool {
        matches!(self.settings.market, Market::Spot)
    }
}
