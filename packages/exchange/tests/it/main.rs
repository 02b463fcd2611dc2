//! Tests of the package from outside, over real sockets and without the internet.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod faults; // what goes wrong on the way, and what becomes of it
mod history; // fetching stretches of closed candles
mod limits;
mod perpetuals; // weights, silence and bans
mod server; // a server that answers as told, and a clock that is stepped
mod tls; // https with a root of one's own
