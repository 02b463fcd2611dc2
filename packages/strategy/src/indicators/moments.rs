//! Sums over the last n values from which deviations and correlations are made, without cancellation.
//!
//! Values are taken as distances from a pivot, the last value of the run before: it is one of the last n,
//! so the mean is no further from it than their range, and equal values give exactly zero.

use super::runs::{Runs, Window};

/// What is made of K sums over the last n values of C columns.
pub(super) trait Statistic<const C: usize, const K: usize>: Send {
    /// The terms that one candle adds to the sums.
    fn terms(values: [f64; C], pivot: [f64; C]) -> [f64; K];

    /// The value at a candle from the sums over the last n.
    fn read(&self, sums: [f64; K], values: [f64; C], pivot: [f64; C]) -> f64;
}

/// The statistic of the last n values.
pub(super) fn moments<const C: usize, const K: usize, S: Statistic<C, K>>(
    n: usize,
    statistic: S,
) -> Runs<C, Moments<C, K, S>> {
    let moments = Moments { statistic, pivot: [f64::NAN; C], ends: vec![[0.0; K]; n], begin: [0.0; K] };
    Runs::new(n, moments)
}

pub(super) struct Moments<const C: usize, const K: usize, S> {
    statistic: S,
    pivot: [f64; C],
    /// For each place of the last run, the sums from there to its end.
    ends: Vec<[f64; K]>,
    /// The sums of this run so far.
    begin: [f64; K],
}

impl<const C: usize, const K: usize, S: Statistic<C, K>> Window<C> for Moments<C, K, S> {
    fn turn(&mut self, run: [&[f64]; C]) -> f64 {
        let pivot = run.map(|column| column[column.len() - 1]);
        let run = run.map(|column| &column[..self.ends.len()]);
        let mut sums = [0.0; K];
        for (index, end) in self.ends.iter_mut().enumerate().rev() {
            sums = plus(sums, S::terms(run.map(|column| column[index]), pivot));
            *end = sums;
        }
        (self.pivot, self.begin) = (pivot, [0.0; K]);
        self.statistic.read(self.ends[0], pivot, pivot)
    }

    fn follow(&mut self, at: usize, values: [&[f64]; C], out: &mut [f64]) {
        let (mut begin, pivot) = (self.begin, self.pivot);
        let values = values.map(|column| &column[..out.len()]);
        for (index, (out, end)) in out.iter_mut().zip(&self.ends[at + 1..]).enumerate() {
            let values = values.map(|column| column[index]);
            begin = plus(begin, S::terms(values, pivot));
            *out = self.statistic.read(plus(*end, begin), values, pivot);
        }
        self.begin = begin;
    }
}

#[inline]
fn plus<const K: usize>(a: [f64; K], b: [f64; K]) -> [f64; K] {
    std::array::from_fn(|index| a[index] + b[index])
}
