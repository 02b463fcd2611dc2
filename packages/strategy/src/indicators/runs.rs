//! The last n values, of which none is ever taken away again.
//!
//! Values come in runs of n. When a run is complete, the totals of all its ends are made, from the back.
//! From then on the last n values are an end of that run and the beginning of the next, and both totals
//! are at hand (van Herk, Gil and Werman). As nothing is subtracted, no rounding error outlives the value
//! it came from: nothing drifts, and a huge value that has left leaves no trace.

use crate::plan::{Inputs, Step};

/// What is made of the last n values of C columns: of an end of one run and the beginning of the next.
///
/// Values may be taken as distances from the pivot, the last value of the run before: it is one of the
/// last n, so equal values are no distance apart.
pub(super) trait Window<const C: usize>: Send {
    /// The total of some values.
    type Total: Copy + Send;
    /// What is kept of the total of an end.
    type Kept: Copy + Send;

    /// The total of no values.
    fn nothing(&self) -> Self::Total;

    /// The total of an end with one more value in front.
    fn in_front(&self, end: Self::Total, value: [f64; C], pivot: [f64; C]) -> Self::Total;

    /// The total of a beginning with one more value behind.
    fn behind(&self, begin: Self::Total, value: [f64; C], pivot: [f64; C]) -> Self::Total;

    /// What [`Window::read`] needs of an end.
    fn keep(&self, end: Self::Total) -> Self::Kept;

    /// What is told at a value, the newest of the last n.
    fn read(&self, end: Self::Kept, begin: Self::Total, value: [f64; C], pivot: [f64; C]) -> f64;
}

/// Cuts columns into runs; the value is unknown while one of the last n values is.
pub(super) struct Runs<const C: usize, W: Window<C>> {
    n: usize,
    /// This run's values; the first `at` of them are there.
    run: [Vec<f64>; C],
    at: usize,
    /// Whether the run before this one is complete, and known.
    is_known: bool,
    /// Last values of the run before.
    pivot: [f64; C],
    /// For each place of the run before, the total from there to its end.
    ends: Vec<W::Kept>,
    /// Room for those of this one.
    next_ends: Vec<W::Kept>,
    /// The total of this run so far.
    begin: W::Total,
    window: W,
}

impl<const C: usize, W: Window<C>> Runs<C, W> {
    pub(super) fn new(n: usize, window: W) -> Self {
        let begin = window.nothing();
        let (ends, next_ends) = (vec![window.keep(begin); n], vec![window.keep(begin); n]);
        let run = std::array::from_fn(|_| vec![f64::NAN; n]);
        Runs { n, run, at: 0, is_known: false, pivot: [f64::NAN; C], ends, next_ends, begin, window }
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
                (self.at, self.is_known, self.begin) = (0, false, self.window.nothing());
            }
            start = end + 1;
        }
    }

    /// Takes known values.
    fn extend(&mut self, columns: [&[f64]; C], out: &mut [f64]) {
        let mut start = 0;
        while start < out.len() {
            let end = out.len().min(start + self.n - self.at);
            let (values, out) = (columns.map(|column| &column[start..end]), &mut out[start..end]);
            if self.is_known && out.len() == self.n {
                self.whole(values, out);
            } else {
                self.some(values, out);
            }
            start = end;
        }
    }

    /// Takes a whole run. Its beginnings and its ends do not wait for each other, so they are made side by side.
    fn whole(&mut self, values: [&[f64]; C], out: &mut [f64]) {
        let (count, pivot, next_pivot) = (self.n - 1, self.pivot, last(values));
        let (first, rest) = (values.map(|column| &column[..count]), values.map(|column| &column[1..][..count]));
        let (mut end, mut begin) = (self.window.nothing(), self.window.nothing());
        let mut back = count;
        let (ends, next_ends) = (&self.ends[1..], &mut self.next_ends[1..][..count]);
        for (index, (out, &ahead)) in out[..count].iter_mut().zip(ends).enumerate() {
            let value = first.map(|column| column[index]);
            begin = self.window.behind(begin, value, pivot);
            *out = self.window.read(ahead, begin, value, pivot);
            back -= 1;
            end = self.window.in_front(end, rest.map(|column| column[back]), next_pivot);
            next_ends[back] = self.window.keep(end);
        }
        end = self.window.in_front(end, values.map(|column| column[0]), next_pivot);
        self.next_ends[0] = self.window.keep(end);
        out[count] = self.turn(next_pivot);
    }

    /// Takes part of a run. By itself, so that the loop over whole runs has the processor's registers to itself.
    #[inline(never)]
    fn some(&mut self, values: [&[f64]; C], out: &mut [f64]) {
        let (from, to) = (self.at, self.at + out.len());
        for (run, column) in self.run.iter_mut().zip(values) {
            run[from..to].copy_from_slice(column);
        }
        self.at = to;
        let is_complete = to == self.n;
        let before_last = out.len() - usize::from(is_complete);
        if self.is_known {
            self.follow(from, values, &mut out[..before_last]);
        } else {
            out[..before_last].fill(f64::NAN);
        }
        if is_complete {
            out[before_last] = self.complete();
        }
    }

    /// Fills `out` with what is told at values of this run, of which `from` were there already.
    fn follow(&mut self, from: usize, values: [&[f64]; C], out: &mut [f64]) {
        let values = values.map(|column| &column[..out.len()]);
        for (index, (out, &end)) in out.iter_mut().zip(&self.ends[from + 1..]).enumerate() {
            let value = values.map(|column| column[index]);
            self.begin = self.window.behind(self.begin, value, self.pivot);
            *out = self.window.read(end, self.begin, value, self.pivot);
        }
    }

    /// Makes the ends of this run, which is complete; gives what is told at its last value.
    fn complete(&mut self) -> f64 {
        let run = self.run.each_ref().map(|column| &column[..self.next_ends.len()]);
        let pivot = last(run);
        let mut total = self.window.nothing();
        for (index, end) in self.next_ends.iter_mut().enumerate().rev() {
            total = self.window.in_front(total, run.map(|column| column[index]), pivot);
            *end = self.window.keep(total);
        }
        self.turn(pivot)
    }

    /// Begins the next run, as the ends of this one are made; gives what is told at its last value.
    fn turn(&mut self, pivot: [f64; C]) -> f64 {
        std::mem::swap(&mut self.ends, &mut self.next_ends);
        (self.pivot, self.begin) = (pivot, self.window.nothing());
        (self.at, self.is_known) = (0, true);
        self.window.read(self.ends[0], self.begin, pivot, pivot)
    }
}

/// The last value of each column.
fn last<const C: usize>(columns: [&[f64]; C]) -> [f64; C] {
    columns.map(|column| column[column.len() - 1])
}

impl<const C: usize, W: Window<C>> Step for Runs<C, W> {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        Runs::run(self, std::array::from_fn(|index| inputs.column(index)), out);
    }
}

/// How many known values there are before the first unknown one.
pub(super) fn known(values: &[f64]) -> usize {
    // A known value times zero is zero, any other is NaN, and NaN stays. Without a way out of it, and with
    // eight sums that do not wait for each other, the loop takes several values at once.
    let mut traces = [0.0; 8];
    let (eights, rest) = values.as_chunks::<8>();
    for eight in eights {
        traces.iter_mut().zip(eight).for_each(|(trace, x)| *trace += x * 0.0);
    }
    if traces.iter().sum::<f64>() + rest.iter().map(|x| x * 0.0).sum::<f64>() == 0.0 {
        return values.len();
    }
    values.iter().position(|x| !x.is_finite()).unwrap_or(values.len())
}
