//! The trades of a run in other orders.
//!
//! In which order wins and losses came was luck; how deep the worst fall went depends on it. (Masters 2018, "Testing
//! and Tuning Market Trading Systems", chapters 7 and 8; Chande 2001, "Beyond Technical Analysis", chapter 7.)

use fastrand::Rng;

use super::distribution::Distribution;
use super::path::Path;
use crate::ResearchError;

/// How the trades of a run are drawn again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TradeDraw {
    /// Every trade once, in an order by lot. Where the run ends stays the same, but for rounding.
    Reordered,
    /// As many trades, each by lot from all of them: some come twice, some never, and the end differs too (Efron 1979,
    /// the bootstrap).
    Replaced,
}

/// What came of drawing the trades again.
#[derive(Debug, Clone, PartialEq)]
pub struct TradeRuns {
    /// Equity after the last trade, as a multiple of the equity before the first.
    pub final_equity: Distribution,
    /// The deepest fall of equity below a peak, after each trade: a share from -1 to 0.
    pub max_drawdown: Distribution,
}

/// Draws the trades `runs` times again. `returns` has a trade's profit as a share of the equity before it, for each
/// trade: 0.01 is 1 %. A trade that loses more than everything loses everything.
///
/// # Errors
/// [`ResearchError::TooFew`] without trades or runs, [`ResearchError::TooMany`] above [`super::MOST_RUNS`] runs,
/// [`ResearchError::NotFinite`].
pub fn draw_trades(returns: &[f64], draw: TradeDraw, runs: usize, seed: u64) -> Result<TradeRuns, ResearchError> {
    super::check(returns, "trades", 1, runs)?;
    let (mut rng, mut order) = (Rng::with_seed(seed), returns.to_vec());
    let paths: Vec<Path> = (0..runs)
        .map(|_| {
            match draw {
                TradeDraw::Reordered => rng.shuffle(&mut order),
                TradeDraw::Replaced => order.fill_with(|| returns[rng.usize(..returns.len())]),
            }
            let mut path = Path::START;
            order.iter().for_each(|share| path.take(*share));
            path
        })
        .collect();
    let over = |figure: fn(&Path) -> f64| {
        Distribution::new(paths.iter().map(figure).collect()).expect("there is at least one run")
    };
    Ok(TradeRuns { final_equity: over(|path| path.equity), max_drawdown: over(Path::max_drawdown) })
}
