//! Points drawn by lot, without repetition.

use std::collections::HashMap;

use fastrand::Rng;

use crate::{Sampler, Space};

/// Gives every point of the space once, each order being equally likely.
///
/// It shuffles as Fisher and Yates do (Knuth, The Art of Computer Programming 2, algorithm 3.4.2 P), but keeps only the
/// places that were swapped: memory grows with the points given and not with the space.
#[derive(Debug, Clone)]
pub struct RandomSampler {
    space: Space,
    rng: Rng,
    given: usize,
    /// The numbers at the places that hold another number than their own.
    moved: HashMap<usize, usize>,
}

impl RandomSampler {
    /// A shuffled walk over the whole space.
    #[must_use]
    pub fn new(space: Space, seed: u64) -> Self {
        Self { space, rng: Rng::with_seed(seed), given: 0, moved: HashMap::new() }
    }

    /// The number of the next point.
    pub(super) fn next_number(&mut self) -> Option<usize> {
        let first = self.given;
        if first >= self.space.size() {
            return None;
        }
        self.given += 1;
        let drawn = self.rng.usize(first..self.space.size());
        let at_first = self.moved.remove(&first).unwrap_or(first);
        if drawn == first {
            return Some(at_first);
        }
        Some(self.moved.insert(drawn, at_first).unwrap_or(drawn))
    }
}

impl Sampler for RandomSampler {
    fn next(&mut self) -> Option<Vec<usize>> {
        let number = self.next_number()?;
        self.space.point(number)
    }

    fn tell(&mut self, _point: &[usize], _score: Option<f64>) {}
}
