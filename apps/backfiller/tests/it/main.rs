//! The command itself, as a user runs it.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod archives;
mod backup;
mod bad_candles;
mod check;
mod export;
mod faults;
mod fetch;
mod fetch_perpetuals;
mod import;
mod kills;
mod perpetuals;
mod prune;
mod resample;
mod run;
mod status;
mod venue;
