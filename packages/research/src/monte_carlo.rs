//! What else could have happened: the same trades in another order, the same days drawn again.

mod bootstrap;
mod distribution;
mod path;
mod shuffle;

pub use bootstrap::{BAND_LEVELS, Bootstrap, DAYS_PER_YEAR, bootstrap_days};
pub use distribution::Distribution;
pub use path::as_it_was;
pub use shuffle::{TradeDraw, TradeRuns, draw_trades};

use crate::ResearchError;

/// The most runs of one Monte Carlo: beyond this the quantiles stand still.
pub const MOST_RUNS: usize = 100_000;

/// Refuses what cannot be drawn from, and numbers of runs that are none or too many.
fn check(returns: &[f64], what: &'static str, need: usize, runs: usize) -> Result<(), ResearchError> {
    if returns.len() < need {
        return Err(ResearchError::TooFew { what, found: returns.len(), need });
    }
    if runs == 0 {
        return Err(ResearchError::TooFew { what: "runs", found: 0, need: 1 });
    }
    if runs > MOST_RUNS {
        return Err(ResearchError::TooMany { what: "runs", found: runs, most: MOST_RUNS });
    }
    crate::error::all_finite(returns)
}

#[cfg(test)]
mod tests;
