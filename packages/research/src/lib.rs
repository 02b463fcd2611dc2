//! The arithmetic of research: which settings to try next, and how much of what was found is luck.
//!
//! Nothing here runs a strategy, reads a file or a clock. Randomness is a seed: the same seed gives the same result.
//!
//! - What to try: a [`Space`] of params, a [`Sampler`] that walks it, and the [`Plateau`] around each result:
//!   [`plateaus`] of a grid, [`near_plateaus`] of what was sampled.
//! - Whether it holds on later candles: the windows of [`walk_forward`], and [`walk_forward_efficiency`].
//! - Whether it could have gone otherwise: [`draw_trades`] and [`bootstrap_days`].
//! - Whether it hangs on costs, on how far back one reads, or on the future: [`break_even`], [`largest_change`],
//!   [`first_difference`].
//! - Whether it is the luck of having tried much: [`deflated_sharpe`], and [`Trials`] with their [`Overfitting`].

mod agreement;
mod break_even;
mod correlation;
mod efficiency;
mod error;
mod monte_carlo;
mod nearest;
mod normal;
mod pbo;
mod plateau;
mod sampler;
mod settling;
mod sharpe;
mod space;
mod windows;

pub use agreement::{Difference, first_difference, spread};
pub use break_even::{BreakEven, break_even};
pub use correlation::{Correlation, pearson};
pub use efficiency::walk_forward_efficiency;
pub use error::ResearchError;
pub use monte_carlo::{
    BAND_LEVELS, Bootstrap, DAYS_PER_YEAR, Distribution, MOST_RUNS, TradeDraw, TradeRuns, as_it_was, bootstrap_days,
    draw_trades,
};
pub use nearest::{Near, near_plateaus, nearest_count};
pub use normal::{normal_cdf, normal_quantile};
pub use pbo::{BLOCKS_DEFAULT, MOST_TRIALS, Outcome, Overfitting, Trials};
pub use plateau::{Plateau, best_plateau, plateaus};
pub use sampler::{GridSampler, RandomSampler, Sampler, TpeSampler};
pub use settling::{SETTLED, largest_change};
pub use sharpe::{
    SharpeSample, deflated_sharpe, expected_max_sharpe, independent_trials, min_track_record, probabilistic_sharpe,
};
pub use space::{MOST_POINTS, MOST_VALUES, Param, Space};
pub use windows::{MOST_WINDOWS, Training, Window, walk_forward};
