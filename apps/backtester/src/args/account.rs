//! What a run assumes of the account and of the market.

use std::path::PathBuf;

use clap::ValueEnum;
use execution::Market;
use serde::{Deserialize, Serialize};
use strategy::Size;

use crate::manifest::option_as_text;

/// Cash, fees, steps, and the terms of a perpetual.
#[derive(Debug, Clone, clap::Args, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountArgs {
    /// Cash at the start, in quote.
    #[arg(long, default_value_t = 10_000.0, allow_negative_numbers = true)]
    pub(crate) cash: f64,
    /// Fee of market orders, stops and signal exits: 0.001 is 0.1 %.
    #[arg(long, default_value_t = 0.001, allow_negative_numbers = true)]
    pub(crate) taker_fee: f64,
    /// Fee of targets.
    #[arg(long, default_value_t = 0.001, allow_negative_numbers = true)]
    pub(crate) maker_fee: f64,
    /// Share of the price that market orders lose: 0.0005 is 0.05 %.
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    pub(crate) slippage: f64,
    /// Where a spot fee is taken from: always quote, or what is received, as Binance does.
    #[arg(long, value_enum, default_value_t = FeeChargedIn::Quote)]
    pub(crate) fee_charged_in: FeeChargedIn,
    /// Price step in quote; 0 for none.
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    pub(crate) tick: f64,
    /// Quantity step in base; 0 for none.
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    pub(crate) lot: f64,
    /// Least quantity of an order in base; less is no trade.
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    pub(crate) min_quantity: f64,
    /// Least price times quantity of an order in quote; less is no trade.
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    pub(crate) min_notional: f64,
    /// How much a position is for, instead of the file's: 50%, 250 quote, or risk 1%.
    #[arg(long)]
    #[serde(with = "option_as_text")]
    pub(crate) size: Option<Size>,
    /// The market; it follows from the symbol where it is left out: BTC/USDT:USDT is a perpetual.
    #[arg(long, value_enum)]
    pub(crate) market: Option<MarketKind>,
    /// Leverage of a perpetual, instead of the file's.
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) leverage: Option<f64>,
    /// Share of the notional of a perpetual below which the exchange closes it: 0.004 is 0.4 %.
    #[arg(long, allow_negative_numbers = true, value_name = "RATE", conflicts_with = "leverage_brackets")]
    pub(crate) maintenance_margin_rate: Option<f64>,
    /// The venue's leverage brackets, a rate for each tier of notional: JSON as the README tells.
    #[arg(long, value_name = "FILE")]
    pub(crate) leverage_brackets: Option<PathBuf>,
    /// Take missing funding as zero, and the traded price where the mark price is missing, instead of refusing.
    #[arg(long, value_enum, value_name = "AS")]
    pub(crate) missing_funding: Option<MissingFunding>,
    /// The tiers that are used, as the manifest of a run keeps them: what else tells of them may change.
    #[arg(skip)]
    pub(crate) maintenance_tiers: Option<Vec<(f64, f64)>>,
}

impl AccountArgs {
    /// The same with the tiers that are used.
    pub(crate) fn with_tiers(&self, market: &Market) -> Self {
        let maintenance_tiers = match market {
            Market::Spot => None,
            Market::Perpetual(margin) => Some(margin.tiers.list().collect()),
        };
        AccountArgs { maintenance_tiers, ..self.clone() }
    }
}

/// As in [`execution::FeeChargedIn`].
#[derive(Debug, Clone, Copy, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FeeChargedIn {
    Quote,
    Received,
}

/// As in [`execution::Market`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MarketKind {
    Spot,
    Perpetual,
}

/// What missing funding counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MissingFunding {
    Zero,
}
