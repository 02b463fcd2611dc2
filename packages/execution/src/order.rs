//! Orders at the market: what they pay, and what is known when an entry fills.

use market::Side;
use strategy::{Decision, Protection, Unit};

use crate::Settings;
use crate::rounding::{down, up};

/// The price of a market order that opens a position of this side at `price`.
pub(crate) fn entry_price(settings: &Settings, side: Side, price: f64) -> f64 {
    match side {
        Side::Long => up(price * (1.0 + settings.slippage), settings.tick),
        Side::Short => down(price * (1.0 - settings.slippage), settings.tick),
    }
}

/// The price of a market order that closes a position of this side at `price`.
pub(crate) fn exit_price(settings: &Settings, side: Side, price: f64) -> f64 {
    match side {
        Side::Long => down(price * (1.0 - settings.slippage), settings.tick),
        Side::Short => up(price * (1.0 + settings.slippage), settings.tick),
    }
}

/// What is known when an entry fills.
pub(crate) struct Entry<'a> {
    pub(crate) side: Side,
    pub(crate) candle: usize,
    pub(crate) time_ms: i64,
    /// Open of the candle.
    pub(crate) open: f64,
    pub(crate) cash: f64,
    /// Equity at the decision.
    pub(crate) equity: f64,
    /// Close of the candle of the decision.
    pub(crate) close: f64,
    /// Most that the position may be worth at its price, in quote.
    pub(crate) room: f64,
    pub(crate) decision: &'a Decision,
}

impl Entry<'_> {
    /// The distance of the stop from the entry at `price`, in quote.
    pub(crate) fn stop_distance(&self, protection: &Protection, price: f64) -> f64 {
        match protection.stop {
            Some(Unit::Share) => price * self.decision.stop,
            _ => self.decision.stop,
        }
    }
}
