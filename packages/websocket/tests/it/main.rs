//! Streams against a local exchange that follows a script, and misbehaves on command.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod codec; // frames, documented and captured
mod connect; // connections that never come to be
mod faults; // connections that break, and what follows
mod queue; // slow listeners
mod requests; // watches that are wrong from the start
mod server; // the scripted exchange
mod tls; // the same over TLS
