//! A strategy file whose rules are Rust: the file's expressions and protection, the other's decisions.

use market::CandleSlice;

use crate::FileStrategy;
use crate::strategy::{Decision, Description, History, Strategy};

/// Rules out of Rust, and all the rest out of a file.
pub(crate) struct WithFile {
    description: Description,
    file: FileStrategy,
    rules: Box<dyn Strategy>,
    /// The decisions of the rules over the candles of one call.
    decided: Vec<Decision>,
}

impl WithFile {
    pub(crate) fn new(file: FileStrategy, rules: Box<dyn Strategy>) -> Self {
        let (of_file, of_rules) = (file.description(), rules.description());
        let (warm_up, history) = join((of_file.warm_up, of_file.history), (of_rules.warm_up, of_rules.history));
        let description = Description {
            long: of_rules.long,
            short: of_rules.short,
            warm_up,
            history,
            others: of_file.others.iter().chain(&of_rules.others).cloned().collect(),
            lines: of_file.lines.iter().chain(&of_rules.lines).cloned().collect(),
            ..of_file.clone()
        };
        WithFile { description, file, rules, decided: Vec::new() }
    }
}

/// The warm-up and history of two that see the same candles.
fn join(a: (usize, History), b: (usize, History)) -> (usize, History) {
    let warm_up = a.0.max(b.0);
    let past = |(warm_up, history): (usize, History)| match history {
        History::Candles(candles) => (candles, None, false),
        History::Whole { settle, anchor } => (warm_up + settle, anchor, true),
    };
    let ((a_past, a_anchor, a_whole), (b_past, b_anchor, b_whole)) = (past(a), past(b));
    let past = a_past.max(b_past).max(warm_up);
    if a_whole || b_whole {
        (warm_up, History::Whole { settle: past - warm_up, anchor: a_anchor.max(b_anchor) })
    } else {
        (warm_up, History::Candles(past))
    }
}

impl Strategy for WithFile {
    fn description(&self) -> &Description {
        &self.description
    }

    fn push_other(&mut self, index: usize, candles: CandleSlice<'_>) {
        match index.checked_sub(self.file.description().others.len()) {
            None => self.file.push_other(index, candles),
            Some(index) => self.rules.push_other(index, candles),
        }
    }

    fn run(&mut self, candles: CandleSlice<'_>, decisions: &mut Vec<Decision>, lines: Option<&mut [Vec<f64>]>) {
        let (of_file, of_rules) = match lines {
            Some(lines) => {
                let (of_file, of_rules) = lines.split_at_mut(self.file.description().lines.len());
                (Some(of_file), Some(of_rules))
            }
            None => (None, None),
        };
        let start = decisions.len();
        self.decided.clear();
        self.file.run(candles, decisions, of_file);
        self.rules.run(candles, &mut self.decided, of_rules);
        for (decision, rules) in decisions[start..].iter_mut().zip(&self.decided) {
            let Decision { stop, take, trail, .. } = *decision;
            *decision = Decision { stop, take, trail, ..*rules };
        }
    }
}

#[cfg(test)]
mod tests {
    use market::Timeframe;

    use super::*;

    #[test]
    fn both_see_what_they_need() {
        let week = History::Whole { settle: 0, anchor: Some(Timeframe::W1) };
        let fading = History::Whole { settle: 30, anchor: None };
        assert_eq!(join((3, History::Candles(3)), (9, History::Candles(9))), (9, History::Candles(9)));
        let both = History::Whole { settle: 31, anchor: Some(Timeframe::W1) };
        assert_eq!(join((14, fading), (13, week)), (14, History::Whole { settle: 30, anchor: Some(Timeframe::W1) }));
        assert_eq!(join((14, week), (13, History::Whole { settle: 32, anchor: None })), (14, both));
    }
}
