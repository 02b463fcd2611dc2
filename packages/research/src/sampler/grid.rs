//! Every point, in order.

use crate::{Sampler, Space};

/// Gives every point of the space once, by number.
#[derive(Debug, Clone)]
pub struct GridSampler {
    space: Space,
    given: usize,
}

impl GridSampler {
    /// A walk over the whole space.
    #[must_use]
    pub fn new(space: Space) -> Self {
        Self { space, given: 0 }
    }
}

impl Sampler for GridSampler {
    fn next(&mut self) -> Option<Vec<usize>> {
        let point = self.space.point(self.given)?;
        self.given += 1;
        Some(point)
    }

    fn tell(&mut self, _point: &[usize], _score: Option<f64>) {}
}
