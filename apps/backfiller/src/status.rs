//! `backfiller status`: what is stored.

mod limits;
mod quarantine;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use db::{FundingStatus, Gap, LimitsStatus, Place, QuarantineStatus, SeriesStatus, Store};
use market::format_utc;
use serde_json::{Value, json};
use terminal::thousands;

use crate::args::{DbArgs, Kind, Target};
use crate::coverage;
use crate::stored::hole_after;

/// Tell what is stored: range, rows, holes, newest candle, size.
///
/// A hole is a run of candles that is missing between two that are there. Only real ones count:
/// a candle that was left forming is missing until it is fetched or imported. With --json each
/// hole has a cause where one is known; what the exchange does not have, fetch asks for no more.
/// Mark prices and funding rates, where there are any, are told alike; a hole in funding is a
/// stretch of more than eight hours between two rates.
///
/// What was set aside comes last, by rule: rows that import or fetch did not believe. They are not
/// stored, except moves without volume, which are only doubted; nothing is repaired. --json has
/// the first rows of each rule as they came, and where they came from.
///
/// Exchanges that were asked in this minute, or want silence, are told with the weight that all
/// programs on this store have used of the minute's, and with the end of a ban.
///
/// With --html, the coverage of all candles, mark prices and funding is drawn instead: a calendar for each series, with
/// the cause of each hole, in one page that any browser shows and prints.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller status
  backfiller status --db btc.db --json | jq '.series[] | {symbol, missing}'
  backfiller status --json | jq '.quarantine[] | {symbol, rule, rows}'
  backfiller status --html coverage.html")]
pub(crate) struct Args {
    #[command(flatten)]
    db: DbArgs,
    /// Print everything as JSON, every hole among it
    #[arg(long)]
    json: bool,
    /// Draw the coverage of every series to this file
    #[arg(long, value_name = "FILE", conflicts_with = "json", value_parser = parse_file)]
    html: Option<PathBuf>,
}

/// Reads the name of a page: a file of its own, since what it would be printed beside is no HTML.
fn parse_file(text: &str) -> Result<PathBuf, String> {
    match text {
        "" | "-" => Err("a page is written to a file of its own; for example coverage.html".to_owned()),
        path => Ok(path.into()),
    }
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    let store = Store::open_existing(&args.db.db)?;
    if let Some(path) = &args.html {
        let count = coverage::draw(&store, path)?;
        return terminal::print(&format!("{}: {count} series", path.display())).context("cannot write the result");
    }
    let stored = Stored {
        candles: store.status()?,
        marks: store.mark_status()?,
        funding: store.funding_status()?,
        aside: store.quarantine_status()?,
        limits: store.limits()?,
    };
    let text = if args.json {
        serde_json::to_string_pretty(&to_json(&store, &stored)?)?
    } else {
        to_text(store.path(), &stored)
    };
    terminal::print(&text).context("cannot write the result")
}

/// All there is in the store.
struct Stored {
    candles: Vec<SeriesStatus>,
    marks: Vec<SeriesStatus>,
    funding: Vec<FundingStatus>,
    aside: Vec<QuarantineStatus>,
    limits: Vec<LimitsStatus>,
}

/// The sizes of the database and of its write-ahead log, in bytes.
fn sizes(path: &Path) -> (u64, u64) {
    let size = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    (size(path), size(Path::new(&log)))
}

fn to_json(store: &Store, stored: &Stored) -> Result<Value> {
    let path = store.path();
    let (bytes, log_bytes) = sizes(path);
    let candles = stored.candles.iter().map(|status| series_json(store, status, Kind::Candles));
    let marks = stored.marks.iter().map(|status| series_json(store, status, Kind::Mark));
    let funding = stored.funding.iter().map(|status| funding_json(store, status));
    Ok(json!({
        "db": path.display().to_string(),
        "bytes": bytes,
        "log_bytes": log_bytes,
        "series": candles.collect::<Result<Vec<_>>>()?,
        "mark_prices": marks.collect::<Result<Vec<_>>>()?,
        "funding_rates": funding.collect::<Result<Vec<_>>>()?,
        "quarantine": quarantine::to_json(store, &stored.aside)?,
        "limits": limits::to_json(&stored.limits, terminal::now_ms()),
    }))
}

