//! `backfiller gaps`: every hole, and why it is there.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use db::{Cause, Store};
use market::format_utc;
use serde_json::{Value, json};
use terminal::thousands;

use crate::args::{DbArgs, Target};
use crate::filter::FilterArgs;
use crate::holes::{self, Neighbourhood, Stretch};
use crate::stored::Extent;

/// Tell every hole of what is stored, and why it is there.
///
/// A cause is proven or it explains nothing: what was not asked for yet, or in vain, is asked for by
/// repair, and check counts it as missing. Where the exchange has no candles, it was down if another of its
/// markets, one that is traded all the time, has less than half of its candles there; nobody traded if that
/// market has more. Without such a market in the store only repair can tell, which asks for one.
///
/// Mark prices and funding are told alike, and named as mark and funding; --kind tells one kind alone. They
/// need no trades, so what the exchange does not have of them has no other cause.
///
/// Sizes are in candles, of funding in slots of eight hours, in each of which a rate is due. The text has a line for each
/// series and cause, and the largest holes; --json has all.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller gaps
  backfiller gaps --exchange binance --timeframe 1m --largest 50
  backfiller gaps --kind funding
  backfiller gaps --json | jq '.series[].holes[] | select(.explained | not)'")]
pub(crate) struct Args {
    #[command(flatten)]
    db: DbArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// How many holes the text has
    #[arg(long, value_name = "N", default_value_t = 20)]
    largest: usize,
    /// Print everything as JSON
    #[arg(long)]
    json: bool,
}

/// A series, of whatever kind, and its holes.
type Told = (Target, Vec<Stretch>);

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    let store = Store::open_existing(&args.db.db)?;
    let around = Neighbourhood::of(&store)?;
    let mut told: Vec<Told> = Vec::new();
    for target in args.filter.select(&store)? {
        if let Some(extent) = Extent::of(&store, &target)? {
            told.push((target, holes::of_target(&store, &around, &extent)?));
        }
    }
    let text =
        if args.json { serde_json::to_string_pretty(&to_json(&store, &told))? } else { to_text(&told, args.largest) };
    terminal::print(&text).context("cannot write the result")
}

fn to_json(store: &Store, told: &[Told]) -> Value {
    let series = told.iter().map(|(target, stretches)| {
        let mut facts = target.names();
        facts["missing"] = json!(stretches.iter().map(|stretch| stretch.missing).sum::<u64>());
        facts["unexplained"] = json!(unexplained(stretches));
        facts["holes"] = stretches.iter().map(Stretch::to_json).collect();
        facts
    });
    json!({"db": store.path().display().to_string(), "series": series.collect::<Vec<_>>()})
}

fn unexplained(stretches: &[Stretch]) -> u64 {
    stretches.iter().filter(|stretch| !stretch.is_explained()).map(|stretch| stretch.missing).sum()
}

fn to_text(told: &[Told], largest: usize) -> String {
    let mut all: Vec<(&Target, &Stretch)> =
        told.iter().flat_map(|(target, stretches)| stretches.iter().map(move |stretch| (target, stretch))).collect();
    if all.is_empty() {
        return "no holes".to_owned();
    }
    let header = ["series", "cause", "holes", "missing", "longest", "explained"];
    let sums = told.iter().flat_map(|(target, stretches)| sums(target, stretches)).collect();
    let mut text = terminal::table(&header, sums, &[2, 3, 4]);
    all.sort_by_key(|(_, stretch)| std::cmp::Reverse(stretch.missing));
    let header = ["series", "from", "to", "missing", "cause", "proof"];
    let shown: Vec<_> = all.iter().take(largest).map(|(target, stretch)| row(target, stretch)).collect();
    if !shown.is_empty() {
        let title =
            if all.len() > shown.len() { "the largest holes; --json has all" } else { "all holes, largest first" };
        text.push_str(&format!("\n\n{title}\n{}", terminal::table(&header, shown, &[3])));
    }
    if all.iter().any(|(_, stretch)| !stretch.is_explained()) {
        text.push_str("\n\n`backfiller repair` asks the exchange for what is not explained");
    }
    text
}

/// A line for each cause.
fn sums(target: &Target, stretches: &[Stretch]) -> Vec<Vec<String>> {
    let mut sums: BTreeMap<(Cause, bool), (u64, u64, u64)> = BTreeMap::new();
    for stretch in stretches {
        let (holes, missing, longest) = sums.entry((stretch.cause, stretch.is_explained())).or_default();
        *holes += 1;
        *missing += stretch.missing;
        *longest = stretch.missing.max(*longest);
    }
    let line = |((cause, is_explained), (holes, missing, longest)): ((Cause, bool), (u64, u64, u64))| {
        let numbers = [holes, missing, longest].map(thousands);
        let [holes, missing, longest] = numbers;
        let explained = if is_explained { "yes" } else { "no" };
        vec![target.to_string(), cause.to_string(), holes, missing, longest, explained.to_owned()]
    };
    sums.into_iter().map(line).collect()
}

fn row(target: &Target, stretch: &Stretch) -> Vec<String> {
    let proof = stretch.proof.as_ref().map_or("", |proof| &proof.how);
    let (from, to) = (format_utc(stretch.from_ms), format_utc(stretch.to_ms));
    vec![target.to_string(), from, to, thousands(stretch.missing), stretch.cause.to_string(), proof.to_owned()]
}
