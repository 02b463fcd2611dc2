//! `backfiller import`: candles, mark prices and funding rates from files.
//!
//! A file is read and checked whole before any of it is stored, so that a bad one leaves no trace. Files are read on
//! all processors and stored in their order by one thread, in batches that let other writers have their turn. What
//! is stopped in mid-file has whole batches of good rows in the store, and the same import run again adds the rest.

mod asides;
mod checksum;
mod coarser;
mod content;
mod exported;
mod lanes;
mod name;
mod parse;
mod paths;
mod report;
mod row;
mod target;
mod text;
mod unpack;
mod volumeless;
mod writer;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use db::Store;
use terminal::{Interrupt, now_ms};

use crate::args::DbArgs;
use lanes::Lanes;
use report::Done;
use target::ImportTarget;

pub(crate) use checksum::SUFFIX as CHECKSUM_SUFFIX;
pub(crate) use content::read;
pub(crate) use writer::Writer;

/// Import candles, mark prices or funding rates from files: CSV, plain, gzip or zip.
///
/// A row is open_time,open,high,low,close,volume, and more columns may follow, as in the files of
/// data.binance.vision. With or without a header. The open time is in Unix seconds, milliseconds
/// or microseconds: it is found by itself, one unit in a file. Open times must rise.
///
/// With --kind mark the same rows are mark prices, and their volume is left out. With --kind
/// funding a row is time,funding_rate, or calc_time,funding_interval_hours,last_funding_rate; a
/// rate belongs to the whole minute of its time.
///
/// A file that is named as the archive names it, such as BTCUSDT-1h-2024-12.zip, tells its symbol
/// and timeframe itself; where arguments say something else, nothing is stored. A checksum
/// beside it, BTCUSDT-1h-2024-12.zip.CHECKSUM, is verified. What `backfiller export` wrote, Parquet
/// or CSV, tells everything by its folders, and comes back as it was.
///
/// A file is stored whole or not at all: a row that cannot be read, or has more or fewer columns than
/// the first, rows of another month or market than the name says, candles that move and have no volume
/// at all, a wrong checksum or a damaged file refuse it, and the other files go on. Bad candles are set
/// aside and shown by status: a value that is not finite, high below low, a time off the grid or in
/// another unit, a jump of 1,000 times, and rows that differ from what is there; so are funding rates
/// that none can be. A move without volume and a wick to 1,000 times the price are stored, and
/// shown too.
///
/// A candle that is still forming is left out, and so is a last row that was forming when the file
/// was written, by the time that the file has.
///
/// What is stored already stays as it is, so the same import can run again, and after Ctrl-C it
/// goes on where it stopped.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller import --exchange binance BTCUSDT-1h-2024-12.zip BTCUSDT-1h-2025-01.zip
  backfiller import --exchange binanceusdm data/futures/um/monthly
  backfiller import --exchange binance --symbol BTC/USDT 'archive/BTCUSDT-1m-2025-*.zip'
  backfiller import --db btc.db --exchange bitfinex --symbol BTC/USD --timeframe 1m BTCUSD_1m.csv.gz --json
  backfiller import --kind mark --exchange binanceusdm --symbol BTC/USDT:USDT --timeframe 1h BTCUSDT_1h_mark.csv.gz
  backfiller import --kind funding --exchange binanceusdm --symbol BTC/USDT:USDT BTCUSDT-fundingRate-2025-*.csv
  backfiller import --db copy.db exported-folder")]
pub(crate) struct Args {
    #[command(flatten)]
    db: DbArgs,
    #[command(flatten)]
    target: ImportTarget,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
    /// Files in any order, folders with all their .csv, .gz, .zip and .parquet files, and patterns such as 'BTC*.zip'
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    // One clock reading for all files.
    let now_ms = now_ms();
    let interrupt = Interrupt::listen()?;
    // A wrong name among good ones is told before anything is stored.
    let target = |path: PathBuf| args.target.of(&path).map(|target| (path, target));
    let jobs = paths::expand(&args.paths)?.into_iter().map(target).collect::<Result<Vec<_>>>()?;
    // A pipe has no length, and does not count.
    let size = |path: &PathBuf| fs::metadata(path).map_or(0, |file| file.len());
    let bytes = jobs.iter().map(|(path, _)| size(path)).sum();
    // The files are read while the disk makes the store.
    let mut contents = Lanes::start(jobs.clone(), move |(path, target)| content::read(&path, target, now_ms));
    let mut writer = Writer::new(Store::open(&args.db.db)?, bytes, now_ms, interrupt);
    let mut done = Vec::with_capacity(jobs.len());
    for (path, target) in jobs {
        let bytes = size(&path);
        let result = match writer.wait_for(&mut contents)? {
            Ok(content) => Ok(writer.store(&path, bytes, content)?),
            Err(error) => {
                writer.skip(bytes);
                Err(format!("{error:#}"))
            }
        };
        done.push(Done { path, target, result });
    }
    // The progress goes before the result comes.
    drop(writer);
    let text = if args.json { serde_json::to_string_pretty(&report::to_json(&done))? } else { report::to_text(&done) };
    if !text.is_empty() {
        terminal::print(&text).context("cannot write the result")?;
    }
    report::refusal(&done).map_or(Ok(()), |refusal| Err(anyhow!(refusal)))
}
