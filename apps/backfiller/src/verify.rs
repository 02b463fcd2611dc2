//! `backfiller verify`: reads candles, mark prices and funding again from the exchange and holds them against what is
//! stored.

mod compare;
mod draw;
mod read;
mod report;

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use db::{Cause, Store};
use market::{Candle, Judge, Rule, WhenError, parse_when};
use terminal::{BadVerdict, Interrupted, Progress, thousands};

use crate::args::{DbArgs, Kind, Target};
use crate::asking::{Venue, until_interrupted};
use crate::filter::FilterArgs;
use crate::holes::AskError;
use compare::{Compared, Row, compare};
use draw::{Block, blocks, draw};
use read::{Both, read};
use report::Report;

/// What is written beside a candle that is corrected.
const WHY: &str = "verify: the exchange has other values";

/// Read candles, mark prices and funding rates again from the exchange, and list every one that differs.
///
/// A sample is of places drawn at random from each series, all of its time alike; at each a page of up to 1,000
/// candles is read, which costs as much as a single one, or the funding of 1,000 times eight hours. The seed of the draw
/// is told, and draws the same places again with --seed. --all reads everything.
///
/// Told are rows with other values, rows that the exchange does not have, and rows that the store lacks.
/// Prices and rates must be the same to the bit; volumes to nine digits, for exchanges sum up decimals where resample
/// sums up doubles. Mark prices have no volume. Candles that are forming are left alone.
///
/// --fix changes candles with other values to those of the exchange, and keeps the old ones in the table corrections.
/// Nothing is deleted, and what the store lacks is for repair to bring, also where it was proven before that the exchange
/// had nothing, or nothing to be believed. Values that import would refuse are not taken.
/// A mark price or a funding rate that is stored never changes: those that differ are told, also with --fix.
///
/// Exits with 3 when something differs and was not fixed, with 1 when a series failed.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller verify
  backfiller verify --sample 50 --exchange binance --timeframe 1m
  backfiller verify --all --symbol BTC/USDT --since 30d --fix
  backfiller verify --all --kind funding
  backfiller verify --seed 7 --json | jq '.series[].differing[]'")]
pub(crate) struct Args {
    #[command(flatten)]
    db: DbArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// Places to read of each series
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    sample: u32,
    /// Read everything
    #[arg(long, conflicts_with = "sample")]
    all: bool,
    /// Draw the same places as the run that told this seed
    #[arg(long, value_name = "SEED", conflicts_with = "all")]
    seed: Option<u64>,
    /// Only what opens or is paid then or later: 2024-01-31, or 90d for 90 days ago by this machine's clock; UTC
    #[arg(long, value_name = "TIME", value_parser = time_ms)]
    since: Option<i64>,
    /// Only what opens or is paid before, written alike
    #[arg(long, value_name = "TIME", value_parser = time_ms)]
    until: Option<i64>,
    /// Change candles that differ to what the exchange has, and keep the old values
    #[arg(long)]
    fix: bool,
    /// Ask this address instead of the exchange's own
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Print everything as JSON
    #[arg(long)]
    json: bool,
}

fn time_ms(text: &str) -> Result<i64, WhenError> {
    parse_when(text, terminal::now_ms())
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    args.filter.check_base_url(args.base_url.as_deref())?;
    check_fix(args)?;
    let mut store = Store::open_existing(&args.db.db)?;
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..));
    let mut places = Vec::new();
    for target in args.filter.select(&store)? {
        let mut blocks = blocks(&store, &target, args.since, args.until)?;
        if !args.all {
            blocks = draw(blocks, args.sample, &target, seed);
        }
        places.push((target, blocks));
    }
    let mut report = Report { seed: (!args.all).then_some(seed), series: Vec::new() };
    let done = until_interrupted(verify(&mut store, args, &places, &mut report))?;
    let Some(done) = done else {
        let compared = thousands(report.compared());
        return Err(
            Interrupted(format!("{compared} rows were compared, and {} candles corrected", report.fixed())).into()
        );
    };
    done?;
    terminal::print(&if args.json { report.to_json()? } else { report.to_text() })
        .context("cannot write the result")?;
    match report.failed() {
        0 if report.is_good() => Ok(()),
        0 => Err(BadVerdict.into()),
        failed => bail!("{failed} series could not be verified to the end"),
    }
}

