//! How many rows were set aside by which rule, in words and as JSON.

use std::collections::BTreeMap;

use market::Rule;
use serde_json::{Value, json};
use terminal::thousands;

/// Rows set aside by each rule.
pub(crate) type RuleCounts = BTreeMap<Rule, u64>;

/// `{"high_low": 2}`.
pub(crate) fn to_json(counts: &RuleCounts) -> Value {
    json!(counts.iter().map(|(rule, count)| (rule.name(), count)).collect::<BTreeMap<_, _>>())
}

/// A line of its own; nothing where nothing was set aside.
pub(crate) fn to_text(counts: &RuleCounts) -> String {
    if counts.is_empty() {
        return String::new();
    }
    let rule = |(rule, count): (&Rule, &u64)| {
        let stored = if rule.is_doubt() { " (stored all the same)" } else { "" };
        format!("{} {}{stored}", thousands(*count), rule.name())
    };
    let rules: Vec<_> = counts.iter().map(rule).collect();
    format!("\nset aside: {}; `backfiller status` shows them", rules.join(", "))
}
