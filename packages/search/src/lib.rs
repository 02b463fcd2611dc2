//! Runs one strategy with many sets of params over the same candles, on all processors.
//!
//! What the sets have in common is computed once ([`strategy::Variants`]); equity and trades are gathered into
//! figures as they come, so that memory grows neither with the range nor much with the number of sets. Each set
//! gives what it gives alone, bit for bit.

mod batch;
mod data;
mod outcome;
mod pool;

pub use outcome::Outcome;
pub use pool::{OpenSource, SearchError, Task, run};
