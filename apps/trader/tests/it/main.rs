//! The trader as a whole: the real binary against the real simulator.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod config; // mistakes in the config file, as people see them
mod faults; // what breaks on the way, and is healed
mod harness;
mod history; // what comes into the store too late
mod kills; // SIGKILL at any moment
mod ledger; // one owner, one history
mod logs; // files of each day
mod parity;
mod together; // many that start at once
