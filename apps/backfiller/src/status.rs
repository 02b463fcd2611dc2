//! `backfiller status`: what is stored.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use db::{Gap, SeriesStatus, Store};
use market::format_utc;
use serde_json::{Value, json};
use terminal::thousands;

use crate::args::DbArgs;

/// Tell what is stored: range, rows, holes, newest candle, size.
///
/// A hole is a run of candles that is missing between two that are there. Only real ones count:
/// a candle that was left forming is missing until it is fetched or imported. With --json each
/// hole has a cause where one is known; what the exchange does not have, fetch asks for no more.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller status
  backfiller status --db btc.db --json | jq '.series[] | {symbol, missing}'")]
pub(crate) struct Args {
    #[command(flatten)]
    db: DbArgs,
    /// Print everything as JSON, every hole among it
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    let store = Store::open_existing(&args.db.db)?;
    let status = store.status()?;
    let text = if args.json {
        serde_json::to_string_pretty(&to_json(&store, &status)?)?
    } else {
        to_text(store.path(), &status)
    };
    terminal::print(&text).context("cannot write the result")
}

/// The sizes of the database and of its write-ahead log, in bytes.
fn sizes(path: &Path) -> (u64, u64) {
    let size = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    (size(path), size(Path::new(&log)))
}

fn to_json(store: &Store, status: &[SeriesStatus]) -> Result<Value> {
    let path = store.path();
    let (bytes, log_bytes) = sizes(path);
    let series = status.iter().map(|status| Ok(series_json(status, &store.gaps(&status.series)?)));
    Ok(json!({
        "db": path.display().to_string(),
        "bytes": bytes,
        "log_bytes": log_bytes,
        "series": series.collect::<Result<Vec<_>>>()?,
    }))
}

fn series_json(status: &SeriesStatus, gaps: &[Gap]) -> Value {
    let cause = |hole: &market::Hole| {
        let gap = gaps.iter().find(|gap| gap.from_ms <= hole.from_ms && hole.to_ms <= gap.to_ms);
        gap.map(|gap| gap.cause.as_str())
    };
    let hole = |hole: &market::Hole| {
        json!({
            "from": format_utc(hole.from_ms), "from_ms": hole.from_ms,
            "to": format_utc(hole.to_ms), "to_ms": hole.to_ms,
            "missing": hole.missing, "cause": cause(hole),
        })
    };
    let last = status.last;
    json!({
        "exchange": status.series.exchange,
        "symbol": status.series.symbol.to_string(),
        "timeframe": status.series.timeframe.name(),
        "rows": status.rows,
        "first": format_utc(status.first_ms), "first_ms": status.first_ms,
        "last": format_utc(status.last_ms), "last_ms": status.last_ms,
        "last_candle": {
            "open_time_ms": last.open_time_ms, "open": last.open, "high": last.high,
            "low": last.low, "close": last.close, "volume": last.volume,
            "closed": status.last_is_closed,
        },
        "missing": status.missing(),
        "holes": status.holes.iter().map(hole).collect::<Vec<_>>(),
    })
}

fn to_text(path: &Path, status: &[SeriesStatus]) -> String {
    let (bytes, log_bytes) = sizes(path);
    let mut text = format!("{}: {}", path.display(), megabytes(bytes));
    if log_bytes > 0 {
        text.push_str(&format!(" and a log of {}", megabytes(log_bytes)));
    }
    if status.is_empty() {
        return text + "\nno candles yet: `backfiller fetch --help` and `backfiller import --help` say how to get some";
    }
    let header = ["exchange", "symbol", "timeframe", "rows", "first", "last", "close", "holes", "missing"];
    let rows = status.iter().map(series_row).collect();
    format!("{text}\n\n{}", terminal::table(&header, rows, &[3, 6, 7, 8]))
}

fn series_row(status: &SeriesStatus) -> Vec<String> {
    let forming = if status.last_is_closed { "" } else { " (forming)" };
    vec![
        status.series.exchange.clone(),
        status.series.symbol.to_string(),
        status.series.timeframe.to_string(),
        thousands(status.rows),
        format_utc(status.first_ms),
        format!("{}{forming}", format_utc(status.last_ms)),
        status.last.close.to_string(),
        thousands(status.holes.len() as u64),
        thousands(status.missing()),
    ]
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1_000_000.0)
}
