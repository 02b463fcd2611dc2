//! What an order becomes: the fill rules of backtest and paper trading, in one core without I/O.

mod engine;
mod feed;
mod position;
mod rounding;
mod run;
mod runner;
mod settings;
mod spot;
mod trade;

pub use engine::Engine;
pub use feed::{Fed, Feed};
pub use run::{RejectedSignal, RunResult};
pub use runner::{Recording, Runner};
pub use settings::{FeeChargedIn, Market, Settings, SettingsError};
pub use trade::{ExitReason, OpenPosition, Trade};
