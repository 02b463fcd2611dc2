//! What verify tells.

use anyhow::Result;
use market::format_utc;
use serde_json::{Value, json};
use terminal::thousands;

use super::compare::{Compared, Differing};
use crate::args::{Kind, Target};

/// Rows that the text lists of a series; --json has all.
const MOST_SHOWN: usize = 50;

/// What was found, by series.
#[derive(Debug)]
pub(super) struct Report {
    /// What the places were drawn with.
    pub(super) seed: Option<u64>,
    pub(super) series: Vec<Found>,
}

/// What was found in a series.
#[derive(Debug)]
pub(super) struct Found {
    target: Target,
    compared: Compared,
    /// Why it was given up.
    failed: Option<String>,
}

impl Report {
    /// What comes next is of this series.
    pub(super) fn begin(&mut self, target: &Target) {
        self.series.push(Found { target: target.clone(), compared: Compared::default(), failed: None });
    }

    /// Gives the series up, and says so at once.
    pub(super) fn fail(&mut self, why: &str) {
        if let Some(last) = self.series.last_mut() {
            terminal::tell(&format!("{} failed: {why}", last.target));
            last.failed = Some(why.to_owned());
        }
    }

    /// Adds what was found at a place.
    pub(super) fn add(&mut self, mut more: Compared) {
        if let Some(Found { compared, .. }) = self.series.last_mut() {
            compared.compared += more.compared;
            compared.differing.append(&mut more.differing);
            compared.unknown.append(&mut more.unknown);
            compared.lacking.append(&mut more.lacking);
        }
    }

    /// Stored rows that were looked at.
    pub(super) fn compared(&self) -> u64 {
        self.series.iter().map(|found| found.compared.compared).sum()
    }

    /// How many were corrected.
    pub(super) fn fixed(&self) -> usize {
        self.series.iter().flat_map(|found| &found.compared.differing).filter(|differing| differing.is_fixed).count()
    }

    pub(super) fn failed(&self) -> usize {
        self.series.iter().filter(|found| found.failed.is_some()).count()
    }

    /// Whether store and exchange say the same now.
    pub(super) fn is_good(&self) -> bool {
        let is_good = |Compared { differing, unknown, lacking, .. }: &Compared| {
            unknown.is_empty() && lacking.is_empty() && differing.iter().all(|differing| differing.is_fixed)
        };
        self.series.iter().all(|found| is_good(&found.compared))
    }

    pub(super) fn to_json(&self) -> Result<String> {
        let series: Vec<_> = self.series.iter().map(Found::to_json).collect();
        let good = self.is_good() && self.failed() == 0;
        Ok(serde_json::to_string_pretty(&json!({"seed": self.seed, "good": good, "series": series}))?)
    }

    pub(super) fn to_text(&self) -> String {
        let header = ["series", "compared", "differing", "fixed", "not at the exchange", "lacking"];
        let table = terminal::table(&header, self.series.iter().map(Found::row).collect(), &[1, 2, 3, 4, 5]);
        let mut text = self.seed.map_or_else(String::new, |seed| format!("seed {seed}\n\n")) + &table;
        for found in &self.series {
            text.push_str(&found.to_text());
        }
        text
    }
}

impl Found {
    fn row(&self) -> Vec<String> {
        let Compared { compared, differing, unknown, lacking } = &self.compared;
        let fixed = differing.iter().filter(|differing| differing.is_fixed).count();
        let numbers = [*compared, differing.len() as u64, fixed as u64, unknown.len() as u64, lacking.len() as u64];
        let failed = if self.failed.is_some() { " (failed)" } else { "" };
        std::iter::once(format!("{}{failed}", self.target)).chain(numbers.map(thousands)).collect()
    }

    fn to_text(&self) -> String {
        let Compared { differing, unknown, lacking, .. } = &self.compared;
        let mut lines: Vec<String> = differing.iter().map(line).collect();
        lines.extend(unknown.iter().map(|&time_ms| format!("{} stored, and not at the exchange", format_utc(time_ms))));
        let lack =
            |&time_ms: &i64| format!("{} at the exchange, and not stored: repair brings it", format_utc(time_ms));
        lines.extend(lacking.iter().map(lack));
        if lines.is_empty() {
            return String::new();
        }
        let more = lines.len().saturating_sub(MOST_SHOWN);
        lines.truncate(MOST_SHOWN);
        if more > 0 {
            lines.push(format!("and {} more; --json has all", thousands(more as u64)));
        }
        format!("\n\n{}\n  {}", self.target, lines.join("\n  "))
    }

    fn to_json(&self) -> Value {
        let Compared { compared, unknown, lacking, .. } = &self.compared;
        let name = if self.target.kind() == Kind::Funding { "time" } else { "open_time" };
        let time = |&time_ms: &i64| json!({name: format_utc(time_ms), format!("{name}_ms"): time_ms});
        let differing = |differing: &Differing| {
            let mut facts = time(&differing.ours.time_ms());
            let columns =
                differing.columns().map(|(name, old, new)| (name.to_owned(), json!({"old": old, "new": new})));
            facts["columns"] = Value::Object(columns.collect());
            facts["believed"] = json!(differing.is_believed);
            facts["fixed"] = json!(differing.is_fixed);
            facts
        };
        let mut facts = self.target.names();
        facts["compared"] = json!(compared);
        facts["differing"] = self.compared.differing.iter().map(differing).collect();
        facts["not_at_exchange"] = unknown.iter().map(time).collect();
        facts["lacking"] = lacking.iter().map(time).collect();
        facts["error"] = json!(self.failed);
        facts
    }
}

/// `2025-01-01T00:05:00Z close 1.25 -> 1.5, volume 9 -> 8`.
fn line(differing: &Differing) -> String {
    let columns: Vec<String> = differing.columns().map(|(name, old, new)| format!("{name} {old} -> {new}")).collect();
    let end = match (differing.is_fixed, differing.is_believed) {
        (true, _) => ", fixed",
        (false, true) => "",
        (false, false) => ", which is not believed",
    };
    format!("{} {}{end}", format_utc(differing.ours.time_ms()), columns.join(", "))
}
