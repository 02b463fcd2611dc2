//! The tree-structured Parzen estimator: draws where good points lie thick and bad ones thin.
//!
//! Bergstra, Bardenet, Bengio and Kégl 2011, "Algorithms for Hyper-Parameter Optimization", section 4: the points with
//! scores are split at a quantile into good and bad, each group gets a density, `l` and `g`, and of some points drawn
//! from `l` the one with the highest `l / g` is tried, which is the one with the highest expected improvement.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use fastrand::Rng;

use super::parzen::Parzen;
use super::random::RandomSampler;
use crate::{Sampler, Space};

/// Points are drawn by lot until this many have scores: before that there is nothing to learn from.
const STARTUP: usize = 20;

/// The share of the scored points that is taken for good; the paper's gamma.
const GAMMA: f64 = 0.15;

/// How many points are drawn from the density of the good ones for each that is given.
const CANDIDATES: usize = 24;

/// How many times candidates are drawn where all of them were given before; then a point is drawn by lot.
const ROUNDS: usize = 4;

/// The most points that either group is described by, the best of the good and the latest of the bad: the cost of a
/// draw stays the same however long the search is.
const GROUP_MOST: usize = 200;

/// Gives points that are likely to be better than what was seen, and every point of the space at most once.
///
/// A point that was given and not yet told about, or that had no score, counts as bad: several points asked for at
/// once do not crowd in one place (the constant liar of Ginsbourger, Le Riche and Carraro 2010).
#[derive(Debug, Clone)]
pub struct TpeSampler {
    space: Space,
    lengths: Vec<usize>,
    rng: Rng,
    lot: RandomSampler,
    /// The numbers of the points given, with their scores.
    given: BTreeMap<usize, Option<f64>>,
    /// The same numbers, in the order given.
    order: Vec<usize>,
}

impl TpeSampler {
    /// A search over this space.
    #[must_use]
    pub fn new(space: Space, seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let lot = RandomSampler::new(space.clone(), rng.u64(..));
        Self { lengths: space.lengths(), space, rng, lot, given: BTreeMap::new(), order: Vec::new() }
    }

    /// The number of a point that was not given yet, by lot.
    fn by_lot(&mut self) -> Option<usize> {
        while let Some(number) = self.lot.next_number() {
            if !self.given.contains_key(&number) {
                return Some(number);
            }
        }
        None
    }

    /// The best of some points drawn from the density of the good ones; `None` where all were given before.
    fn by_density(&mut self) -> Option<usize> {
        let (good, bad) = self.densities()?;
        for _ in 0..ROUNDS {
            let mut best: Option<(f64, usize)> = None;
            for _ in 0..CANDIDATES {
                let point = good.draw(&mut self.rng);
                let number = self.space.number(&point)?;
                if self.given.contains_key(&number) {
                    continue;
                }
                let ratio = good.density(&point) / bad.density(&point);
                if best.is_none_or(|(most, _)| ratio > most) {
                    best = Some((ratio, number));
                }
            }
            if let Some((_, number)) = best {
                return Some(number);
            }
        }
        None
    }

    /// The density of the good and that of the bad points, or `None` where too few have scores.
    fn densities(&self) -> Option<(Parzen, Parzen)> {
        let mut scored: Vec<(usize, f64)> =
            self.given.iter().filter_map(|(&number, &score)| Some((number, score?))).collect();
        if scored.len() < STARTUP {
            return None;
        }
        scored.sort_by(|a, b| b.1.partial_cmp(&a.1).unwrap_or(Ordering::Equal));
        scored.truncate(((GAMMA * scored.len() as f64).ceil() as usize).min(GROUP_MOST));
        let good: Vec<usize> = scored.into_iter().map(|(number, _)| number).collect();
        let bad = self.order.iter().rev().filter(|number| !good.contains(number)).take(GROUP_MOST);
        Some((self.density(good.iter()), self.density(bad)))
    }

    /// The density of the points with these numbers.
    fn density<'a>(&self, numbers: impl Iterator<Item = &'a usize>) -> Parzen {
        Parzen::new(numbers.filter_map(|&number| self.space.point(number)).collect(), &self.lengths)
    }
}

impl Sampler for TpeSampler {
    fn next(&mut self) -> Option<Vec<usize>> {
        let number = match self.by_density() {
            Some(number) => number,
            None => self.by_lot()?,
        };
        self.given.insert(number, None);
        self.order.push(number);
        self.space.point(number)
    }

    fn tell(&mut self, point: &[usize], score: Option<f64>) {
        if let Some(told) = self.space.number(point).and_then(|number| self.given.get_mut(&number)) {
            *told = score.filter(|score| !score.is_nan());
        }
    }
}