/// Refuses to change what never changes.
fn check_fix(args: &Args) -> Result<()> {
    match args.filter.kind().filter(|kind| args.fix && *kind != Kind::Candles) {
        Some(kind) => bail!(
            "--fix changes candles alone, and {} that are stored never change: leave --fix out, and what differs is told",
            kind.plural()
        ),
        None => Ok(()),
    }
}

/// Reads every place of every series; what came of a series before it failed is told too.
async fn verify(store: &mut Store, args: &Args, places: &[(Target, Vec<Block>)], report: &mut Report) -> Result<()> {
    let mut venues: BTreeMap<&str, std::result::Result<Venue, String>> = BTreeMap::new();
    let total = places.iter().map(|(_, blocks)| blocks.len() as u64).sum();
    let mut progress = Progress::start("verify", total);
    let mut read = 0;
    for (target, blocks) in places {
        if !venues.contains_key(target.exchange()) {
            let venue = Venue::connect(target.exchange(), args.base_url.as_deref(), &args.db.db).await;
            venues.insert(target.exchange(), venue.map_err(|error| error.to_string()));
        }
        report.begin(target);
        match &venues[target.exchange()] {
            Err(error) => report.fail(error),
            Ok(venue) => {
                for &block in blocks {
                    match block_of(venue, store, target, block, args.fix).await {
                        Ok(compared) => report.add(compared),
                        // A database that refuses one place refuses all.
                        Err(AskError::Store(error)) => return Err(error.into()),
                        Err(error) => {
                            report.fail(&error.to_string());
                            break;
                        }
                    }
                    read += 1;
                    progress.set(read, report.compared());
                }
            }
        }
    }
    Ok(())
}

/// Reads a place again, and corrects candles that differ where that is wanted.
async fn block_of(
    venue: &Venue,
    store: &mut Store,
    target: &Target,
    block: Block,
    fix: bool,
) -> Result<Compared, AskError> {
    let Both { ours, theirs, absent, refused } = read(venue, store, target, block).await?;
    let mut judge = match target {
        Target::Candles(series) | Target::Marks(series) => {
            let candles: Vec<Candle> = theirs.iter().filter_map(Row::candle).collect();
            Some(store.judge_of(series, target.place().data, &candles)?)
        }
        Target::Funding { .. } => None,
    };
    let mut compared = compare(&ours, &theirs, &absent, |their| {
        !refused.contains(&their.time_ms()) && is_believed(judge.as_mut(), their)
    });
    leave_out_refused(store, target, &theirs, &mut compared.lacking)?;
    // Whatever was proven of the others does not hold.
    if !compared.lacking.is_empty() {
        store.forget_gaps(&target.place(), &compared.lacking)?;
    }
    if let (true, Target::Candles(series)) = (fix, target) {
        for differing in compared.differing.iter_mut().filter(|differing| differing.is_believed) {
            if let Row::Candle(theirs) = &differing.theirs {
                store.correct(series, theirs, WHY, terminal::now_ms())?;
                differing.is_fixed = true;
            }
        }
    }
    Ok(compared)
}

/// Leaves out the times of rows that were refused, and are still what they were: to ask again would bring the same.
fn leave_out_refused(store: &Store, target: &Target, theirs: &[Row], lacking: &mut Vec<i64>) -> Result<(), AskError> {
    if lacking.is_empty() {
        return Ok(());
    }
    let place = target.place();
    let mut gaps = store.gaps(&place)?;
    gaps.retain(|gap| matches!(gap.cause, Cause::Refused(_)));
    for candle in theirs.iter().filter_map(Row::candle) {
        let time_ms = candle.open_time_ms;
        if gaps.iter().any(|gap| (gap.from_ms..gap.to_ms).contains(&time_ms))
            && store.is_set_aside(&place, Rule::Jump, &candle)?
        {
            lacking.retain(|lacking_ms| *lacking_ms != time_ms);
        }
    }
    Ok(())
}

/// Whether import would take a row: rates that come are possible ones, candles are judged.
fn is_believed(judge: Option<&mut Judge>, row: &Row) -> bool {
    match (judge, row) {
        (Some(judge), Row::Candle(candle)) => judge.judge(candle).is_none_or(|objection| objection.rule.is_doubt()),
        _ => true,
    }
}
