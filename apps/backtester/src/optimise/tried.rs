//! What was tried, and what came of it.

use search::Outcome;

use crate::args::OptimiseArgs;

/// A point of the search, and what it gave.
pub(crate) struct Trial {
    /// Which value of each param, by number.
    pub(crate) point: Vec<usize>,
    /// The values themselves.
    pub(crate) values: Vec<f64>,
    pub(crate) outcome: Outcome,
}

/// Every trial, in the order in which they were asked for.
#[derive(Default)]
pub(crate) struct Tried {
    pub(crate) trials: Vec<Trial>,
}

impl Trial {
    /// What counts: more is better; `None` where the goal has no value, or a condition does not hold.
    pub(crate) fn score(&self, args: &OptimiseArgs, names: &[String]) -> Option<f64> {
        let value = |name: &str| match names.iter().position(|known| known == name) {
            Some(index) => Some(self.values[index]),
            None => self.outcome.figure(name),
        };
        let goal = self.outcome.figure(&args.goal)?;
        let is_allowed = args.conditions.iter().all(|condition| condition.holds(value));
        is_allowed.then_some(if args.lowest { -goal } else { goal })
    }
}
