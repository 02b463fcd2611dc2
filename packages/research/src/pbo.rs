//! How likely it is that the best of many trials was chosen by luck.
//!
//! Combinatorially symmetric cross-validation (Bailey, Borwein, López de Prado and Zhu 2015, "The Probability of
//! Backtest Overfitting", Journal of Computational Finance, section 3): time is cut into an even number of blocks. For
//! every way to take half of them, the best trial on that half is looked up on the other half, and how it ranks there
//! among all trials is noted. Where choosing is worth nothing, it ranks below the middle as often as above.

mod combine;
mod outcome;

pub use outcome::{Outcome, Overfitting};

use crate::ResearchError;

/// How many blocks time is cut into where there are periods enough: 12,870 combinations.
pub const BLOCKS_DEFAULT: usize = 16;

/// The fewest and the most blocks: 6 combinations say little, and beyond 184,756 it only gets slower.
const BLOCKS_LEAST: usize = 4;
const BLOCKS_MOST: usize = 20;

/// The fewest periods of a block for [`Trials::blocks_for`]: days of nearly a week, so that what neighbouring days have
/// to do with each other is mostly inside of blocks.
const BLOCK_PERIODS_LEAST: usize = 5;

/// The most trials: sums of all of them are held, and gone through for each combination.
pub const MOST_TRIALS: usize = 100_000;

/// The returns of the trials of a search, kept as sums for each block: the memory is that of 16 blocks, not of the
/// periods.
#[derive(Debug, Clone)]
pub struct Trials {
    /// Where each block begins, and where the last one ends.
    bounds: Vec<usize>,
    /// For each block, for each trial, the sum of its returns there, less [`Self::shifts`].
    sums: Vec<Vec<f64>>,
    /// The same of squares.
    squares: Vec<Vec<f64>>,
    /// The first return of each trial. Sums are made of distances from it: squares then lose no digits to a mean far
    /// from zero, and a trial that never changes has a spread of exactly zero.
    shifts: Vec<f64>,
}

impl Trials {
    /// No trials yet, of this many periods (days, say) in this many blocks of as equal lengths as can be.
    ///
    /// # Errors
    /// [`ResearchError::Blocks`] where the blocks are odd in number, fewer than 4 or more than 20;
    /// [`ResearchError::TooFew`] where a block would have fewer than two periods.
    pub fn new(periods: usize, blocks: usize) -> Result<Self, ResearchError> {
        if !(BLOCKS_LEAST..=BLOCKS_MOST).contains(&blocks) || blocks % 2 == 1 {
            return Err(ResearchError::Blocks { found: blocks, least: BLOCKS_LEAST, most: BLOCKS_MOST });
        }
        if periods < 2 * blocks {
            return Err(ResearchError::TooFew { what: "periods", found: periods, need: 2 * blocks });
        }
        let bounds = (0..=blocks).map(|block| block * periods / blocks).collect();
        Ok(Self { bounds, sums: vec![vec![]; blocks], squares: vec![vec![]; blocks], shifts: vec![] })
    }

    /// How many blocks suit so many periods: [`BLOCKS_DEFAULT`], or the largest even number whose blocks have at least
    /// 5 periods.
    ///
    /// # Errors
    /// [`ResearchError::TooFew`] where that leaves fewer than 4 blocks.
    pub fn blocks_for(periods: usize) -> Result<usize, ResearchError> {
        let need = BLOCKS_LEAST * BLOCK_PERIODS_LEAST;
        if periods < need {
            return Err(ResearchError::TooFew { what: "periods", found: periods, need });
        }
        Ok((periods / BLOCK_PERIODS_LEAST / 2 * 2).min(BLOCKS_DEFAULT))
    }

    /// Adds a trial with its returns, a share for each period. Trials have numbers in the order in which they are added.
    ///
    /// # Errors
    /// [`ResearchError::WrongLength`] where there is not one return for each period, [`ResearchError::NotFinite`],
    /// [`ResearchError::TooMany`] above [`MOST_TRIALS`]. The trial is then not added.
    pub fn add(&mut self, returns: &[f64]) -> Result<(), ResearchError> {
        let expected = *self.bounds.last().expect("there are at least four blocks");
        if returns.len() != expected {
            return Err(ResearchError::WrongLength { what: "returns", expected, found: returns.len() });
        }
        if self.count() >= MOST_TRIALS {
            return Err(ResearchError::TooMany { what: "trials", found: self.count() + 1, most: MOST_TRIALS });
        }
        crate::error::all_finite(returns)?;
        let shift = returns[0];
        self.shifts.push(shift);
        for (block, bounds) in self.bounds.windows(2).enumerate() {
            let distances = || returns[bounds[0]..bounds[1]].iter().map(|value| value - shift);
            self.sums[block].push(distances().sum());
            self.squares[block].push(distances().map(|distance| distance * distance).sum());
        }
        Ok(())
    }

    /// How many trials were added.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shifts.len()
    }

    /// How many blocks there are.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.sums.len()
    }

    /// Goes through all combinations.
    ///
    /// # Errors
    /// [`ResearchError::TooFew`] below two trials: there was nothing to choose.
    pub fn overfitting(&self) -> Result<Overfitting, ResearchError> {
        if self.count() < 2 {
            return Err(ResearchError::TooFew { what: "trials", found: self.count(), need: 2 });
        }
        Ok(Overfitting::of(combine::outcomes(self)))
    }
}

#[cfg(test)]
mod tests;
