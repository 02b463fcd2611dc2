//! Sums over the last n values in which the newest counts n times and the oldest once.
//!
//! Weighted averages and straight lines through the last n values are made of two sums, S of the values
//! and W of the weighted ones. Values are taken as distances from a pivot, the last value of the run
//! before: it is one of the last n, so equal values give exactly that value.

use super::runs::{Runs, Window};

/// `level` · pivot + `weighted` · W + `plain` · S of the last n values.
pub(super) fn weighted(n: usize, level: f64, weighted: f64, plain: f64) -> Runs<1, Weighted> {
    let window = Weighted { level, weighted, plain, pivot: f64::NAN, ends: vec![0.0; n], begin: (0.0, 0.0) };
    Runs::new(n, window)
}

pub(super) struct Weighted {
    level: f64,
    weighted: f64,
    plain: f64,
    pivot: f64,
    /// For each place of the last run, what its values from there on add, the value there counted once.
    ends: Vec<f64>,
    /// S and W of this run so far, its first value counted once.
    begin: (f64, f64),
}

impl Window<1> for Weighted {
    fn turn(&mut self, [run]: [&[f64]; 1]) -> f64 {
        let pivot = run[run.len() - 1];
        let (mut sum, mut weighted) = (0.0, 0.0);
        for (end, &x) in self.ends.iter_mut().zip(run).rev() {
            // One more value in front: each of those behind it counts once more.
            sum += x - pivot;
            weighted += sum;
            *end = self.weighted * weighted + self.plain * sum;
        }
        (self.pivot, self.begin) = (pivot, (0.0, 0.0));
        self.level * pivot + self.ends[0]
    }

    fn follow(&mut self, at: usize, [values]: [&[f64]; 1], out: &mut [f64]) {
        let (mut sum, mut weighted) = self.begin;
        let (pivot, level) = (self.pivot, self.level * self.pivot);
        // The values of this run stand behind so many older ones: each counts so many times more.
        let mut older = (self.ends.len() - at) as f64;
        let mut count = at as f64;
        for ((out, &x), &end) in out.iter_mut().zip(values).zip(&self.ends[at + 1..]) {
            (count, older) = (count + 1.0, older - 1.0);
            let distance = x - pivot;
            sum += distance;
            weighted += count * distance;
            *out = level + (end + (self.weighted * weighted + (self.weighted * older + self.plain) * sum));
        }
        self.begin = (sum, weighted);
    }
}
