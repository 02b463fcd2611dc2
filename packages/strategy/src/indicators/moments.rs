//! Sums over the last n values from which deviations and correlations are made, without cancellation.
//!
//! Values are taken as distances from the pivot, one of the last n, so the mean is no further from it than
//! their range, and equal values give exactly zero.

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
) -> Runs<C, Moments<K, S>> {
    Runs::new(n, Moments(statistic))
}

pub(super) struct Moments<const K: usize, S>(S);

impl<const C: usize, const K: usize, S: Statistic<C, K>> Window<C> for Moments<K, S> {
    type Total = [f64; K];
    type Kept = [f64; K];

    fn nothing(&self) -> [f64; K] {
        [0.0; K]
    }

    #[inline]
    fn in_front(&self, end: [f64; K], values: [f64; C], pivot: [f64; C]) -> [f64; K] {
        plus(end, S::terms(values, pivot))
    }

    #[inline]
    fn behind(&self, begin: [f64; K], values: [f64; C], pivot: [f64; C]) -> [f64; K] {
        plus(begin, S::terms(values, pivot))
    }

    #[inline]
    fn keep(&self, end: [f64; K]) -> [f64; K] {
        end
    }

    #[inline]
    fn read(&self, end: [f64; K], begin: [f64; K], values: [f64; C], pivot: [f64; C]) -> f64 {
        self.0.read(plus(end, begin), values, pivot)
    }
}

#[inline]
fn plus<const K: usize>(a: [f64; K], b: [f64; K]) -> [f64; K] {
    std::array::from_fn(|index| a[index] + b[index])
}
