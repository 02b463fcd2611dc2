//! The record of a trade, closed or still open.

use market::Side;
use serde::Serialize;

/// Why a position was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ExitReason {
    /// An exit rule, or an entry rule of the other side.
    Signal,
    /// The stop.
    Stop,
    /// The target.
    Take,
    /// The trailing stop, where it was tighter than the stop.
    Trail,
    /// `max_bars`.
    Time,
    /// The exchange closed the position.
    Liquidation,
}

impl ExitReason {
    /// The reason in a word: `signal`, `stop`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ExitReason::Signal => "signal",
            ExitReason::Stop => "stop",
            ExitReason::Take => "take",
            ExitReason::Trail => "trail",
            ExitReason::Time => "time",
            ExitReason::Liquidation => "liquidation",
        }
    }
}

/// A closed trade. Prices and money in quote, quantity in base, times Unix milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Trade {
    /// Long or short.
    pub side: Side,
    /// Open time of the candle in which the entry filled.
    pub entry_time_ms: i64,
    /// Price of the entry, slippage and rounding included.
    pub entry_price: f64,
    /// Open time of the candle in which the exit filled.
    pub exit_time_ms: i64,
    /// Price of the exit, slippage and rounding included.
    pub exit_price: f64,
    /// What was held.
    pub quantity: f64,
    /// Fees of both sides, in quote.
    pub fees: f64,
    /// Funding received less funding paid.
    pub funding: f64,
    /// Net profit.
    pub pnl: f64,
    /// Why it was left.
    pub reason: ExitReason,
    /// Candles from the entry's to the exit's.
    pub bars: usize,
    /// The level of its target, if there was one.
    pub take: Option<f64>,
    /// Whether stop and target were both reached in its last candle, so that the loss was taken.
    pub ambiguous: bool,
}

/// A position that is still open at the end of the range.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenPosition {
    /// Long or short.
    pub side: Side,
    /// Open time of the candle in which the entry filled, Unix milliseconds.
    pub entry_time_ms: i64,
    /// Price of the entry, in quote.
    pub entry_price: f64,
    /// What is held, in base.
    pub quantity: f64,
    /// Fee paid at the entry, in quote.
    pub entry_fee: f64,
    /// Funding received less funding paid, in quote.
    pub funding: f64,
    /// The price at which the exchange closes it, if there is one.
    pub liquidation: Option<f64>,
    /// The level of the stop, if there is one.
    pub stop: Option<f64>,
    /// The level of the target, if there is one.
    pub take: Option<f64>,
    /// The level of the trailing stop, if there is one.
    pub trail: Option<f64>,
}
