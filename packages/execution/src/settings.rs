//! What a run assumes of the market and of the account.

use serde::Serialize;
use strategy::Size;

/// Where a spot exchange takes its fee from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FeeChargedIn {
    /// Always in quote, beside the price.
    Quote,
    /// In what is received: base when buying, quote when selling, as Binance does.
    Received,
}

/// The market a run trades on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Market {
    /// What is bought is owned. Long only.
    Spot,
}

/// Cash, fees and steps of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Cash at the start, in quote.
    pub cash: f64,
    /// How much a position is for.
    pub size: Size,
    /// Fee of market orders, stops and signal exits: 0.001 is 0.1 %.
    pub taker_fee: f64,
    /// Fee of targets.
    pub maker_fee: f64,
    /// Share of the price that market orders lose: 0.0005 is 0.05 %.
    pub slippage: f64,
    /// Where the fee is taken from.
    pub fee_charged_in: FeeChargedIn,
    /// The market.
    pub market: Market,
    /// Price step in quote; 0 is none.
    pub tick: f64,
    /// Quantity step in base; 0 is none.
    pub lot: f64,
    /// Least quantity of an order in base; 0 is none.
    pub min_quantity: f64,
    /// Least price times quantity of an order in quote; 0 is none.
    pub min_notional: f64,
}

/// A setting that makes no sense.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{name} is {value}; expected {expected}")]
pub struct SettingsError {
    name: &'static str,
    value: f64,
    expected: &'static str,
}

impl Settings {
    /// Checks that every number is in its range.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), SettingsError> {
        let rate = |value: f64| (0.0..1.0).contains(&value);
        let step = |value: f64| value.is_finite() && value >= 0.0;
        let rules = [
            ("cash", self.cash, self.cash.is_finite() && self.cash > 0.0, "an amount above zero"),
            ("taker fee", self.taker_fee, rate(self.taker_fee), "a rate from 0 up to 1, such as 0.001 for 0.1 %"),
            ("maker fee", self.maker_fee, rate(self.maker_fee), "a rate from 0 up to 1, such as 0.001 for 0.1 %"),
            ("slippage", self.slippage, rate(self.slippage), "a rate from 0 up to 1, such as 0.0005 for 0.05 %"),
            ("tick", self.tick, step(self.tick), "a price step, or 0 for none"),
            ("lot", self.lot, step(self.lot), "a quantity step, or 0 for none"),
            ("least quantity", self.min_quantity, step(self.min_quantity), "a quantity, or 0 for none"),
            ("least notional", self.min_notional, step(self.min_notional), "an amount of quote, or 0 for none"),
        ];
        match rules.into_iter().find(|(_, _, good, _)| !good) {
            Some((name, value, _, expected)) => Err(SettingsError { name, value, expected }),
            None => Ok(()),
        }
    }
}
