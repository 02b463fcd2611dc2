//! The last n values, of which none is ever taken away again.
//!
//! Values come in runs of n. When a run is complete, the totals of all its ends are made, from the back.
//! From then on the last n values are an end of that run and the beginning of the next, and both totals
//! are at hand (van Herk, Gil and Werman). As nothing is subtracted, no rounding error outlives the value
//! it came from: nothing drifts, and a huge value that has left leaves no trace.

use crate::plan::{Inputs, Step};

/// What is made of the last n values of C columns.
pub(super) trait Window<const C: usize>: Send {
    /// Takes a complete run of n values, makes the totals of its ends, and gives the value of the whole run.
    fn turn(&mut self, run: [&[f64]; C]) -> f64;

    /// Takes values of the next run, of which `at` are there already; fills `out` with the value at each.
    /// The last value of a run never comes here.
    fn follow(&mut self, at: usize, values: [&[f64]; C], out: &mut [f64]);
}

/// Cuts columns into runs; the value is unknown while one of the last n values is.
pub(super) struct Runs<const C: usize, W> {
    n: usize,
    /// This run's values; the first `at` of them are there.
    run: [Vec<f64>; C],
    at: usize,
    /// Whether the run before this one is complete, and known.
    is_known: bool,
    window: W,
}

impl<const C: usize, W: Window<C>> Runs<C, W> {
    pub(super) fn new(n: usize, window: W) -> Self {
        Runs { n, run: std::array::from_fn(|_| vec![f64::NAN; n]), at: 0, is_known: false, window }
    }

    /// Takes a block; fills `out` with the value at each candle.
    pub(super) fn run(&mut self, columns: [&[f64]; C], out: &mut [f64]) {
        let mut start = 0;
        while start < out.len() {
            let known = columns.iter().map(|column| known(&column[start..])).min().unwrap_or(0);
            let end = start + known;
            self.extend(columns.map(|column| &column[start..end]), &mut out[start..end]);
            if let Some(unknown) = out.get_mut(end) {
                *unknown = f64::NAN;
                (self.at, self.is_known) = (0, false);
            }
            start = end + 1;
        }
    }

    /// Takes known values.
    fn extend(&mut self, columns: [&[f64]; C], out: &mut [f64]) {
        let mut start = 0;
        while start < out.len() {
            let end = out.len().min(start + self.n - self.at);
            let next = self.at + end - start;
            for (run, column) in self.run.iter_mut().zip(columns) {
                run[self.at..next].copy_from_slice(&column[start..end]);
            }
            let last = end - usize::from(next == self.n);
            if self.is_known {
                self.window.follow(self.at, columns.map(|column| &column[start..last]), &mut out[start..last]);
            } else {
                out[start..last].fill(f64::NAN);
            }
            self.at = next;
            if next == self.n {
                out[last] = self.window.turn(self.run.each_ref().map(Vec::as_slice));
                (self.at, self.is_known) = (0, true);
            }
            start = end;
        }
    }
}

impl<const C: usize, W: Window<C>> Step for Runs<C, W> {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        Runs::run(self, std::array::from_fn(|index| inputs.column(index)), out);
    }
}

/// How many known values there are before the first unknown one.
pub(super) fn known(values: &[f64]) -> usize {
    // Without a way out of it the loop takes several values at once.
    if values.iter().fold(true, |all, x| all & x.is_finite()) {
        return values.len();
    }
    values.iter().position(|x| !x.is_finite()).unwrap_or(values.len())
}

/// One number of the last n: put together from two by a function that may take them in any grouping.
pub(super) struct Fold<F> {
    join: F,
    /// What changes nothing it is joined with.
    neutral: f64,
    /// For each place of the last run, what it is from there to the end.
    ends: Vec<f64>,
    /// What it is of this run so far.
    begin: f64,
}

impl<F: Fn(f64, f64) -> f64> Fold<F> {
    pub(super) fn new(n: usize, neutral: f64, join: F) -> Self {
        Fold { join, neutral, ends: vec![neutral; n], begin: neutral }
    }
}

impl<F: Fn(f64, f64) -> f64 + Send> Window<1> for Fold<F> {
    fn turn(&mut self, [run]: [&[f64]; 1]) -> f64 {
        let mut end = self.neutral;
        for (slot, &x) in self.ends.iter_mut().zip(run).rev() {
            end = (self.join)(end, x);
            *slot = end;
        }
        self.begin = self.neutral;
        end
    }

    fn follow(&mut self, at: usize, [values]: [&[f64]; 1], out: &mut [f64]) {
        let mut begin = self.begin;
        for ((out, &x), &end) in out.iter_mut().zip(values).zip(&self.ends[at + 1..]) {
            begin = (self.join)(begin, x);
            *out = (self.join)(end, begin);
        }
        self.begin = begin;
    }
}
