//! What an order becomes: the fill rules of backtest and paper trading, in one core without I/O.

mod around;
mod engine;
mod feed;
mod margin;
mod order;
mod perpetual;
mod portfolio;
mod position;
mod refusal;
mod rest;
mod rounding;
mod rules;
mod run;
mod runner;
mod settings;
mod spot;
mod stretch;
mod trade;

pub use around::{Around, Funding, Surroundings};
pub use engine::Engine;
pub use feed::{Fed, Feed};
pub use margin::{MAX_TIERS, Margin, Tiers, TiersError};
pub use portfolio::{Limits, Portfolio, Tick};
pub use run::{RejectedSignal, RunResult, Settled};
pub use runner::{Piece, Recording, Runner};
pub use settings::{Ambiguity, FeeChargedIn, Market, Settings, SettingsError};
pub use stretch::{Stretch, numbered};
pub use trade::{ExitReason, OpenPosition, Trade};
