//! The ledger: what each account did, candle by candle. Written once, then only compared.
//!
//! A paper account is a function of candles, so it can be computed anew at any time. What was
//! booked stays; [`Store::book`] compares it with what is computed now and tells where they part.
//! Use [`Store::open_ledger`], so that what was booked is on the disk.

mod account;
mod book;
mod difference;
mod read;

use market::Side;

pub use account::{Account, AccountId};
pub use difference::Difference;

/// A closed trade. Prices and money in quote, quantity in base, times are open times of candles in
/// Unix milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerTrade {
    /// Long or short.
    pub side: Side,
    /// The candle in which the entry filled.
    pub entry_time_ms: i64,
    /// Price of the entry.
    pub entry_price: f64,
    /// The candle in which the exit filled.
    pub exit_time_ms: i64,
    /// Price of the exit.
    pub exit_price: f64,
    /// What was held.
    pub quantity: f64,
    /// Fees of both sides.
    pub fees: f64,
    /// Funding received less funding paid.
    pub funding: f64,
    /// Net profit.
    pub pnl: f64,
    /// Why it was left, in a word: `signal`, `stop`.
    pub reason: String,
    /// Candles from the entry's to the exit's.
    pub bars: u64,
    /// Whether stop and target were both reached, so that the loss was taken.
    pub ambiguous: bool,
}

/// What a signal asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// To open a position.
    Enter,
    /// To leave it.
    Exit,
}

/// What became of a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It acts at the open of the next candle, which is not closed yet.
    Pending,
    /// It was followed.
    Taken,
    /// It was not followed; why, in words.
    Rejected(String),
}

/// A signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerSignal {
    /// Open time of the candle at whose close it was given, Unix milliseconds.
    pub candle_time_ms: i64,
    /// The side of the position.
    pub side: Side,
    /// What it asked for.
    pub action: Action,
    /// What became of it.
    pub outcome: Outcome,
}

/// A position that is open.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerPosition {
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
    /// Level of the stop.
    pub stop: Option<f64>,
    /// Level of the target.
    pub take: Option<f64>,
    /// Level of the trailing stop.
    pub trail: Option<f64>,
}

/// Equity after a candle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LedgerEquity {
    /// Open time of the candle, Unix milliseconds.
    pub candle_time_ms: i64,
    /// Equity at its close, in quote.
    pub equity: f64,
}

/// What an account did over a run of candles, all that were stored in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Booking {
    /// Equity after each candle, rising in time. Every booking has some.
    pub equity: Vec<LedgerEquity>,
    /// How many trades were closed before.
    pub first_trade: u64,
    /// The trades closed in these candles, in order.
    pub trades: Vec<LedgerTrade>,
    /// The signals of these candles, and those before that were pending.
    pub signals: Vec<LedgerSignal>,
    /// The position after the last candle.
    pub position: Option<LedgerPosition>,
}
