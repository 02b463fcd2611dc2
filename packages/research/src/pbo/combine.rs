//! Every way to take half of the blocks, and how the best trial there does on the other half.

use std::num::NonZero;
use std::thread;

use super::{Outcome, Trials};

/// The outcomes of all combinations. A half and the other half are two combinations, and their Sharpe ratios are
/// computed once for both. All processors take part.
pub(super) fn outcomes(trials: &Trials) -> Vec<Outcome> {
    let all = (1_u32 << trials.blocks()) - 1;
    // Of a half and the other half, one holds the first block.
    let masks = (1..=all).step_by(2).filter(|mask| mask.count_ones() as usize * 2 == trials.blocks());
    let masks: Vec<u32> = masks.collect();
    let parts = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let part = |masks| scope.spawn(move || outcomes_of(trials, all, masks));
        let threads: Vec<_> = masks.chunks(masks.len().div_ceil(parts).max(1)).map(part).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("sums of numbers do not panic")).collect()
    })
}

/// The outcomes of these halves, and of their other halves.
fn outcomes_of(trials: &Trials, all: u32, masks: &[u32]) -> Vec<Outcome> {
    let (mut half, mut other) = (Half::new(trials), Half::new(trials));
    let mut outcomes = Vec::with_capacity(2 * masks.len());
    for mask in masks {
        half.measure(trials, *mask);
        other.measure(trials, all & !mask);
        outcomes.push(outcome(&half.sharpes, &other.sharpes));
        outcomes.push(outcome(&other.sharpes, &half.sharpes));
    }
    outcomes
}

/// The Sharpe ratios of all trials over some blocks.
struct Half {
    sharpes: Vec<f64>,
    squares: Vec<f64>,
}

impl Half {
    /// Room for as many trials.
    fn new(trials: &Trials) -> Self {
        Self { sharpes: vec![0.0; trials.count()], squares: vec![0.0; trials.count()] }
    }

    /// Takes the blocks whose bits are set.
    fn measure(&mut self, trials: &Trials, mask: u32) {
        self.sharpes.fill(0.0);
        self.squares.fill(0.0);
        let mut periods = 0;
        for block in (0..trials.blocks()).filter(|block| mask >> block & 1 == 1) {
            periods += trials.bounds[block + 1] - trials.bounds[block];
            add(&mut self.sharpes, &trials.sums[block]);
            add(&mut self.squares, &trials.squares[block]);
        }
        let count = periods as f64;
        // What was the sum of the distances becomes the Sharpe ratio in its place.
        for ((sharpe, squares), shift) in self.sharpes.iter_mut().zip(&self.squares).zip(&trials.shifts) {
            let mean = *sharpe / count;
            let variance = (squares - *sharpe * mean) / (count - 1.0);
            // Who never changes has neither won nor lost by the way taken: zero, like a trial that did not trade.
            // Computed in any case, so that the loop has no branch and takes several trials at once.
            let ratio = (mean + shift) / variance.sqrt();
            *sharpe = if variance > 0.0 { ratio } else { 0.0 };
        }
    }
}

/// Adds the one to the other, trial by trial.
fn add(to: &mut [f64], what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += what);
}

/// The best trial of one half, on the other. Among equals the first is the best.
fn outcome(inside: &[f64], outside: &[f64]) -> Outcome {
    let (mut trial, mut in_sample) = (0, inside[0]);
    for (other, sharpe) in inside.iter().enumerate() {
        if *sharpe > in_sample {
            (trial, in_sample) = (other, *sharpe);
        }
    }
    let out_of_sample = outside[trial];
    let below = outside.iter().filter(|sharpe| **sharpe < out_of_sample).count() as f64;
    let equal = outside.iter().filter(|sharpe| **sharpe == out_of_sample).count() as f64;
    // Ranks go from 1, equals share theirs, and one more than there are trials keeps the share off 0 and 1.
    let rank = (below + (equal + 1.0) / 2.0) / (outside.len() + 1) as f64;
    Outcome { trial, in_sample, out_of_sample, logit: libm::log(rank / (1.0 - rank)) }
}
