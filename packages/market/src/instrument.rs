//! What an exchange allows for a symbol: its steps and its minimums.

use rust_decimal::Decimal;

use crate::Symbol;

/// A tradable symbol of an exchange, with the steps its orders must keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Symbol in ccxt's notation.
    pub symbol: Symbol,
    /// Price step in quote; zero means any price.
    pub tick: Decimal,
    /// Quantity step in base; zero means any quantity.
    pub lot: Decimal,
    /// Least quantity of an order in base.
    pub min_quantity: Decimal,
    /// Least price times quantity of an order in quote.
    pub min_notional: Decimal,
    /// Whether new orders are accepted now.
    pub active: bool,
}
