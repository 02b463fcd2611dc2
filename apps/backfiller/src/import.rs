//! `backfiller import`: candles, mark prices and funding rates from files.
//!
//! Rows are checked as they stream and stored in batches, each of them whole or not at all. A bad
//! row ends the import: the batches before it stay, and running again goes on from there, because
//! what is stored already is skipped.

use std::path::PathBuf;

use anyhow::{Context, Result};
use db::{DbError, Inserted, Store};
use serde_json::json;
use terminal::{Interrupt, Interrupted, Progress, now_ms, thousands};

use crate::archive::Archive;
use crate::args::{DbArgs, Target, TargetArgs};
use crate::batches::for_each_batch;
use crate::row::{CandleFormat, Format, FundingFormat};

/// Import candles, mark prices or funding rates from CSV files, plain or gzip.
///
/// A row is open_time,open,high,low,close,volume, and more columns may follow, as in the files of
/// data.binance.vision. With or without a header. The open time is in Unix seconds, milliseconds
/// or microseconds: it is found by itself, one unit in a file. Open times must rise.
///
/// With --kind mark the same rows are mark prices, and their volume is left out. With --kind
/// funding a row is time,funding_rate, or calc_time,funding_interval_hours,last_funding_rate; a
/// rate belongs to the whole minute of its time.
///
/// A candle that is still forming is left out, and so is a last row that was forming when the file
/// was written, by the time that the file has.
///
/// What is stored already stays as it is, so the same import can run again: after a bad row was
/// mended, or after Ctrl-C, it goes on where it stopped.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller import --exchange binance --symbol BTC/USDT --timeframe 1h BTCUSDT-1h-2024-12.csv BTCUSDT-1h-2025-01.csv
  backfiller import --db btc.db --exchange bitfinex --symbol BTC/USD --timeframe 1m BTCUSD_1m.csv.gz --json
  backfiller import --kind mark --exchange binanceusdm --symbol BTC/USDT:USDT --timeframe 1h BTCUSDT_1h_mark.csv.gz
  backfiller import --kind funding --exchange binanceusdm --symbol BTC/USDT:USDT BTCUSDT-fundingRate-2025-*.csv")]
pub(crate) struct Args {
    #[command(flatten)]
    db: DbArgs,
    #[command(flatten)]
    target: TargetArgs,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
    /// The files, in any order
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// What one file gave.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    inserted: Inserted,
    duplicates: u64,
    still_forming: u64,
}

impl Counts {
    fn stored(&self) -> u64 {
        self.inserted.new + self.inserted.completed + self.inserted.known
    }

    fn add(&mut self, inserted: Inserted) {
        self.inserted.new += inserted.new;
        self.inserted.completed += inserted.completed;
        self.inserted.known += inserted.known;
    }
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    // One clock reading for all files.
    let now_ms = now_ms();
    let target = args.target.target();
    match &target {
        Target::Candles(series) => {
            let format = || CandleFormat::new(series.timeframe, now_ms);
            run_as(args, &target, now_ms, format, |store, candles| store.insert_closed(series, candles))
        }
        Target::Marks(series) => {
            let format = || CandleFormat::new(series.timeframe, now_ms);
            run_as(args, &target, now_ms, format, |store, marks| store.insert_marks(series, marks))
        }
        Target::Funding { exchange, symbol } => {
            let format = || FundingFormat::new(now_ms);
            run_as(args, &target, now_ms, format, |store, rates| store.insert_funding(exchange, symbol, rates))
        }
    }
}

/// Imports all files in one format; `insert` puts its records where they belong.
fn run_as<F: Format>(
    args: &Args,
    target: &Target,
    now_ms: i64,
    format: impl Fn() -> F,
    insert: impl Fn(&mut Store, &[F::Record]) -> Result<Inserted, DbError>,
) -> Result<()> {
    let interrupt = Interrupt::listen()?;
    // Every file is opened first: a wrong name stores nothing.
    let open = |file: &PathBuf| Archive::open(file, format());
    let mut pipes = Vec::new();
    for file in &args.files {
        // A pipe gives its rows once and stays open; files can be more than a process may hold open.
        pipes.push(Some(open(file)?).filter(|archive| archive.written_ms().is_none()));
    }
    let mut store = Store::open(&args.db.db)?;
    let mut done = Vec::new();
    for (file, pipe) in args.files.iter().zip(pipes) {
        let archive = pipe.map_or_else(|| open(file), Ok)?;
        let mut counts = Counts::default();
        import_file(archive, now_ms, &interrupt, &mut counts, |records| insert(&mut store, records))
            .map_err(|error| explain(error, &counts))?;
        done.push((file, counts));
    }
    report(args, target, &done)
}

fn import_file<F: Format>(
    archive: Archive<F>,
    now_ms: i64,
    interrupt: &Interrupt,
    counts: &mut Counts,
    mut insert: impl FnMut(&[F::Record]) -> Result<Inserted, DbError>,
) -> Result<()> {
    let path = archive.path().to_owned();
    let label = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut progress = Progress::start(label, archive.bytes());
    let is_done = for_each_batch(archive, now_ms, interrupt, |batch| {
        counts.add(insert(&batch.records)?);
        counts.duplicates = batch.duplicates;
        counts.still_forming = batch.still_forming;
        progress.set(batch.bytes_read, counts.stored());
        Ok(())
    })?;
    if is_done {
        return Ok(());
    }
    let kept = format!("{} rows of {} are stored", thousands(counts.stored()), path.display());
    Err(Interrupted(format!("{kept}; run the same command again to go on")).into())
}

/// Adds to an error what the file gave before it.
fn explain(error: anyhow::Error, counts: &Counts) -> anyhow::Error {
    if error.is::<Interrupted>() || counts.stored() == 0 {
        return error;
    }
    let kept = thousands(counts.stored());
    let told =
        format!("{error:#}; {kept} rows of the file are stored, and the same command goes on once this is mended");
    anyhow::Error::msg(told)
}

fn report(args: &Args, target: &Target, done: &[(&PathBuf, Counts)]) -> Result<()> {
    let mut total = Counts::default();
    for (_, counts) in done {
        total.add(counts.inserted);
        total.duplicates += counts.duplicates;
        total.still_forming += counts.still_forming;
    }
    let text = if args.json {
        let files: Vec<_> = done.iter().map(|(file, counts)| with_file(file, to_json(counts))).collect();
        serde_json::to_string_pretty(&json!({"series": target.names(), "files": files, "total": to_json(&total)}))?
    } else {
        format!("{target}: {}", to_text(&total))
    };
    terminal::print(&text).context("cannot write the result")
}

fn to_json(counts: &Counts) -> serde_json::Value {
    let Inserted { new, completed, known } = counts.inserted;
    json!({
        "new": new, "completed": completed, "known": known,
        "duplicates": counts.duplicates, "still_forming": counts.still_forming,
    })
}

fn with_file(file: &std::path::Path, mut counts: serde_json::Value) -> serde_json::Value {
    counts["file"] = json!(file.display().to_string());
    counts
}

/// `744 new, 0 known`, and what else there is to tell.
fn to_text(counts: &Counts) -> String {
    let Inserted { new, completed, known } = counts.inserted;
    let mut text = format!("{} new, {} known", thousands(new), thousands(known));
    let rest = [
        (completed, "completed that were left forming"),
        (counts.duplicates, "doubled rows skipped"),
        (counts.still_forming, "left out: still forming when the file was written"),
    ];
    for (count, what) in rest.into_iter().filter(|(count, _)| *count > 0) {
        text.push_str(&format!(", {} {what}", thousands(count)));
    }
    text
}
