//! Buying and selling on a spot market: quantities, fees, cash.

use market::Side;
use strategy::{Decision, Protection, Size, Unit};

use crate::position::{Levels, Position};
use crate::rounding::{down, up};
use crate::{FeeChargedIn, Settings};

/// Why an entry became no position.
pub(crate) mod refusal {
    pub(crate) const NO_CASH: &str = "there is no cash";
    pub(crate) const TOO_SMALL: &str = "the quantity is below the least of the instrument";
    pub(crate) const UNKNOWN_DISTANCE: &str = "a stop, target or trail distance is unknown";
    pub(crate) const NEGATIVE_DISTANCE: &str = "a stop, target or trail distance is negative";
    pub(crate) const OPPOSED: &str = "the exit rule is true as well";
    pub(crate) const COOLDOWN: &str = "the cooldown after the last exit is not over";
}

/// The price of a market order to buy at `price`.
pub(crate) fn buy_price(settings: &Settings, price: f64) -> f64 {
    up(price * (1.0 + settings.slippage), settings.tick)
}

/// The price of a market order to sell at `price`.
pub(crate) fn sell_price(settings: &Settings, price: f64) -> f64 {
    down(price * (1.0 - settings.slippage), settings.tick)
}

/// What is known when an entry fills.
pub(crate) struct Entry<'a> {
    pub(crate) candle: usize,
    pub(crate) time_ms: i64,
    /// Open of the candle.
    pub(crate) open: f64,
    pub(crate) cash: f64,
    /// Equity at the decision.
    pub(crate) equity: f64,
    pub(crate) decision: &'a Decision,
}

/// Buys at the open. Gives the position; its `cost` is what cash falls by.
pub(crate) fn enter(settings: &Settings, protection: &Protection, entry: &Entry<'_>) -> Result<Position, &'static str> {
    let price = buy_price(settings, entry.open);
    let budget = budget(settings, protection, entry, price).min(entry.cash);
    if budget <= 0.0 {
        return Err(refusal::NO_CASH);
    }
    let fee = settings.taker_fee;
    let bought = match settings.fee_charged_in {
        FeeChargedIn::Quote => down(budget / (price * (1.0 + fee)), settings.lot),
        FeeChargedIn::Received => down(budget / price, settings.lot),
    };
    if bought <= 0.0 || bought < settings.min_quantity || bought * price < settings.min_notional {
        return Err(refusal::TOO_SMALL);
    }
    let entry_fee = bought * price * fee;
    let (quantity, cost) = match settings.fee_charged_in {
        FeeChargedIn::Quote => (bought, bought * price + entry_fee),
        FeeChargedIn::Received => (bought * (1.0 - fee), bought * price),
    };
    Ok(Position {
        side: Side::Long,
        entry_candle: entry.candle,
        entry_time_ms: entry.time_ms,
        entry_price: price,
        quantity,
        cost,
        entry_fee,
        levels: Levels::new(Side::Long, price, entry.decision, protection),
    })
}

/// What may be spent, before the cap of what there is.
fn budget(settings: &Settings, protection: &Protection, entry: &Entry<'_>, price: f64) -> f64 {
    match settings.size {
        Size::Equity(share) => share * entry.equity,
        Size::Quote(amount) => amount,
        Size::Risk(share) => {
            let distance = match protection.stop {
                Some(Unit::Share) => price * entry.decision.stop,
                _ => entry.decision.stop,
            };
            let quantity = share * entry.equity / distance;
            match settings.fee_charged_in {
                FeeChargedIn::Quote => quantity * price * (1.0 + settings.taker_fee),
                FeeChargedIn::Received => quantity * price,
            }
        }
    }
}

/// What a sale gives: cash back, and its fee.
pub(crate) fn sell(quantity: f64, price: f64, fee_rate: f64) -> (f64, f64) {
    let fee = quantity * price * fee_rate;
    (quantity * price - fee, fee)
}
