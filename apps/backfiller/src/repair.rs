//! `backfiller repair`: asks the exchange again for every hole, and writes down what is proven.

mod bring;
mod one;
mod report;
mod witness;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use db::Store;
use terminal::{BadVerdict, Interrupted, Progress, thousands};

use crate::args::DbArgs;
use crate::asking::{Venue, until_interrupted};
use crate::filter::FilterArgs;
use crate::holes::{Neighbourhood, Stretch, stretches};
use crate::room::unless_stopped;
use crate::stored::Extent;
use report::Report;
use work::{Item, largest_first};

/// Ask the exchange again for every hole that is not explained, the largest first.
///
/// Size is counted in candles, of funding in slots of eight hours. A hole is asked for together with what is stored
/// beside it, and then by itself: where that comes and nothing in between, twice, the exchange has none, and that is
/// written down with what proves it. Of candles another market that is traded all the time then tells whether the
/// exchange was down or nobody traded: one in the store, or one that the exchange is asked for. Holes less than an hour
/// old are left open.
///
/// A closed candle never changes. What is done is written down hole by hole: after Ctrl-C, the same command goes on
/// with what is left. A series that fails does not stop the others; its holes are tried again next time.
///
/// Exits with 1 when a series failed, and with 3 when holes stay unexplained although the exchange answered.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller repair
  backfiller repair --exchange binance --symbol BTC/USDT --timeframe 1m --dry-run
  backfiller repair --kind funding
  backfiller repair --json | jq '.holes[] | {from, missing, found}'")]
pub(crate) struct Args {
    #[command(flatten)]
    db: DbArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// Only tell what would be asked for, in this order; nothing is asked and nothing written
    #[arg(long)]
    dry_run: bool,
    /// Ask this address instead of the exchange's own
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    args.filter.check_base_url(args.base_url.as_deref())?;
    let mut store = Store::open_existing(&args.db.db)?;
    let known = known(&store, args)?;
    let mut items: Vec<Item> =
        known.iter().flat_map(|(extent, stretches)| work::of_target(extent, stretches)).collect();
    largest_first(&mut items);
    if args.dry_run {
        return print(&report::planned(&items, args.json)?);
    }
    let mut report = Report::default();
    let done = until_interrupted(async {
        let venues = connect(&known, args, &mut report).await;
        for (extent, stretches) in &known {
            let target = &extent.target;
            let venue = venues.get(target.exchange()).filter(|venue| !venue.is_traded(target.symbol()));
            items.extend(venue.and_then(|venue| work::delisting(extent, stretches, venue.server_time_ms)));
        }
        largest_first(&mut items);
        repair(&mut store, &venues, &items, &mut report).await
    })?;
    let Some(done) = unless_stopped(done) else {
        let (holes, found) = (thousands(report.done.len() as u64), thousands(report.found()));
        let kept = format!("{holes} holes are done and {found} rows stored");
        return Err(Interrupted(format!("{kept}; run the same command again to go on")).into());
    };
    done?;
    print(&if args.json { report.to_json()? } else { report.to_text() })?;
    match report.failed.len() {
        0 if report.open() == 0 => Ok(()),
        0 => Err(BadVerdict.into()),
        failed if report.done.is_empty() => bail!("{failed} series could not be repaired"),
        failed => bail!("{failed} series could not be repaired; what was found of the others is stored"),
    }
}

fn print(text: &str) -> Result<()> {
    terminal::print(text).context("cannot write the result")
}

/// How far what is meant reaches, and where something is missing in it.
type Known = (Extent, Vec<Stretch>);

fn known(store: &Store, args: &Args) -> Result<Vec<Known>> {
    let mut known = Vec::new();
    for target in args.filter.select(store)? {
        if let Some(extent) = Extent::of(store, &target)? {
            let stretches = stretches(&extent, &store.gaps(&target.place())?);
            known.push((extent, stretches));
        }
    }
    Ok(known)
}

/// Every exchange that answers. Of one that does not, all series have failed.
async fn connect<'a>(known: &'a [Known], args: &Args, report: &mut Report) -> BTreeMap<&'a str, Venue> {
    let names: BTreeSet<&str> = known.iter().map(|(extent, _)| extent.target.exchange()).collect();
    let mut venues = BTreeMap::new();
    for name in names {
        match Venue::connect(name, args.base_url.as_deref(), &args.db.db).await {
            Ok(venue) => {
                venues.insert(name, venue);
            }
            Err(error) => {
                let of_it = known.iter().map(|(extent, _)| &extent.target).filter(|target| target.exchange() == name);
                of_it.for_each(|target| report.fail(target, &error.to_string()));
            }
        }
    }
    venues
}

async fn repair(store: &mut Store, venues: &BTreeMap<&str, Venue>, items: &[Item], report: &mut Report) -> Result<()> {
    let around = Neighbourhood::of(store)?;
    let missing = |items: &[Item]| items.iter().map(|item| item.missing).sum::<u64>();
    let mut progress = Progress::start("repair", missing(items));
    for (index, item) in items.iter().enumerate() {
        let Some(venue) = venues.get(item.target.exchange()).filter(|_| !report.has_failed(&item.target)) else {
            continue;
        };
        match one::repair(venue, store, &around, item).await {
            Ok(outcome) => {
                told(item, &outcome);
                report.done.push((item.clone(), outcome));
            }
            // A database that refuses one hole refuses all.
            Err(crate::holes::AskError::Store(error)) => return Err(error.into()),
            Err(error) => report.fail(&item.target, &error.to_string()),
        }
        progress.set(missing(&items[..=index]), report.found());
    }
    Ok(())
}

fn told(item: &Item, outcome: &one::Outcome) {
    let (target, from, what) = (&item.target, market::format_utc(item.from_ms), item.target.kind().counted());
    tracing::info!("{target} from {from}: {} rows found, {} {what} were missing", outcome.found, item.missing);
}
