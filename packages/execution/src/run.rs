//! What a run over a range of candles gives.

use market::Side;

use crate::{ExitReason, OpenPosition, Trade};

/// A signal that became no trade, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedSignal {
    /// Open time of the candle at whose close the signal was given, Unix milliseconds.
    pub candle_time_ms: i64,
    /// The side it would have opened.
    pub side: Side,
    /// Why nothing came of it, in words.
    pub reason: &'static str,
}

/// A candle in which loss and target were both reached, and finer candles decided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settled {
    /// Open time of the candle, Unix milliseconds.
    pub candle_time_ms: i64,
    /// What came first.
    pub reason: ExitReason,
    /// By how much the trade is better than if the loss had been taken, in quote.
    pub gained: f64,
}

/// Everything a run gives: the report, the figures and the proof of parity are made from it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunResult {
    /// Cash at the start, in quote.
    pub initial_cash: f64,
    /// Equity after each candle of the range, in quote.
    pub equity: Vec<f64>,
    /// Closed trades, in order of exit.
    pub trades: Vec<Trade>,
    /// The position that is still open.
    pub open: Option<OpenPosition>,
    /// Signals that became no trade.
    pub rejected: Vec<RejectedSignal>,
    /// Candles in which a position was held after the open.
    pub bars_held: usize,
    /// Candles in which loss and target were both reached.
    pub ambiguous_bars: usize,
    /// Candles in which loss and target were both reached and finer candles told which came first.
    pub settled: Vec<Settled>,
    /// Fees paid, the open position's included, in quote.
    pub fees: f64,
    /// Funding received less funding paid, in quote.
    pub funding: f64,
}
