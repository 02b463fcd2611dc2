//! Buying and selling on a spot market: quantities, fees, cash.

use market::Side;
use strategy::{Protection, Size};

use crate::order::{Entry, entry_price};
use crate::position::{Levels, Position};
use crate::rounding::down;
use crate::{FeeChargedIn, Settings, refusal};

/// Buys at the open. Gives the position; its `cost` is what cash falls by.
pub(crate) fn enter(settings: &Settings, protection: &Protection, entry: &Entry<'_>) -> Result<Position, &'static str> {
    let price = entry_price(settings, Side::Long, entry.open);
    let budget = budget(settings, protection, entry, price).min(entry.cash).min(entry.room);
    if budget <= 0.0 {
        return Err(refusal::NO_CASH);
    }
    let fee = settings.taker_fee;
    let bought = match settings.fee_charged_in {
        FeeChargedIn::Quote => down(budget / (price * (1.0 + fee)), settings.lot),
        FeeChargedIn::Received => down(budget / price, settings.lot),
    };
    if settings.is_too_small(bought, price) {
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
        margin: None,
        liquidation: f64::NAN,
        funding: 0.0,
        levels: Levels::new(Side::Long, price, entry.decision, protection),
    })
}

/// What may be spent, before the cap of what there is.
fn budget(settings: &Settings, protection: &Protection, entry: &Entry<'_>, price: f64) -> f64 {
    match settings.size {
        Size::Equity(share) => share * entry.equity,
        Size::Quote(amount) => amount,
        Size::Risk(share) => {
            let quantity = share * entry.equity / entry.stop_distance(protection, price);
            match settings.fee_charged_in {
                FeeChargedIn::Quote => quantity * price * (1.0 + settings.taker_fee),
                FeeChargedIn::Received => quantity * price,
            }
        }
    }
}
