//! The command itself, as a user runs it.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod archive_server;
mod archives;
mod backup;
mod bad_candles;
mod check;
mod export;
mod faults;
mod fetch;
mod fetch_archive;
mod fetch_perpetuals;
mod import;
mod kills;
mod liar;
mod limits;
mod origins;
mod perpetual_desk;
mod perpetual_holes;
mod perpetuals;
mod prune;
mod repair;
mod repair_perpetuals;
mod resample;
mod rounds;
mod run;
mod stale;
mod stalled;
mod status;
mod venue;
mod verify;
