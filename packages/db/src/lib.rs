//! The store: candles, mark prices, funding, tickers, instruments, the ledger, runs and the limits of exchanges in one SQLite file. The only place with SQL.
//!
//! Many processes may read and write one file at once: every writer takes `BEGIN IMMEDIATE` and
//! waits its turn, readers never wait. A [`Store`] is one connection; give each thread its own.
//!
//! Candles have three ways in, and each may change only this much:
//!
//! | who | call | rule |
//! |---|---|---|
//! | backfill, warm-up | [`Store::insert_closed`], [`Store::merge_closed`] | never changes a closed candle; replaces one still forming |
//! | stream | [`Store::put_forming`], [`Store::put_closed`] | never touches a closed candle |
//! | repair | [`Store::correct`] | only on request; the old values are kept |
//!
//! Mark prices and funding rates have one way in, [`Store::insert_marks`] and [`Store::insert_funding`],
//! and never change; [`Store::merge_marks`] and [`Store::merge_funding`] tell besides what is there with other values.
//! What was not believed goes to [`Store::set_aside`]. Whoever brings rows says where from, with an [`Origin`]; a stream need not.
//!
//! Times are Unix milliseconds here; only `ohlcv_data.timestamp` and its like are in seconds.

mod candles_in;
mod candles_out;
mod chunks;
mod columns;
mod copy;
mod correct;
mod error;
mod file_system;
mod funding;
mod gaps;
mod identity;
mod inspect;
mod instruments;
mod judging;
mod ledger;
mod limits;
mod marks;
mod merge;
mod migrate;
mod origins;
mod pages;
mod place;
mod prune;
mod quarantine;
mod range;
mod runs;
mod source;
mod status;
mod store;
mod tickers;
mod trials;
mod write_ahead;

pub use candles_in::{Inserted, Stored};
pub use copy::{Copied, Watch};
pub use correct::Correction;
pub use error::DbError;
pub use funding::FundingStatus;
pub use gaps::{Cause, Gap, Proof};
pub use inspect::TableSize;
pub use ledger::{
    Account, AccountId, Action, Booking, Difference, LedgerEquity, LedgerPosition, LedgerSignal, LedgerTrade, Outcome,
};
pub use limits::{LimitsStatus, SharedLimits};
pub use merge::{Differing, Merged};
pub use origins::{Origin, Stretch};
pub use place::{Data, Place};
pub use quarantine::{Aside, MOST_ASIDE, QuarantineStatus, Quarantined};
pub use runs::{NewRun, StoredRun};
pub use source::ExchangeCandles;
pub use status::SeriesStatus;
pub use store::Store;
pub use trials::StoredTrial;
