//! A strategy file at run time: its plan, and the rules read off it.

use market::CandleSlice;

use crate::file::Expressions;
use crate::plan::{BLOCK, Context, Info, Operand, Plan};
use crate::rules::{Block, Rules, Watched};
use crate::strategy::{Act, Decision, Description, Strategy};

/// A compiled strategy file.
pub struct FileStrategy {
    description: Description,
    plan: Plan,
    contexts: Vec<Context>,
    rules: Rules,
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

impl FileStrategy {
    pub(crate) fn new(description: Description, plan: Plan, contexts: Vec<Context>, expressions: &Expressions) -> Self {
        let rules = Rules::new(expressions);
        let numbers = expressions.names.iter().filter(|(_, part)| !part.is_condition);
        let lines = numbers.map(|(_, part)| part.operand).collect();
        FileStrategy { description, plan, contexts, rules, lines, seen: 0 }
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
        let block = Block { plan: &self.plan, contexts: &self.contexts, candles, seen: self.seen };
        self.rules.decide(block, decisions);
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
                let known = warm || !watched.is_condition();
                told(which, if known { values.at(index) } else { f64::NAN }, warm);
            }
        }
    }

    /// Ends a block.
    pub(crate) fn pass(&mut self, candles: CandleSlice<'_>) {
        self.seen += candles.len();
    }

    /// Runs the plan over the candles block by block; `read` reads each block, which begins at that candle.
    fn blocks(&mut self, candles: CandleSlice<'_>, mut read: impl FnMut(&mut Self, CandleSlice<'_>, usize)) {
        let mut start = 0;
        while start < candles.len() {
            let end = (start + BLOCK).min(candles.len());
            let block = candles.slice(start..end);
            self.compute(block);
            read(self, block, start);
            self.pass(block);
            start = end;
        }
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
        self.blocks(candles, |strategy, block, _| {
            strategy.decide(block, decisions);
            lines.iter_mut().for_each(|lines| strategy.tell(block, lines));
        });
    }

    fn act(&mut self, candles: CandleSlice<'_>, acts: &mut Vec<Act>, mut lines: Option<&mut [Vec<f64>]>) {
        self.blocks(candles, |strategy, candles, start| {
            let block = Block { plan: &strategy.plan, contexts: &strategy.contexts, candles, seen: strategy.seen };
            strategy.rules.act(block, start, acts);
            lines.iter_mut().for_each(|lines| strategy.tell(candles, lines));
        });
    }
}
