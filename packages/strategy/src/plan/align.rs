//! Values of other candles (a higher timeframe, another symbol) at the closes of the base candles.

use std::collections::VecDeque;

use market::{CandleSlice, Timeframe};

use super::{BLOCK, Operand, Plan};

/// A plan over other candles, and its outputs aligned to the base candles.
///
/// A base candle sees the last candle that has closed by the time it closes itself: never a later one,
/// and none that is older than one candle, for then the right one is missing.
pub(crate) struct Context {
    timeframe: Timeframe,
    plan: Plan,
    outputs: Vec<Operand>,
    /// Close time and output values of candles that no base candle has seen yet.
    waiting: VecDeque<(i64, Vec<f64>)>,
    current: Option<(i64, Vec<f64>)>,
    /// How many candles of the context the base has passed.
    passed: usize,
    aligned: Vec<Vec<f64>>,
    /// For each base candle of the block, how many candles of the context were seen by then.
    seen: Vec<usize>,
}

impl Context {
    pub(crate) fn new(timeframe: Timeframe, plan: Plan, outputs: Vec<Operand>) -> Self {
        let aligned = vec![Vec::with_capacity(BLOCK); outputs.len()];
        Context {
            timeframe,
            plan,
            outputs,
            waiting: VecDeque::new(),
            current: None,
            passed: 0,
            aligned,
            seen: Vec::new(),
        }
    }

    /// Takes the next closed candles of the context.
    pub(crate) fn push(&mut self, candles: CandleSlice<'_>) {
        let mut start = 0;
        while start < candles.len() {
            let end = (start + BLOCK).min(candles.len());
            let block = candles.slice(start..end);
            self.plan.run(block, &[]);
            for (index, &open_time_ms) in block.open_time_ms.iter().enumerate() {
                let values = self.outputs.iter().map(|output| self.plan.fetch(*output, block, &[]).at(index)).collect();
                self.waiting.push_back((self.timeframe.next_open(open_time_ms), values));
            }
            start = end;
        }
    }

    /// Aligns the outputs to a block of base candles that close at `closes_ms`.
    pub(crate) fn align(&mut self, closes_ms: impl Iterator<Item = i64>) {
        self.seen.clear();
        self.aligned.iter_mut().for_each(Vec::clear);
        for close_ms in closes_ms {
            while self.waiting.front().is_some_and(|(closed_ms, _)| *closed_ms <= close_ms) {
                self.current = self.waiting.pop_front();
                self.passed += 1;
            }
            let fresh = self.current.as_ref().filter(|(closed_ms, _)| self.timeframe.next_open(*closed_ms) > close_ms);
            for (output, column) in self.aligned.iter_mut().enumerate() {
                column.push(fresh.map_or(f64::NAN, |(_, values)| values[output]));
            }
            self.seen.push(self.passed);
        }
    }

    /// The values of an output over the block that was aligned last.
    pub(crate) fn aligned(&self, output: usize) -> &[f64] {
        &self.aligned[output]
    }

    /// How many candles of the context had closed by the close of a base candle of the block.
    pub(crate) fn seen(&self, index: usize) -> usize {
        self.seen[index]
    }
}
