//! Reads rules off the columns of a plan: what is decided at the close of each candle.

use std::ops::Range;

use market::CandleSlice;

use crate::compile::Part;
use crate::file::Expressions;
use crate::plan::{Arg, Context, Needs, Operand, Plan, Reads, Truth, WORD};
use crate::strategy::{Act, Decision};

/// A value, and since when it means something.
pub(crate) struct Watched {
    pub(crate) operand: Operand,
    is_condition: bool,
    needs: Needs,
    /// For each context it needs, the base candle at which that was first warm.
    context_warm: Vec<Option<usize>>,
    warm: bool,
}

impl Watched {
    pub(crate) fn new(part: &Part) -> Self {
        let context_warm = vec![None; part.needs.contexts.len()];
        let (operand, is_condition, needs) = (part.operand, part.is_condition, part.needs.clone());
        Watched { operand, is_condition, needs, context_warm, warm: false }
    }

    pub(crate) fn is_condition(&self) -> bool {
        self.is_condition
    }

    /// Whether it is warm at base candle `candle`, the one at `index` of the block.
    pub(crate) fn is_warm(&mut self, candle: usize, index: usize, contexts: &[Context]) -> bool {
        if self.warm {
            return true;
        }
        self.warm = candle >= self.needs.lookback;
        for (need, first) in self.needs.contexts.iter().zip(&mut self.context_warm) {
            if first.is_none() && contexts[need.context].seen(index) > need.lookback {
                *first = Some(candle);
            }
            self.warm &= first.is_some_and(|first| candle >= first + need.later);
        }
        self.warm
    }
}

/// The rules of a strategy, and the distances of its levels.
pub(crate) struct Rules {
    /// `long.enter`, `long.exit`, `short.enter`, `short.exit`.
    rules: [Option<Watched>; 4],
    /// `stop`, `take`, `trail`.
    distances: [Option<Operand>; 3],
}

/// A block of candles that a plan ran over, and how many candles were before it.
#[derive(Clone, Copy)]
pub(crate) struct Block<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) contexts: &'a [Context],
    pub(crate) candles: CandleSlice<'a>,
    pub(crate) seen: usize,
}

impl<'a> Block<'a> {
    fn fetch(&self, operand: Operand) -> Arg<'a> {
        self.plan.fetch(operand, self.candles, self.contexts)
    }
}

impl Rules {
    pub(crate) fn new(expressions: &Expressions) -> Self {
        Rules {
            rules: expressions.rules.each_ref().map(|rule| rule.as_ref().map(Watched::new)),
            distances: expressions.distances.each_ref().map(|distance| distance.as_ref().map(|part| part.operand)),
        }
    }

    /// The decision at each candle of the block.
    pub(crate) fn decide(&mut self, block: Block<'_>, decisions: &mut Vec<Decision>) {
        let conditions = self.conditions(|operand| block.fetch(operand));
        let distances = self.distances.map(|distance| distance.map(|distance| block.fetch(distance)));
        for index in 0..block.candles.len() {
            decisions.push(decision(self.fires(block, &conditions, index), &distances, index));
        }
    }

    /// The decisions of the block that want something; their candles are counted on from `start`.
    pub(crate) fn act(&mut self, block: Block<'_>, start: usize, acts: &mut Vec<Act>) {
        let conditions = self.conditions(|operand| block.plan.truth(operand, block.candles, block.contexts));
        let distances = self.distances.map(|distance| distance.map(|distance| block.fetch(distance)));
        let length = block.candles.len();
        for from in (0..length).step_by(WORD) {
            let words = self.words(block, &conditions, from..(from + WORD).min(length));
            let mut holds = words.iter().fold(0, |holds, word| holds | word);
            while holds != 0 {
                let bit = holds.trailing_zeros();
                holds &= holds - 1;
                let (index, fires) = (from + bit as usize, words.map(|word| word >> bit & 1 != 0));
                acts.push(Act { index: start + index, decision: decision(fires, &distances, index) });
            }
        }
    }

    /// A bit for each of these candles, of each rule: whether it is true.
    fn words(&mut self, block: Block<'_>, conditions: &[Option<Truth<'_>>; 4], candles: Range<usize>) -> [u64; 4] {
        let mut words = [0; 4];
        for ((word, rule), condition) in words.iter_mut().zip(&mut self.rules).zip(conditions) {
            let (Some(rule), Some(condition)) = (rule, condition) else { continue };
            *word = condition.word(candles.clone());
            if !rule.warm {
                // It has to be asked at each candle: it notes when it gets warm.
                let is_warm = candles.clone().map(|index| rule.is_warm(block.seen + index, index, block.contexts));
                *word &= is_warm.enumerate().fold(0, |bits, (index, is_warm)| bits | u64::from(is_warm) << index);
            }
        }
        words
    }

    /// Everything that is read at a candle.
    pub(crate) fn reads(&self) -> Reads {
        let conditions = self.rules.iter().flatten().map(|rule| rule.operand).collect();
        Reads { conditions, numbers: self.distances.iter().flatten().copied().collect() }
    }

    fn conditions<T>(&self, fetch: impl Fn(Operand) -> T) -> [Option<T>; 4] {
        self.rules.each_ref().map(|rule| rule.as_ref().map(|rule| fetch(rule.operand)))
    }

    /// Which rules are true at a candle.
    fn fires(&mut self, block: Block<'_>, conditions: &[Option<Arg<'_>>; 4], index: usize) -> [bool; 4] {
        let candle = block.seen + index;
        let mut fires = [false; 4];
        for ((fires, rule), condition) in fires.iter_mut().zip(&mut self.rules).zip(conditions) {
            let (Some(rule), Some(condition)) = (rule, condition) else { continue };
            *fires = rule.is_warm(candle, index, block.contexts) && condition.at(index) > 0.0;
        }
        fires
    }
}

/// The decision at a candle at which these rules are true.
fn decision(fires: [bool; 4], distances: &[Option<Arg<'_>>; 3], index: usize) -> Decision {
    let distance = |which: usize| distances[which].map_or(f64::NAN, |distance| distance.at(index));
    Decision {
        long_enter: fires[0],
        long_exit: fires[1],
        short_enter: fires[2],
        short_exit: fires[3],
        stop: distance(0),
        take: distance(1),
        trail: distance(2),
    }
}
