//! A strategy file at run time: its plan, and the rules read off it.

use market::CandleSlice;

use crate::compile::Part;
use crate::file::Expressions;
use crate::plan::{BLOCK, Context, Info, Needs, Operand, Plan, cut};
use crate::strategy::{Decision, Description, Strategy};

/// A compiled strategy file.
pub struct FileStrategy {
    description: Description,
    plan: Plan,
    contexts: Vec<Context>,
    rules: [Option<Watched>; 4],
    distances: [Option<Operand>; 3],
    lines: Vec<Operand>,
    /// Base candles so far.
    seen: usize,
}

/// A step of a plan, as people are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanStep {
    /// The call, with `#n` for the value of step n.
    pub call: String,
    /// Candles before its first known value.
    pub warm_up: usize,
    /// In how many places of the file it is used.
    pub uses: usize,
}

impl PlanStep {
    pub(crate) fn new(info: &Info) -> Self {
        PlanStep { call: info.call.clone(), warm_up: info.needs.lookback, uses: info.uses }
    }
}

/// A value, and since when it means something.
pub(crate) struct Watched {
    operand: Operand,
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
    fn is_warm(&mut self, candle: usize, index: usize, contexts: &[Context]) -> bool {
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

impl FileStrategy {
    pub(crate) fn new(description: Description, plan: Plan, contexts: Vec<Context>, expressions: &Expressions) -> Self {
        let rules = expressions.rules.each_ref().map(|rule| rule.as_ref().map(Watched::new));
        let distances = expressions.distances.each_ref().map(|distance| distance.as_ref().map(|part| part.operand));
        let numbers = expressions.names.iter().filter(|(_, part)| !part.is_condition);
        let lines = numbers.map(|(_, part)| part.operand).collect();
        FileStrategy { description, plan, contexts, rules, distances, lines, seen: 0 }
    }

    /// Runs the plan over the next candles of at most a block.
    fn compute(&mut self, candles: CandleSlice<'_>) {
        let timeframe = self.description.timeframe;
        for context in &mut self.contexts {
            context.align(candles.open_time_ms.iter().map(|&open_time_ms| timeframe.next_open(open_time_ms)));
        }
        self.plan.run(candles, &self.contexts);
    }

    /// Reads the rules off the plan, for the block that it ran over last.
    pub(crate) fn decide(&mut self, candles: CandleSlice<'_>, decisions: &mut Vec<Decision>) {
        let fetch = |operand: Option<Operand>| operand.map(|operand| self.plan.fetch(operand, candles, &self.contexts));
        let conditions = self.rules.each_ref().map(|rule| fetch(rule.as_ref().map(|rule| rule.operand)));
        let distances = self.distances.map(fetch);
        for index in 0..candles.len() {
            let candle = self.seen + index;
            let mut fires = [false; 4];
            for ((fires, rule), condition) in fires.iter_mut().zip(&mut self.rules).zip(&conditions) {
                let (Some(rule), Some(condition)) = (rule, condition) else { continue };
                *fires = rule.is_warm(candle, index, &self.contexts) && condition.at(index) > 0.0;
            }
            let distance = |which: usize| distances[which].map_or(f64::NAN, |distance| distance.at(index));
            decisions.push(Decision {
                long_enter: fires[0],
                long_exit: fires[1],
                short_enter: fires[2],
                short_exit: fires[3],
                stop: distance(0),
                take: distance(1),
                trail: distance(2),
            });
        }
    }

    /// Runs over the next candles of at most a block, and gives what each of `watched` is worth at each of them
    /// to `told`, with whether it is warm; an unknown value is NaN.
    pub(crate) fn watch(
        &mut self,
        candles: CandleSlice<'_>,
        watched: &mut [Watched],
        mut told: impl FnMut(usize, f64, bool),
    ) {
        self.compute(candles);
        for (which, watched) in watched.iter_mut().enumerate() {
            let values = self.plan.fetch(watched.operand, candles, &self.contexts);
            for index in 0..candles.len() {
                let warm = watched.is_warm(self.seen + index, index, &self.contexts);
                let known = warm || !watched.is_condition;
                told(which, if known { values.at(index) } else { f64::NAN }, warm);
            }
        }
    }

    /// Ends a block.
    pub(crate) fn pass(&mut self, candles: CandleSlice<'_>) {
        self.seen += candles.len();
    }

    fn tell(&self, candles: CandleSlice<'_>, lines: &mut [Vec<f64>]) {
        for (operand, line) in self.lines.iter().zip(lines) {
            let values = self.plan.fetch(*operand, candles, &self.contexts);
            line.extend((0..candles.len()).map(|index| values.at(index)));
        }
    }
}

impl Strategy for FileStrategy {
    fn description(&self) -> &Description {
        &self.description
    }

    fn push_other(&mut self, index: usize, candles: CandleSlice<'_>) {
        self.contexts[index].push(candles);
    }

    fn run(&mut self, candles: CandleSlice<'_>, decisions: &mut Vec<Decision>, mut lines: Option<&mut [Vec<f64>]>) {
        decisions.reserve(candles.len());
        let mut start = 0;
        while start < candles.len() {
            let end = (start + BLOCK).min(candles.len());
            let block = cut(candles, start, end);
            self.compute(block);
            self.decide(block, decisions);
            if let Some(lines) = &mut lines {
                self.tell(block, lines);
            }
            self.pass(block);
            start = end;
        }
    }
}
