//! The report against the oracles and at its edges.

#![expect(clippy::unwrap_used, reason = "a test that misses what it needs must fail")]

mod edges;
mod html;
mod json;
mod oracle;
mod oracles;
mod table;
