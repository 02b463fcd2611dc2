//! Positions in perpetuals with isolated margin: quantities, margin, liquidation.

use strategy::{Protection, Size};

use crate::order::{Entry, entry_price};
use crate::position::{Levels, Position};
use crate::rounding::down;
use crate::{Margin, Settings, refusal};

/// Opens a position at the open. Its `cost` is the fee, which is paid from cash at once.
pub(crate) fn enter(
    settings: &Settings,
    terms: &Margin,
    protection: &Protection,
    entry: &Entry<'_>,
) -> Result<Position, &'static str> {
    if entry.cash <= 0.0 || entry.equity <= 0.0 {
        return Err(refusal::NO_CASH);
    }
    let (side, leverage, fee) = (entry.side, terms.leverage, settings.taker_fee);
    let price = entry_price(settings, side, entry.open);
    let wanted = match settings.size {
        Size::Equity(share) => share * entry.equity * leverage / entry.close,
        Size::Quote(amount) => amount * leverage / entry.close,
        Size::Risk(share) => share * entry.equity / entry.stop_distance(protection, price),
    };
    let most = entry.cash * leverage / (price * (1.0 + fee * leverage));
    let quantity = down(wanted.min(most).min(entry.room / price), settings.lot);
    if settings.is_too_small(quantity, price) {
        return Err(refusal::TOO_SMALL);
    }
    let liquidation = terms.tiers.liquidation_price(side, price, quantity, leverage);
    if side.sign() * (price - liquidation) <= 0.0 {
        return Err(refusal::NO_MARGIN);
    }
    let entry_fee = quantity * price * fee;
    Ok(Position {
        side,
        entry_candle: entry.candle,
        entry_time_ms: entry.time_ms,
        entry_price: price,
        quantity,
        cost: entry_fee,
        entry_fee,
        margin: Some(quantity * price / leverage),
        liquidation,
        funding: 0.0,
        levels: Levels::new(side, price, entry.decision, protection),
    })
}
