//! How a position is entered, or why it is not.

use super::{Engine, Intent, Quote};
use crate::order::Entry;
use crate::{Market, perpetual, spot};

impl Engine {
    /// The entry that was decided, at the open, with no more than `room` in quote.
    pub(crate) fn enter(&mut self, open: Quote, room: f64) {
        let Some(intent) = &self.pending.enter else { return };
        let entry = Entry {
            side: intent.side,
            candle: self.candle,
            time_ms: open.time_ms,
            open: open.price,
            cash: self.cash,
            equity: intent.equity,
            close: intent.close,
            room,
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
                self.pending.enter = None;
            }
            Err(reason) => self.refuse(reason),
        }
    }

    /// Turns the entry that was decided down.
    pub(crate) fn refuse(&mut self, reason: &'static str) {
        if let Some(intent) = self.pending.enter.take() {
            self.reject(intent.time_ms, intent.side, reason);
        }
    }

    /// The entry that was decided.
    pub(crate) fn entry(&self) -> Option<&Intent> {
        self.pending.enter.as_ref()
    }
}
