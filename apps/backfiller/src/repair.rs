//! `backfiller repair`: asks the exchange again for every hole, and writes down what is proven.

mod one;
mod report;
mod witness;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use db::{SeriesStatus, Store};
use market::Series;
use terminal::{BadVerdict, Interrupted, Progress, thousands};

use crate::args::DbArgs;
use crate::asking::{Venue, until_interrupted};
use crate::filter::FilterArgs;
use crate::holes::{Neighbourhood, Stretch, stretches};
use crate::room::unless_stopped;
use report::Report;
use work::{Item, largest_first};

/// Ask the exchange again for every hole that is not explained, the largest first.
///
/// Size is counted in candles. A hole is asked for together with the candles beside it, and then by itself:
/// where those beside it come and nothing in between, twice, the exchange has none, and that is written down
/// with what proves it. Then another market that is traded all the time tells whether the exchange was down or
/// nobody traded: one in the store, or one that the exchange is asked for. Holes less than an hour old are left open.
///
/// A closed candle never changes. What is done is written down hole by hole: after Ctrl-C, the same command goes on
/// with what is left. A series that fails does not stop the others; its holes are tried again next time.
///
/// Exits with 1 when a series failed, and with 3 when holes stay unexplained although the exchange answered.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller repair
  backfiller repair --exchange binance --symbol BTC/USDT --timeframe 1m --dry-run
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
        known.iter().flat_map(|(status, stretches)| work::of_series(status, stretches)).collect();
    largest_first(&mut items);
    if args.dry_run {
        return print(&report::planned(&items, args.json)?);
    }
    let mut report = Report::default();
    let done = until_interrupted(async {
        let venues = connect(&known, args.base_url.as_deref(), &mut report).await;
        for (status, stretches) in &known {
            let venue = venues.get(status.series.exchange.as_str()).filter(|venue| !venue.is_traded(&status.series));
            items.extend(venue.and_then(|venue| work::delisting(status, stretches, venue.server_time_ms)));
        }
        largest_first(&mut items);
        repair(&mut store, &venues, &items, &mut report).await
    })?;
    let Some(done) = unless_stopped(done) else {
        let (holes, found) = (thousands(report.done.len() as u64), thousands(report.found()));
        let kept = format!("{holes} holes are done and {found} candles stored");
        return Err(Interrupted(format!("{kept}; run the same command again to go on")).into());
    };
    done?;
    print(&if args.json { report.to_json()? } else { report.to_text() })?;
    match report.failed.len() {
        0 if report.open() == 0 => Ok(()),
        0 => Err(BadVerdict.into()),
        failed => bail!("{failed} series could not be repaired; what was found of the others is stored"),
    }
}

fn print(text: &str) -> Result<()> {
    terminal::print(text).context("cannot write the result")
}

/// What is stored of every series that is meant, and where candles are missing in it.
fn known(store: &Store, args: &Args) -> Result<Vec<(SeriesStatus, Vec<Stretch>)>> {
    let mut known = Vec::new();
    for series in args.filter.select(store)? {
        if let Some(status) = store.status_of(&series)? {
            let stretches = stretches(&status, &store.gaps(&series)?);
            known.push((status, stretches));
        }
    }
    Ok(known)
}

/// Every exchange that answers. Of one that does not, all series have failed.
async fn connect<'a>(
    known: &'a [(SeriesStatus, Vec<Stretch>)],
    base_url: Option<&str>,
    report: &mut Report,
) -> BTreeMap<&'a str, Venue> {
    let names: BTreeSet<&str> = known.iter().map(|(status, _)| status.series.exchange.as_str()).collect();
    let mut venues = BTreeMap::new();
    for name in names {
        match Venue::connect(name, base_url).await {
            Ok(venue) => {
                venues.insert(name, venue);
            }
            Err(error) => {
                let of_it = known.iter().map(|(status, _)| &status.series).filter(|series| series.exchange == name);
                of_it.for_each(|series| report.fail(series, &error.to_string()));
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
        let Some(venue) = venues.get(item.series.exchange.as_str()).filter(|_| !report.has_failed(&item.series)) else {
            continue;
        };
        match one::repair(venue, store, &around, item).await {
            Ok(outcome) => {
                told(&item.series, item, &outcome);
                report.done.push((item.clone(), outcome));
            }
            // A database that refuses one hole refuses all.
            Err(crate::holes::AskError::Store(error)) => return Err(error.into()),
            Err(error) => report.fail(&item.series, &error.to_string()),
        }
        progress.set(missing(&items[..=index]), report.found());
    }
    Ok(())
}

fn told(series: &Series, item: &Item, outcome: &one::Outcome) {
    let from = market::format_utc(item.from_ms);
    tracing::info!("{series} from {from}: {} of {} missing candles found", outcome.found, item.missing);
}
