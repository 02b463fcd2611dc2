//! What an import did, in words and as JSON.

use std::collections::BTreeMap;
use std::path::PathBuf;

use db::Inserted;
use market::Rule;
use serde_json::{Value, json};
use terminal::thousands;

use crate::args::Target;

/// What one file gave, or all of them.
#[derive(Debug, Default, Clone)]
pub(crate) struct Counts {
    pub(crate) inserted: Inserted,
    pub(crate) duplicates: u64,
    pub(crate) still_forming: u64,
    pub(crate) set_aside: BTreeMap<Rule, u64>,
}

impl Counts {
    /// How many rows are in the store now, whoever brought them.
    pub(crate) fn stored(&self) -> u64 {
        self.inserted.new + self.inserted.completed + self.inserted.known
    }

    pub(crate) fn add_inserted(&mut self, inserted: Inserted) {
        self.inserted.new += inserted.new;
        self.inserted.completed += inserted.completed;
        self.inserted.known += inserted.known;
    }

    fn add(&mut self, other: &Counts) {
        self.add_inserted(other.inserted);
        self.duplicates += other.duplicates;
        self.still_forming += other.still_forming;
        for (rule, count) in &other.set_aside {
            *self.set_aside.entry(*rule).or_default() += count;
        }
    }

    fn to_json(&self) -> Value {
        let Inserted { new, completed, known } = self.inserted;
        let set_aside: BTreeMap<_, _> = self.set_aside.iter().map(|(rule, count)| (rule.name(), count)).collect();
        json!({
            "new": new, "completed": completed, "known": known,
            "duplicates": self.duplicates, "still_forming": self.still_forming, "set_aside": set_aside,
        })
    }

    /// `744 new, 0 known`, and what else there is to tell.
    fn to_text(&self) -> String {
        let Inserted { new, completed, known } = self.inserted;
        let mut text = format!("{} new, {} known", thousands(new), thousands(known));
        let rest = [
            (completed, "completed that were left forming"),
            (self.duplicates, "doubled rows skipped"),
            (self.still_forming, "left out: still forming when the file was written"),
        ];
        for (count, what) in rest.into_iter().filter(|(count, _)| *count > 0) {
            text.push_str(&format!(", {} {what}", thousands(count)));
        }
        if !self.set_aside.is_empty() {
            let rule = |(rule, count): (&Rule, &u64)| {
                let stored = if rule.is_doubt() { " (stored all the same)" } else { "" };
                format!("{} {}{stored}", thousands(*count), rule.name())
            };
            let rules: Vec<_> = self.set_aside.iter().map(rule).collect();
            text.push_str(&format!("\nset aside: {}; `backfiller status` shows them", rules.join(", ")));
        }
        text
    }
}

/// What became of one file.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) path: PathBuf,
    pub(crate) target: Target,
    /// What it gave, or why nothing of it is stored.
    pub(crate) result: Result<Counts, String>,
}

/// What all files gave.
fn total<'a>(counts: impl Iterator<Item = &'a Counts>) -> Counts {
    let mut total = Counts::default();
    counts.for_each(|counts| total.add(counts));
    total
}

/// The result as JSON. `series` is where all went; where files went to several places, each of them tells.
pub(crate) fn to_json(done: &[Done]) -> Value {
    let file = |done: &Done| {
        let mut facts = match &done.result {
            Ok(counts) => counts.to_json(),
            Err(error) => json!({ "error": error }),
        };
        facts["file"] = json!(done.path.display().to_string());
        facts["series"] = done.target.names();
        facts
    };
    let all = total(done.iter().filter_map(|done| done.result.as_ref().ok()));
    let one = done.first().filter(|first| done.iter().all(|done| done.target == first.target));
    json!({
        "series": one.map(|done| done.target.names()),
        "files": done.iter().map(file).collect::<Vec<_>>(),
        "total": all.to_json(),
    })
}

/// A paragraph for each place that rows went to.
pub(crate) fn to_text(done: &[Done]) -> String {
    let mut places: Vec<(&Target, Vec<&Counts>)> = Vec::new();
    for Done { target, result, .. } in done {
        let Ok(counts) = result else { continue };
        match places.iter_mut().find(|(place, _)| *place == target) {
            Some((_, all)) => all.push(counts),
            None => places.push((target, vec![counts])),
        }
    }
    let line = |(target, all): &(&Target, Vec<&Counts>)| format!("{target}: {}", total(all.iter().copied()).to_text());
    places.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The most refused files that an error names.
const MOST_NAMED: usize = 10;

/// What to say of files that were refused; `None` where none was.
pub(crate) fn refusal(done: &[Done]) -> Option<String> {
    let refused: Vec<&String> = done.iter().filter_map(|done| done.result.as_ref().err()).collect();
    let [first, others @ ..] = refused.as_slice() else { return None };
    if others.is_empty() {
        return Some((*first).clone());
    }
    let named: Vec<_> = refused.iter().take(MOST_NAMED).map(|error| format!("\n  {error}")).collect();
    let more = refused.len() - named.len();
    let rest = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    Some(format!(
        "{} of {} files were refused, and nothing of them is stored:{}{rest}",
        refused.len(),
        done.len(),
        named.concat()
    ))
}
