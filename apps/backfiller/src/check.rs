//! `backfiller check`: whether the file is whole, and how good what is in it is.

mod quality;

use anyhow::{Context, Result};
use db::{DbError, Store};
use market::{Candles, Judge, Rule};
use serde_json::{Value, json};
use terminal::{BadVerdict, Interrupt, Interrupted, thousands};

use crate::args::{DbArgs, Target};
use crate::holes::stretches;
use crate::set_aside;
use crate::stored::{self, Extent};
use quality::{Assay, Quality};

/// Candles read at once.
const CHUNK: u32 = 20_000;

/// Check the file and everything stored in it, and give every series a score.
///
/// First SQLite reads the whole file. Then every closed candle is held against the rules of import:
/// finite, high and low right, prices above zero, on the grid, no jump of 1,000 times. Holes count
/// unless it is proven why there are no candles: `backfiller gaps` tells it of each.
///
/// The score is the share of good candles among those that should be there, in percent; 100 means
/// that nothing is wrong. What is only doubted is told and takes nothing away: moves without volume,
/// and jumps after which the market stayed on the new level.
///
/// Exits with 3 when something is wrong.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller check
  backfiller check --json | jq '.series[] | select(.score < 99.9)'")]
pub(crate) struct Args {
    #[command(flatten)]
    db: DbArgs,
    /// Print everything as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    let interrupt = Interrupt::listen()?;
    let store = Store::open_existing(&args.db.db)?;
    let faults = store.faults()?;
    // What a damaged file says of candles is worth nothing.
    let checked = if faults.is_empty() { check_all(&store, &interrupt)? } else { Vec::new() };
    let is_good = faults.is_empty() && checked.iter().all(|(_, quality)| quality.is_good());
    let text = if args.json {
        serde_json::to_string_pretty(&to_json(&store, &faults, &checked, is_good))?
    } else {
        to_text(&store, &faults, &checked)
    };
    terminal::print(&text).context("cannot write the result")?;
    if is_good { Ok(()) } else { Err(BadVerdict.into()) }
}

fn check_all(store: &Store, interrupt: &Interrupt) -> Result<Vec<(Target, Quality)>> {
    let mut checked = Vec::new();
    for target in stored::targets(store, None)? {
        let gaps = store.gaps(&target.place())?;
        let quality = match &target {
            Target::Candles(series) => {
                let assay = Assay::new(Judge::of_trades(series.timeframe), series.timeframe, gaps);
                check_series(assay, interrupt, |from_ms| store.candles_from(series, from_ms, CHUNK))?
            }
            Target::Marks(series) => {
                let assay = Assay::new(Judge::of_marks(series.timeframe), series.timeframe, gaps);
                check_series(assay, interrupt, |from_ms| store.marks_from(series, from_ms, CHUNK))?
            }
            Target::Funding { .. } => {
                let extent = Extent::of(store, &target)?;
                extent.map_or_else(Quality::default, |extent| Quality::of_funding(&extent, &stretches(&extent, &gaps)))
            }
        };
        checked.push((target, quality));
    }
    Ok(checked)
}

fn check_series(
    mut assay: Assay,
    interrupt: &Interrupt,
    read: impl Fn(i64) -> Result<Candles, DbError>,
) -> Result<Quality> {
    let mut from_ms = i64::MIN;
    loop {
        if interrupt.is_asked() {
            return Err(Interrupted("nothing was changed".to_owned()).into());
        }
        let candles = read(from_ms)?;
        let Some(&last_ms) = candles.open_time_ms.last() else { return Ok(assay.finish()) };
        if from_ms == i64::MIN {
            assay.begin(&candles);
        }
        candles.iter().for_each(|candle| assay.push(&candle));
        // Other programs write what they like.
        let Some(next_ms) = last_ms.checked_add(1) else { return Ok(assay.finish()) };
        from_ms = next_ms;
    }
}

fn to_json(store: &Store, faults: &[String], checked: &[(Target, Quality)], is_good: bool) -> Value {
    let series = |(target, quality): &(Target, Quality)| {
        let Quality { rows, expected, holes, missing, explained, .. } = *quality;
        let mut facts = target.names();
        facts["rows"] = json!(rows);
        facts["expected"] = json!(expected);
        facts["share"] = json!(quality.share());
        facts["holes"] = json!(holes);
        facts["missing"] = json!(missing);
        facts["explained"] = json!(explained);
        facts["wrong"] = set_aside::to_json(&quality.wrong);
        facts["doubted"] = set_aside::to_json(&quality.doubted);
        facts["score"] = json!(quality.score());
        facts
    };
    json!({
        "db": store.path().display().to_string(), "good": is_good,
        "integrity": if faults.is_empty() { json!("ok") } else { json!(faults) },
        "series": checked.iter().map(series).collect::<Vec<_>>(),
    })
}

fn to_text(store: &Store, faults: &[String], checked: &[(Target, Quality)]) -> String {
    let path = store.path().display();
    if !faults.is_empty() {
        return format!("{path} is damaged: restore it from a backup\n  {}", faults.join("\n  "));
    }
    let header = ["series", "rows", "there %", "holes", "missing", "explained", "wrong", "doubted", "score"];
    let row = |(target, quality): &(Target, Quality)| {
        vec![
            target.to_string(),
            thousands(quality.rows),
            percent(quality.share()),
            thousands(quality.holes),
            thousands(quality.missing),
            thousands(quality.explained),
            thousands(quality.wrong_rows()),
            thousands(quality.doubted.values().sum()),
            percent(quality.score()),
        ]
    };
    let table = terminal::table(&header, checked.iter().map(row).collect(), &[1, 2, 3, 4, 5, 6, 7, 8]);
    let mut text = format!("{path} is whole\n\n{table}");
    for (target, quality) in checked {
        for (what, counts) in [("wrong", &quality.wrong), ("doubted", &quality.doubted)] {
            let rule = |(rule, count): (&Rule, &u64)| format!("{} {}", thousands(*count), rule.name());
            if !counts.is_empty() {
                let rules: Vec<_> = counts.iter().map(rule).collect();
                text.push_str(&format!("\n{target}, {what}: {}", rules.join(", ")));
            }
        }
    }
    text
}

/// Rounded down: what is not perfect is never shown as 100.
fn percent(share: f64) -> String {
    format!("{:.2}", (share * 100.0).floor() / 100.0)
}
