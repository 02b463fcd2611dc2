//! Reads rules off the columns of a plan: what is decided at the close of each candle.

use market::CandleSlice;

use crate::compile::Part;
use crate::file::Expressions;
use crate::plan::{Arg, Context, Needs, Operand, Plan};
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

/// Candles that are looked at together for a rule that is true: a bit for each.
const CHUNK: usize = 64;

impl Rules {
    pub(crate) fn new(expressions: &Expressions) -> Self {
        Rules {
            rules: expressions.rules.each_ref().map(|rule| rule.as_ref().map(Watched::new)),
            distances: expressions.distances.each_ref().map(|distance| distance.as_ref().map(|part| part.operand)),
        }
    }

    /// The decision at each candle of the block.
    pub(crate) fn decide(&mut self, block: Block<'_>, decisions: &mut Vec<Decision>) {
        let (conditions, distances) = self.fetch(block);
        for index in 0..block.candles.len() {
            decisions.push(self.at(block, &conditions, &distances, index));
        }
    }

    /// The decisions of the block that want something; their candles are counted on from `start`.
    pub(crate) fn act(&mut self, block: Block<'_>, start: usize, acts: &mut Vec<Act>) {
        let (conditions, distances) = self.fetch(block);
        let length = block.candles.len();
        let mut from = 0;
        while from < length {
            let to = (from + CHUNK).min(length);
            // A rule that is not warm has to be asked at each candle: it notes when it gets so.
            let is_warm = self.rules.iter().flatten().all(|rule| rule.warm);
            let mut holds = if is_warm { holds(&conditions, from..to) } else { !0 >> (CHUNK - (to - from)) };
            while holds != 0 {
                let index = from + holds.trailing_zeros() as usize;
                holds &= holds - 1;
                let decision = self.at(block, &conditions, &distances, index);
                if decision.wants_something() {
                    acts.push(Act { index: start + index, decision });
                }
            }
            from = to;
        }
    }

    /// Everything that is read at a candle.
    pub(crate) fn operands(&self) -> Vec<Operand> {
        let rules = self.rules.iter().flatten().map(|rule| rule.operand);
        rules.chain(self.distances.iter().flatten().copied()).collect()
    }

    fn fetch<'a>(&self, block: Block<'a>) -> ([Option<Arg<'a>>; 4], [Option<Arg<'a>>; 3]) {
        let conditions = self.rules.each_ref().map(|rule| rule.as_ref().map(|rule| block.fetch(rule.operand)));
        let distances = self.distances.map(|distance| distance.map(|distance| block.fetch(distance)));
        (conditions, distances)
    }

    fn at(
        &mut self,
        block: Block<'_>,
        conditions: &[Option<Arg<'_>>; 4],
        distances: &[Option<Arg<'_>>; 3],
        index: usize,
    ) -> Decision {
        let candle = block.seen + index;
        let mut fires = [false; 4];
        for ((fires, rule), condition) in fires.iter_mut().zip(&mut self.rules).zip(conditions) {
            let (Some(rule), Some(condition)) = (rule, condition) else { continue };
            *fires = rule.is_warm(candle, index, block.contexts) && condition.at(index) > 0.0;
        }
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
}

/// A bit for each candle at which one of the conditions, which are 1 and 0, holds; the first is the lowest.
fn holds(conditions: &[Option<Arg<'_>>; 4], candles: std::ops::Range<usize>) -> u64 {
    let mut any = [0; CHUNK];
    for condition in conditions.iter().flatten() {
        match condition {
            Arg::Constant(value) => any.iter_mut().for_each(|slot| *slot |= value.to_bits()),
            Arg::Column(column) => {
                for (slot, value) in any.iter_mut().zip(&column[candles.clone()]) {
                    *slot |= value.to_bits();
                }
            }
        }
    }
    // Of the bits of 1.0 this one is set, and of 0.0 none. Eight to a byte, each moved to where it belongs.
    let (eights, _) = any.as_chunks::<8>();
    let byte = |eight: &[u64; 8]| {
        eight.iter().enumerate().fold(0, |byte, (lane, value)| byte | (value >> (61 - lane) & 1 << lane))
    };
    let holds = eights.iter().enumerate().fold(0, |holds, (index, eight)| holds | byte(eight) << (8 * index));
    holds & !0 >> (CHUNK - candles.len())
}
