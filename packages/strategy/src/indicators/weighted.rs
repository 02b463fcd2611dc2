//! Sums over the last n values in which the newest counts n times and the oldest once.
//!
//! Weighted averages and straight lines through the last n values are made of two sums, S of the values
//! and W of the weighted ones, both of distances from the pivot.

use super::runs::{Runs, Window};

/// `level` · pivot + `weighted` · W + `plain` · S of the last n values.
pub(super) fn weighted(n: usize, level: f64, weighted: f64, plain: f64) -> Runs<1, Weighted> {
    let (oldest, newest) = (weighted + plain, weighted * n as f64 + plain);
    Runs::new(n, Weighted { level, step: weighted, oldest, newest })
}

pub(super) struct Weighted {
    level: f64,
    /// What each value counts more than the one before it.
    step: f64,
    /// What the oldest value counts.
    oldest: f64,
    /// What the newest value counts.
    newest: f64,
}

/// Of some of the last n values.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// How much the total changes when each value counts one step more.
    slope: f64,
    total: f64,
}

impl Window<1> for Weighted {
    type Total = Part;
    type Kept = f64;

    fn nothing(&self) -> Part {
        Part { slope: 0.0, total: 0.0 }
    }

    /// The new one is the oldest; those behind it count one step more.
    #[inline]
    fn in_front(&self, end: Part, [x]: [f64; 1], [pivot]: [f64; 1]) -> Part {
        let distance = x - pivot;
        let total = end.total + (end.slope + self.oldest * distance);
        Part { slope: end.slope + self.step * distance, total }
    }

    /// The new one is the newest; those in front of it count one step less.
    #[inline]
    fn behind(&self, begin: Part, [x]: [f64; 1], [pivot]: [f64; 1]) -> Part {
        let distance = x - pivot;
        let total = begin.total + (self.newest * distance - begin.slope);
        Part { slope: begin.slope + self.step * distance, total }
    }

    #[inline]
    fn keep(&self, end: Part) -> f64 {
        end.total
    }

    #[inline]
    fn read(&self, end: f64, begin: Part, _: [f64; 1], [pivot]: [f64; 1]) -> f64 {
        self.level * pivot + (end + begin.total)
    }
}