/// The cause of a hole where one is known of all of it.
fn cause(gaps: &[Gap], hole: &market::Hole) -> Option<String> {
    let gap = gaps.iter().find(|gap| gap.from_ms <= hole.from_ms && hole.to_ms <= gap.to_ms);
    gap.map(|gap| gap.cause.to_string())
}

fn series_json(store: &Store, status: &SeriesStatus, kind: Kind) -> Result<Value> {
    let gaps = store.gaps(&Place::of(&status.series, kind.data()))?;
    let hole = |hole: &market::Hole| {
        json!({
            "from": format_utc(hole.from_ms), "from_ms": hole.from_ms,
            "to": format_utc(hole.to_ms), "to_ms": hole.to_ms,
            "missing": hole.missing, "cause": cause(&gaps, hole),
        })
    };
    let last = status.last;
    Ok(json!({
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
    }))
}

fn funding_json(store: &Store, status: &FundingStatus) -> Result<Value> {
    let FundingStatus { exchange, symbol, rows, first, last, holes } = status;
    let target = Target::Funding { exchange: exchange.clone(), symbol: symbol.clone() };
    let gaps = store.gaps(&target.place())?;
    let hole = |&(from_ms, to_ms): &(i64, i64)| {
        json!({
            "from": format_utc(from_ms), "from_ms": from_ms, "to": format_utc(to_ms), "to_ms": to_ms,
            "cause": cause(&gaps, &hole_after(&target, from_ms, to_ms)),
        })
    };
    Ok(json!({
        "exchange": exchange,
        "symbol": symbol.to_string(),
        "rows": rows,
        "first": format_utc(first.time_ms), "first_ms": first.time_ms,
        "last": format_utc(last.time_ms), "last_ms": last.time_ms,
        "last_rate": last.rate,
        "holes": holes.iter().map(hole).collect::<Vec<_>>(),
    }))
}

fn to_text(path: &Path, stored: &Stored) -> String {
    let (bytes, log_bytes) = sizes(path);
    let mut text = format!("{}: {}", path.display(), megabytes(bytes));
    if log_bytes > 0 {
        text.push_str(&format!(" and a log of {}", megabytes(log_bytes)));
    }
    let Stored { candles, marks, funding, aside, limits } = stored;
    if candles.is_empty() && marks.is_empty() && funding.is_empty() {
        text += "\nno candles yet: `backfiller fetch --help` and `backfiller import --help` say how to get some";
    }
    let header = ["exchange", "symbol", "timeframe", "rows", "first", "last", "close", "holes", "missing"];
    for (title, statuses) in [("", candles), ("\nmark prices", marks)] {
        if !statuses.is_empty() {
            let rows = statuses.iter().map(series_row).collect();
            text.push_str(&format!("\n{title}\n{}", terminal::table(&header, rows, &[3, 6, 7, 8])));
        }
    }
    if !funding.is_empty() {
        let header = ["exchange", "symbol", "rows", "first", "last", "rate", "holes"];
        let rows = funding.iter().map(funding_row).collect();
        text.push_str(&format!("\n\nfunding rates\n{}", terminal::table(&header, rows, &[2, 5, 6])));
    }
    text + &quarantine::to_text(aside) + &limits::to_text(limits, terminal::now_ms())
}

fn funding_row(status: &FundingStatus) -> Vec<String> {
    vec![
        status.exchange.clone(),
        status.symbol.to_string(),
        thousands(status.rows),
        format_utc(status.first.time_ms),
        format_utc(status.last.time_ms),
        status.last.rate.to_string(),
        thousands(status.holes.len() as u64),
    ]
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
