//! Tests of the package from outside, over real sockets and without the internet.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod enforcer; // an exchange that enforces its limits, and a clock that it shares with its clients
mod faults; // what goes wrong on the way, and what becomes of it
mod history; // fetching stretches of closed candles
mod limits; // weights, silence and bans
mod perpetuals; // candles, mark prices and funding of perpetuals
mod server; // a server that answers as told, and a clock that is stepped
mod shared_limits; // several processes that keep to the limits together
mod tls; // https with a root of one's own
