//! Sums over the last n values in which the newest counts n times and the oldest once.

use super::runs::{Runs, Window};

/// Weighted averages of the last n values.
pub(super) fn weighted(n: usize) -> Runs<1, Weighted> {
    let count = n as f64;
    Runs::new(n, Weighted { count, share: 2.0 / (count * (count + 1.0)) })
}

pub(super) struct Weighted {
    count: f64,
    /// What the oldest value counts.
    share: f64,
}

/// Of distances from the pivot.
#[derive(Clone, Copy)]
pub(super) struct Part {
    sum: f64,
    weighted: f64,
}

impl Window<1> for Weighted {
    type Total = Part;
    type Kept = f64;

    fn nothing(&self) -> Part {
        Part { sum: 0.0, weighted: 0.0 }
    }

    /// The new one counts once, and each of those behind it once more.
    #[inline]
    fn in_front(&self, end: Part, [x]: [f64; 1], [pivot]: [f64; 1]) -> Part {
        let sum = end.sum + (x - pivot);
        Part { sum, weighted: end.weighted + sum }
    }

    /// The new one counts n times, and each of those in front of it once less.
    #[inline]
    fn behind(&self, begin: Part, [x]: [f64; 1], [pivot]: [f64; 1]) -> Part {
        let distance = x - pivot;
        let weighted = begin.weighted + (self.count * distance - begin.sum);
        Part { sum: begin.sum + distance, weighted }
    }

    #[inline]
    fn keep(&self, end: Part) -> f64 {
        end.weighted
    }

    #[inline]
    fn read(&self, end: f64, begin: Part, _: [f64; 1], [pivot]: [f64; 1]) -> f64 {
        pivot + self.share * (end + begin.weighted)
    }
}
