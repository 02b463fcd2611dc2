//! `backfiller export`: candles, mark prices and funding rates as files for other programs, and for `import`.

pub(crate) mod layout;
mod month;
pub(crate) mod table;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use db::Store;
use market::{Symbol, Timeframe};
use serde_json::json;
use terminal::{Interrupt, Interrupted, thousands};

use crate::args::{DbArgs, Kind, Target, parse_exchange};
use crate::stored;
use layout::Format;

/// Export stored data as Parquet or CSV, a file for each series and month.
///
/// The files lie in folders exchange=…/symbol=…/timeframe=…/month=YYYY-MM, from which DuckDB, pandas,
/// Spark and others take these columns. The rest is in the files: open_time_ms, open, high, low, close
/// and volume; the time is a UTC timestamp in Parquet and Unix milliseconds in CSV. Letters that no
/// folder may have are written as in URLs: BTC%2FUSDT is BTC/USDT, and read as that.
///
/// Only closed candles are exported. `backfiller import FOLDER` brings all of it back as it was.
/// A file is written whole or not at all, and files that are there are written anew.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller export --format parquet --out candles
  backfiller export --format csv --out btc --exchange binance --symbol BTC/USDT --timeframe 1h
  backfiller export --format parquet --out marks --kind mark
  duckdb -c \"FROM 'candles/**/*.parquet' LIMIT 5\"")]
pub(crate) struct Args {
    #[command(flatten)]
    db: DbArgs,
    /// What the files are
    #[arg(long, value_enum, default_value = "parquet")]
    format: Format,
    /// The folder to write to; it is made where it is missing
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// What to export; kinds have other columns, so give each a folder of its own
    #[arg(long, value_enum, default_value = "candles")]
    kind: Kind,
    /// Only of this exchange
    #[arg(long, value_parser = parse_exchange)]
    exchange: Option<String>,
    /// Only of this symbol
    #[arg(long)]
    symbol: Option<Symbol>,
    /// Only of this timeframe; funding has none
    #[arg(long, value_parser = terminal::timeframe_parser())]
    timeframe: Option<Timeframe>,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    let interrupt = Interrupt::listen()?;
    let store = Store::open_existing(&args.db.db)?;
    let places = places(&store, args)?;
    let (mut rows, mut files) = (0, 0);
    for place in &places {
        let mut next_ms = month::first(&store, place)?;
        while let Some(from_ms) = next_ms {
            if interrupt.is_asked() {
                let kept = format!("{} files are written, each whole", thousands(files));
                return Err(Interrupted(format!("{kept}; the same command writes them all anew")).into());
            }
            let (month, table) = month::read(&store, place, from_ms)?;
            let path = layout::path(&args.out, place, month.from_ms, args.format);
            table.write(&path, args.format).with_context(|| format!("cannot write {}", path.display()))?;
            rows += table.len() as u64;
            files += 1;
            next_ms = month::next(&store, place, month)?;
        }
    }
    let text = if args.json {
        let names: Vec<_> = places.iter().map(Target::names).collect();
        serde_json::to_string_pretty(&json!({
            "out": args.out.display().to_string(), "rows": rows, "files": files, "series": names,
        }))?
    } else {
        let (rows, files) = (thousands(rows), thousands(files));
        format!("{}: {rows} rows of {} series in {files} files", args.out.display(), places.len())
    };
    terminal::print(&text).context("cannot write the result")
}

/// The series that are meant. An export of nothing is a mistake.
fn places(store: &Store, args: &Args) -> Result<Vec<Target>> {
    let is_meant = |place: &Target| {
        args.exchange.as_deref().is_none_or(|exchange| exchange == place.exchange())
            && args.symbol.as_ref().is_none_or(|symbol| symbol == place.symbol())
            && args.timeframe.is_none_or(|timeframe| place.timeframe().is_none_or(|found| found == timeframe))
    };
    let meant: Vec<Target> = stored::targets(store, Some(args.kind))?.into_iter().filter(is_meant).collect();
    if meant.is_empty() {
        bail!(
            "{} has no {} like that: `backfiller status` tells what there is",
            store.path().display(),
            args.kind.plural()
        );
    }
    Ok(meant)
}
