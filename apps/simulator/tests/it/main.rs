//! The real binary, asked over real sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

/// The simulator as a child process, and small clients.
mod harness;

/// Arguments, files, ports and signals.
mod command;
/// Faults on command.
mod faults;
/// REST.
mod rest;
/// Streams.
mod streams;
