//! The days of a run drawn again, in blocks.
//!
//! The stationary bootstrap (Politis and Romano 1994, "The Stationary Bootstrap"): a drawn series is made of blocks of
//! successive days; each begins at a day by lot and its length is geometric, so that the next day follows with
//! probability `1 - 1 / mean` and a new block begins otherwise; the first day follows the last. Blocks keep what
//! neighbouring days have to do with each other, such as calm and wild times.

use fastrand::Rng;

use super::distribution::{Distribution, quantile};
use super::path::Path;
use crate::ResearchError;

/// The shares of the runs below each of the bands of [`Bootstrap::bands`].
pub const BAND_LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// The days of a year in a market that never closes: what a daily Sharpe ratio is scaled by.
pub const DAYS_PER_YEAR: f64 = 365.0;

/// What came of drawing the days again.
#[derive(Debug, Clone, PartialEq)]
pub struct Bootstrap {
    /// For the end of each day, the equity that 5, 25, 50, 75 and 95 % of the runs were below ([`BAND_LEVELS`]), as a
    /// multiple of the equity before the first day.
    pub bands: Vec<[f64; 5]>,
    /// Equity after the last day over that before the first, less one.
    pub total_return: Distribution,
    /// Mean over sample standard deviation of the daily returns, times the square root of [`DAYS_PER_YEAR`]. Runs whose
    /// days are all the same have none; `None` where all are so.
    pub sharpe: Option<Distribution>,
    /// The deepest fall of equity below a peak, at the end of each day: a share from -1 to 0.
    pub max_drawdown: Distribution,
}

/// Draws the days `runs` times again, in blocks of `block_days` on average. `returns` has a share for each day: 0.01 is
/// 1 %. With blocks of 1 the days are independent; the longer the blocks, the fewer really different runs there are.
///
/// Memory is that of the bands and of one state for each run: the runs advance side by side, a day at a time.
///
/// # Errors
/// [`ResearchError::TooFew`] below two days or without runs, [`ResearchError::TooMany`] above [`super::MOST_RUNS`] runs,
/// [`ResearchError::NotFinite`], and [`ResearchError::Block`] where blocks are not at least a day long.
pub fn bootstrap_days(returns: &[f64], runs: usize, block_days: f64, seed: u64) -> Result<Bootstrap, ResearchError> {
    super::check(returns, "days", 2, runs)?;
    if !(block_days >= 1.0 && block_days.is_finite()) {
        return Err(ResearchError::Block(block_days));
    }
    let mut seeds = Rng::with_seed(seed);
    let mut walks: Vec<Walk> = (0..runs).map(|_| Walk::new(seeds.fork(), returns.len())).collect();
    let mut equity = vec![0.0; runs];
    let bands = (0..returns.len())
        .map(|_| {
            for (walk, equity) in walks.iter_mut().zip(&mut equity) {
                walk.advance(returns, 1.0 / block_days);
                *equity = walk.path.equity;
            }
            equity.sort_unstable_by(f64::total_cmp);
            BAND_LEVELS.map(|level| quantile(&equity, level))
        })
        .collect();
    let over = |figure: fn(&Walk) -> f64| {
        Distribution::new(walks.iter().map(figure).collect()).expect("there is at least one run")
    };
    Ok(Bootstrap {
        bands,
        total_return: over(|walk| walk.path.equity - 1.0),
        sharpe: Distribution::new(walks.iter().filter_map(Walk::sharpe).collect()),
        max_drawdown: over(|walk| walk.path.max_drawdown()),
    })
}

/// One drawn series, up to some day.
struct Walk {
    rng: Rng,
    /// The day that follows in the block.
    next: usize,
    path: Path,
    days: usize,
    /// Mean of the returns so far, and the sum of squared distances from it (Welford 1962).
    mean: f64,
    squares: f64,
}

impl Walk {
    /// Before its first day, which is by lot.
    fn new(mut rng: Rng, days: usize) -> Self {
        Self { next: rng.usize(..days), rng, path: Path::START, days: 0, mean: 0.0, squares: 0.0 }
    }

    /// Draws a day. `leave` is the probability that the next one begins a new block.
    fn advance(&mut self, returns: &[f64], leave: f64) {
        let drawn = returns[self.next];
        let leaves = self.rng.f64() < leave;
        self.next = if leaves { self.rng.usize(..returns.len()) } else { (self.next + 1) % returns.len() };
        self.path.take(drawn);
        self.days += 1;
        let distance = drawn - self.mean;
        self.mean += distance / self.days as f64;
        self.squares += distance * (drawn - self.mean);
    }

    /// Its Sharpe ratio a year, where its days differ.
    fn sharpe(&self) -> Option<f64> {
        let deviation = (self.squares / (self.days - 1) as f64).sqrt();
        (deviation > 0.0).then(|| self.mean / deviation * DAYS_PER_YEAR.sqrt())
    }
}
