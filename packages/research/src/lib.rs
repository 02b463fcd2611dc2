//! The arithmetic of research: which settings to try next, and how much of what was found is luck.
//!
//! Nothing here runs a strategy, reads a file or a clock. Randomness is a seed: the same seed gives the same result.
//!
//! - What to try: a [`Space`] of params, a [`Sampler`] that walks it, and the [`Plateau`] around each result.
//! - Whether it holds on later candles: the windows of [`walk_forward`].

mod error;
mod plateau;
mod sampler;
mod space;
mod windows;

pub use error::ResearchError;
pub use plateau::{Plateau, best_plateau, plateaus};
pub use sampler::{GridSampler, RandomSampler, Sampler, TpeSampler};
pub use space::{MOST_POINTS, MOST_VALUES, Param, Space};
pub use windows::{MOST_WINDOWS, Training, Window, walk_forward};
