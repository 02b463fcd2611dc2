//! What the close of a candle decides.

use market::Side;
use strategy::Decision;

use super::{Engine, Intent, NOTHING, Pending, Quote};
use crate::{Market, refusal, rules};

impl Engine {
    pub(super) fn decide_held(
        &mut self,
        close: Quote,
        decision: &Decision,
        equity: f64,
        side: Side,
        entry_candle: usize,
    ) -> Pending {
        let (own, other) = rules::wishes(decision, side, self.is_spot());
        let bars = self.candle - entry_candle + 1;
        let Some(leaving) = rules::leaving(own, other, &self.orders, bars) else { return NOTHING };
        let other_side = if side == Side::Long { Side::Short } else { Side::Long };
        let enter = if leaving.reverses { self.intend(close, decision, equity, other_side) } else { None };
        Pending { exit: Some(leaving.reason), enter }
    }

    pub(super) fn decide_flat(&mut self, close: Quote, decision: &Decision, equity: f64) -> Pending {
        for side in [Side::Long, Side::Short] {
            let (own, other) = rules::wishes(decision, side, self.is_spot());
            if !own.enter {
                continue;
            }
            let waits = self.last_exit.is_some_and(|exit| self.candle - exit < self.orders.cooldown);
            let against = rules::opposed(own, other).or(waits.then_some(refusal::COOLDOWN));
            if let Some(reason) = against {
                self.reject(close.time_ms, side, reason);
            } else if let enter @ Some(_) = self.intend(close, decision, equity, side) {
                return Pending { exit: None, enter };
            }
        }
        NOTHING
    }

    /// An entry at the next open, unless its distances protect nothing.
    fn intend(&mut self, close: Quote, decision: &Decision, equity: f64, side: Side) -> Option<Intent> {
        match rules::unusable(decision, &self.orders) {
            Some(reason) => {
                self.reject(close.time_ms, side, reason);
                None
            }
            None => Some(Intent { side, decision: *decision, time_ms: close.time_ms, equity, close: close.price }),
        }
    }

    fn is_spot(&self) -> bool {
        self.settings.market == Market::Spot
    }
}
