//! What a run assumes of the market and of the account.

use serde::Serialize;
use strategy::Size;

use crate::Margin;

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
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "settings are few, and copied as one")]
pub enum Market {
    /// What is bought is owned. Long only.
    Spot,
    /// Long and short, with borrowed notional, funding and liquidation.
    Perpetual(Margin),
}

impl Market {
    /// `spot` or `perpetual`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Market::Spot => "spot",
            Market::Perpetual(_) => "perpetual",
        }
    }

    /// Notional over what is put up; 1 on spot.
    #[must_use]
    pub fn leverage(&self) -> f64 {
        match self {
            Market::Spot => 1.0,
            Market::Perpetual(margin) => margin.leverage,
        }
    }
}

/// What is taken where loss and target are both reached in one candle, and no finer candles decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ambiguity {
    /// The loss: the rule.
    #[default]
    Loss,
    /// The target: what it would have been at best.
    Target,
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
    /// What is taken in ambiguous candles.
    pub ambiguity: Ambiguity,
}

/// Most leverage that an exchange gives.
const MAX_LEVERAGE: f64 = 125.0;

/// A setting that makes no sense.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{name} is {value}; expected {expected}")]
pub struct SettingsError {
    name: &'static str,
    value: f64,
    expected: &'static str,
}

impl Settings {
    /// Whether an order is none, or below the least of the instrument.
    pub(crate) fn is_too_small(&self, quantity: f64, price: f64) -> bool {
        let is_enough = quantity > 0.0 && quantity >= self.min_quantity && quantity * price >= self.min_notional;
        !is_enough
    }

    /// Checks that every number is in its range.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), SettingsError> {
        let rate = |value: f64| (0.0..1.0).contains(&value);
        let step = |value: f64| value.is_finite() && value >= 0.0;
        let leverage = self.market.leverage();
        let rules = [
            ("leverage", leverage, (1.0..=MAX_LEVERAGE).contains(&leverage), "a number from 1 to 125"),
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
