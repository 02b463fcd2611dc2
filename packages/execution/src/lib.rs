//! What an order becomes: the fill rules of backtest and paper trading, in one core without I/O.

mod run;
mod trade;

pub use run::{RejectedSignal, RunResult};
pub use trade::{ExitReason, OpenPosition, Trade};
