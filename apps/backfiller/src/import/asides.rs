//! What is set aside of one file: all of it counted, and of each rule as much kept as the store keeps.

use std::collections::BTreeMap;

use db::{Aside, MOST_ASIDE};
use market::{Objection, Rule};

use super::text::{Lines, Row};

/// The rows of a file that are not believed, or only with a doubt.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asides {
    kept: Vec<Aside>,
    counts: BTreeMap<Rule, u64>,
    /// Rows come nearly in order: lines are counted on from the last one.
    lines: Lines,
}

impl Asides {
    /// Sets the row aside that begins at `at` of the text of the file `name`.
    pub(crate) fn push(&mut self, name: &str, text: &[u8], at: usize, Objection { rule, why }: Objection) {
        let count = self.counts.entry(rule).or_default();
        *count += 1;
        if *count <= MOST_ASIDE {
            let source = format!("{name}, line {}", self.lines.line_of(text, at));
            self.kept.push(Aside { rule, raw: Row::at(text, at).raw(), why, source });
        }
    }

    /// The rows for the store.
    pub(crate) fn kept(&self) -> &[Aside] {
        &self.kept
    }

    /// How many rows there are of each rule.
    pub(crate) fn counts(&self) -> &BTreeMap<Rule, u64> {
        &self.counts
    }

    /// How many rows are bad in themselves, and not stored for it.
    pub(crate) fn refused(&self) -> u64 {
        let is_refused = |rule: &Rule| !rule.is_doubt() && *rule != Rule::Conflict;
        self.counts.iter().filter(|(rule, _)| is_refused(rule)).map(|(_, count)| count).sum()
    }
}
