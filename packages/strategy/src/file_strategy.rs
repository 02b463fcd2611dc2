//! A strategy file at run time: its plan, and the rules read off it.

use market::CandleSlice;

use crate::plan::{BLOCK, Context, Info, Needs, Operand, Plan, cut};
use crate::strategy::{Decision, Description, Strategy};

/// A compiled strategy file.
pub struct FileStrategy {
    description: Description,
    plan: Plan,
    contexts: Vec<Context>,
    rules: Vec<Rule>,
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

/// A condition, and since when it means something.
struct Rule {
    operand: Option<Operand>,
    needs: Needs,
    /// For each context it needs, the base candle at which that was first warm.
    context_warm: Vec<Option<usize>>,
    warm: bool,
}

impl Rule {
    fn new(operand: Option<Operand>, needs: Needs) -> Self {
        let context_warm = vec![None; needs.contexts.len()];
        Rule { operand, needs, context_warm, warm: false }
    }

    /// Whether the rule is warm at base candle `candle`, the one at `index` of the block.
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
    pub(crate) fn new(
        description: Description,
        plan: Plan,
        contexts: Vec<Context>,
        rules: Vec<(Option<Operand>, Needs)>,
        distances: [Option<Operand>; 3],
        lines: Vec<Operand>,
    ) -> Self {
        let rules = rules.into_iter().map(|(operand, needs)| Rule::new(operand, needs)).collect();
        FileStrategy { description, plan, contexts, rules, distances, lines, seen: 0 }
    }

    fn block(&mut self, candles: CandleSlice<'_>, decisions: &mut Vec<Decision>) {
        let timeframe = self.description.timeframe;
        for context in &mut self.contexts {
            context.align(candles.open_time_ms.iter().map(|&open_time_ms| timeframe.next_open(open_time_ms)));
        }
        self.plan.run(candles, &self.contexts);
        let fetch = |operand: Option<Operand>| operand.map(|operand| self.plan.fetch(operand, candles, &self.contexts));
        let conditions = [0, 1, 2, 3].map(|rule| fetch(self.rules[rule].operand));
        let distances = self.distances.map(fetch);
        for index in 0..candles.len() {
            let candle = self.seen + index;
            let mut fires = [false; 4];
            for ((fires, rule), condition) in fires.iter_mut().zip(&mut self.rules).zip(&conditions) {
                *fires = rule.is_warm(candle, index, &self.contexts) && condition.is_some_and(|c| c.at(index) > 0.0);
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
            self.block(block, decisions);
            if let Some(lines) = &mut lines {
                self.tell(block, lines);
            }
            start = end;
        }
    }
}
