//! The settings of a run, as the report shows them.

use market::Timeframe;
use serde::Serialize;

/// How large a position is taken.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Size {
    /// A share of equity; 1 is all of it.
    Equity(f64),
    /// Anything else, as it is written in a strategy file: `risk 1%`, `250 quote`.
    Text(String),
}

/// The settings of a run. Fees, slippage and rates are shares: 0.001 is 0.1 %.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// Path of the strategy file.
    pub strategy_file: String,
    /// The strategy's parameters with the values that were used.
    pub params: Vec<(String, f64)>,
    /// Cash at the start, in quote.
    pub cash: f64,
    /// Size of a position.
    pub size: Size,
    /// Fee of market orders and stops.
    pub taker_fee: f64,
    /// Fee of targets.
    pub maker_fee: f64,
    /// How much worse than its price a market order or a stop fills.
    pub slippage: f64,
    /// `quote`, or `received` where the fee is taken from what is bought.
    pub fee_charged_in: &'static str,
    /// `spot` or `perpetual`.
    pub market: &'static str,
    /// Leverage of a perpetual; 1 for spot.
    pub leverage: f64,
    /// Least notional and maintenance margin rate of each tier of a perpetual; none for spot.
    pub maintenance_tiers: Vec<(f64, f64)>,
    /// The finer candles that settle what is ambiguous, where there are any.
    pub detail: Option<Timeframe>,
    /// Price step; 0 for any price.
    pub tick: f64,
    /// Quantity step; 0 for any quantity.
    pub lot: f64,
    /// Start of the range, Unix milliseconds.
    pub from_ms: i64,
    /// End of the range, exclusive, Unix milliseconds.
    pub to_ms: i64,
}
