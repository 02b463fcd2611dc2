//! Sums over the last n values from which deviations and correlations are made, without cancellation.
//!
//! Values are taken as distances from a pivot, the last value of the run before: it is one of the last n,
//! so the mean is no further from it than their range, and equal values give exactly zero. The rounding
//! error of each addition is kept beside its sum (Knuth's two-sum).

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
    let moments = Moments { statistic, pivot: [f64::NAN; C], ends: vec![[0.0; K]; n], begin: Sums::default() };
    Runs::new(n, moments)
}

pub(super) struct Moments<const C: usize, const K: usize, S> {
    statistic: S,
    pivot: [f64; C],
    /// For each place of the last run, the sums from there to its end.
    ends: Vec<[f64; K]>,
    /// The sums of this run so far.
    begin: Sums<K>,
}

impl<const C: usize, const K: usize, S: Statistic<C, K>> Window<C> for Moments<C, K, S> {
    fn turn(&mut self, run: [&[f64]; C]) -> f64 {
        let pivot = run.map(|column| column[column.len() - 1]);
        let mut sums = Sums::default();
        for (index, end) in self.ends.iter_mut().enumerate().rev() {
            sums.add(S::terms(run.map(|column| column[index]), pivot));
            *end = sums.value();
        }
        (self.pivot, self.begin) = (pivot, Sums::default());
        self.statistic.read(self.ends[0], pivot, pivot)
    }

    fn follow(&mut self, at: usize, values: [&[f64]; C], out: &mut [f64]) {
        let (mut begin, pivot) = (self.begin, self.pivot);
        let values = values.map(|column| &column[..out.len()]);
        for (index, (out, end)) in out.iter_mut().zip(&self.ends[at + 1..]).enumerate() {
            let values = values.map(|column| column[index]);
            begin.add(S::terms(values, pivot));
            let mut sums = begin.value();
            sums.iter_mut().zip(end).for_each(|(sum, end)| *sum += end);
            *out = self.statistic.read(sums, values, pivot);
        }
        self.begin = begin;
    }
}

/// K sums, each with the rounding errors of its additions.
#[derive(Clone, Copy)]
struct Sums<const K: usize> {
    sum: [f64; K],
    error: [f64; K],
}

impl<const K: usize> Default for Sums<K> {
    fn default() -> Self {
        Sums { sum: [0.0; K], error: [0.0; K] }
    }
}

impl<const K: usize> Sums<K> {
    #[inline]
    fn add(&mut self, terms: [f64; K]) {
        for ((total, error), term) in self.sum.iter_mut().zip(&mut self.error).zip(terms) {
            let sum = *total + term;
            let back = sum - *total;
            *error += (*total - (sum - back)) + (term - back);
            *total = sum;
        }
    }

    #[inline]
    fn value(&self) -> [f64; K] {
        std::array::from_fn(|index| self.sum[index] + self.error[index])
    }
}
