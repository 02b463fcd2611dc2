//! How much of what a strategy says depends on the history that was read.

use research::largest_change;
use strategy::{Explained, Explanation, Shift, Value, functions};

const RULES: [&str; 4] = ["long.enter", "long.exit", "short.enter", "short.exit"];
const DISTANCES: [&str; 3] = ["stop", "take", "trail"];
/// What looks at the slope of a value alone, so that its level does not matter.
const SLOPES: [&str; 2] = ["rising(", "falling("];

/// Every name, rule and distance of a strategy, and whether it is the level of a running total.
pub(super) fn names(explanation: &Explanation) -> Vec<(String, bool)> {
    let is_function = |word: &str| functions().iter().any(|one| one.name == word && one.shift == Shift::RunningTotal);
    let mut totals: Vec<&str> = Vec::new();
    let mut names = Vec::new();
    for (name, explained) in &explanation.names {
        let is_total = words(&explained.text).any(|word| is_function(word) || totals.contains(&word));
        if is_total {
            totals.push(name);
        }
        names.push((format!("`{name}`"), is_total && matches!(explained.value, Value::Number(_))));
    }
    names.extend(rules_and_distances(explanation).map(|(name, _)| (name.to_owned(), false)));
    names
}

/// By how much each of [`names`] differs between two tellings of the same candles.
pub(super) fn changes(told: &[Explanation], with_all: &[Explanation]) -> Vec<f64> {
    let rows =
        |all: &[Explanation]| all.iter().map(|one| expressions(one).cloned().collect::<Vec<_>>()).collect::<Vec<_>>();
    let (told, with_all) = (rows(told), rows(with_all));
    let row = |all: &'_ [Vec<Explained>], index: usize| all.iter().map(|one| one[index].clone()).collect::<Vec<_>>();
    let count = with_all.first().map_or(0, Vec::len);
    (0..count).map(|index| change(&row(&told, index), &row(&with_all, index))).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}

fn expressions(explanation: &Explanation) -> impl Iterator<Item = &Explained> {
    let names = explanation.names.iter().map(|(_, explained)| explained);
    names.chain(rules_and_distances(explanation).map(|(_, explained)| explained))
}

fn rules_and_distances(explanation: &Explanation) -> impl Iterator<Item = (&'static str, &Explained)> {
    let rules = RULES.into_iter().zip(&explanation.rules);
    let distances = DISTANCES.into_iter().zip(&explanation.distances);
    rules.chain(distances).filter_map(|(name, explained)| explained.as_ref().map(|explained| (name, explained)))
}

/// The change of one expression over some candles. A condition rarely changes while what it compares still does: it is
/// judged by the distance between its two sides, and by its parts.
fn change(told: &[Explained], with_all: &[Explained]) -> f64 {
    let is_condition = with_all.iter().any(|explained| matches!(explained.value, Value::Condition(_)));
    let Some(first) = with_all.first().filter(|_| is_condition) else {
        return change_of(told, with_all, |explained| number(explained.value));
    };
    // An unknown condition decides nothing, as one that is false.
    let own = change_of(told, with_all, |explained| number(explained.value).or(Some(0.0)));
    if SLOPES.iter().any(|slope| first.text.starts_with(slope)) {
        return own;
    }
    let part = |all: &[Explained], index: usize| all.iter().map(|one| one.parts[index].clone()).collect::<Vec<_>>();
    let is_number = |index: &usize| with_all.iter().any(|one| matches!(one.parts[*index].value, Value::Number(_)));
    if first.parts.len() == 2 && (0..2).all(|index| is_number(&index)) {
        let distance = |one: &Explained| Some(number(one.parts[0].value)? - number(one.parts[1].value)?);
        return own.max(change_of(told, with_all, distance));
    }
    let parts = (0..first.parts.len()).map(|index| change(&part(told, index), &part(with_all, index)));
    parts.fold(own, f64::max)
}

fn change_of(told: &[Explained], with_all: &[Explained], value: impl Fn(&Explained) -> Option<f64>) -> f64 {
    let values = |all: &[Explained]| all.iter().map(&value).collect::<Vec<_>>();
    largest_change(&values(told), &values(with_all))
}

fn number(value: Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(number),
        Value::Condition(is) => Some(f64::from(is)),
        Value::WarmingUp | Value::Unknown => None,
    }
}
