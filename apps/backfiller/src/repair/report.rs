//! What repair tells: what it would do, and what it did.

use anyhow::Result;
use db::Gap;
use market::format_utc;
use serde_json::{Value, json};
use terminal::thousands;

use super::one::Outcome;
use super::work::{Item, Want};
use crate::args::Target;

/// Holes that the text has; --json has all.
const MOST_SHOWN: usize = 20;

/// What was done.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// In the order in which it was done.
    pub(super) done: Vec<(Item, Outcome)>,
    /// Series that were given up, and why.
    pub(super) failed: Vec<(Target, String)>,
}

impl Report {
    /// Gives a series up, and says so at once.
    pub(super) fn fail(&mut self, target: &Target, why: &str) {
        terminal::tell(&format!("{target} failed: {why}"));
        self.failed.push((target.clone(), why.to_owned()));
    }

    pub(super) fn has_failed(&self, target: &Target) -> bool {
        self.failed.iter().any(|(failed, _)| failed == target)
    }

    /// Rows that are stored now.
    pub(super) fn found(&self) -> u64 {
        self.done.iter().map(|(_, outcome)| outcome.found).sum()
    }

    /// What is missing still, without an explanation.
    pub(super) fn open(&self) -> u64 {
        self.done.iter().map(|(_, outcome)| outcome.open).sum()
    }

    fn proven(&self) -> u64 {
        self.done.iter().map(|(item, outcome)| explained(item, outcome)).sum()
    }

    pub(super) fn to_json(&self) -> Result<String> {
        let hole = |(item, outcome): &(Item, Outcome)| {
            let mut facts = item_json(item);
            facts["found"] = json!(outcome.found);
            facts["proven"] = outcome.proven.iter().map(|gap| gap_json(item, gap)).collect();
            facts["open"] = json!(outcome.open);
            facts["why"] = json!(outcome.why);
            facts
        };
        let failed = |(target, why): &(Target, String)| {
            let mut facts = target.names();
            facts["error"] = json!(why);
            facts
        };
        Ok(serde_json::to_string_pretty(&json!({
            "order": "largest first", "found": self.found(), "proven": self.proven(), "open": self.open(),
            "holes": self.done.iter().map(hole).collect::<Vec<_>>(),
            "failed": self.failed.iter().map(failed).collect::<Vec<_>>(),
        }))?)
    }

    pub(super) fn to_text(&self) -> String {
        if self.done.is_empty() {
            // Of what failed it is not known.
            let told = if self.failed.is_empty() { "nothing to repair" } else { "nothing was repaired" };
            return told.to_owned();
        }
        let [holes, found, proven, open] =
            [self.done.len() as u64, self.found(), self.proven(), self.open()].map(thousands);
        let sum = format!("{holes} holes, largest first: {found} rows found, {proven} explained, {open} still open");
        let header = ["series", "from", "missing", "found", "explained", "cause"];
        let row = |(item, outcome): &(Item, Outcome)| {
            let numbers = [item.missing, outcome.found, explained(item, outcome)].map(thousands);
            let [missing, found, explained] = numbers;
            vec![item.target.to_string(), format_utc(item.from_ms), missing, found, explained, causes(outcome)]
        };
        let rows = self.done.iter().take(MOST_SHOWN).map(row).collect();
        let more = if self.done.len() > MOST_SHOWN { "\n--json has all" } else { "" };
        format!("{sum}\n\n{}{more}", terminal::table(&header, rows, &[2, 3, 4]))
    }
}

/// What of an item is explained now, as [`Target::count`] counts it.
fn explained(item: &Item, outcome: &Outcome) -> u64 {
    outcome.proven.iter().map(|gap| item.target.count(gap.from_ms, gap.to_ms)).sum()
}

/// The causes that were proven, or why there are none.
fn causes(outcome: &Outcome) -> String {
    let mut causes: Vec<String> = outcome.proven.iter().map(|gap| gap.cause.to_string()).collect();
    causes.dedup();
    causes.extend(outcome.why.map(ToOwned::to_owned));
    causes.join(", ")
}

/// What would be asked for.
pub(super) fn planned(items: &[Item], as_json: bool) -> Result<String> {
    if as_json {
        let holes: Vec<_> = items.iter().map(item_json).collect();
        return Ok(serde_json::to_string_pretty(&json!({"order": "largest first", "holes": holes}))?);
    }
    if items.is_empty() {
        return Ok("nothing to repair".to_owned());
    }
    let header = ["series", "from", "to", "missing", "wanted"];
    let row = |item: &Item| {
        let (from, to) = (format_utc(item.from_ms), format_utc(item.to_ms));
        vec![item.target.to_string(), from, to, thousands(item.missing), wanted(item).to_owned()]
    };
    let table = terminal::table(&header, items.iter().map(row).collect(), &[3]);
    Ok(format!("{} holes would be asked for, largest first\n\n{table}", thousands(items.len() as u64)))
}

fn wanted(item: &Item) -> &'static str {
    match item.want {
        Want::Rows { .. } => item.target.kind().plural(),
        Want::Cause => "cause",
        Want::Delisting { .. } => "delisting",
    }
}

fn item_json(item: &Item) -> Value {
    let mut facts = item.target.names();
    facts["from"] = json!(format_utc(item.from_ms));
    facts["from_ms"] = json!(item.from_ms);
    facts["to"] = json!(format_utc(item.to_ms));
    facts["to_ms"] = json!(item.to_ms);
    facts["missing"] = json!(item.missing);
    facts["wanted"] = json!(wanted(item));
    facts
}

fn gap_json(item: &Item, gap: &Gap) -> Value {
    json!({
        "from": format_utc(gap.from_ms), "from_ms": gap.from_ms, "to": format_utc(gap.to_ms), "to_ms": gap.to_ms,
        "missing": item.target.count(gap.from_ms, gap.to_ms), "cause": gap.cause.to_string(),
        "proof": gap.proof.as_ref().map(|proof| &proof.how),
    })
}
