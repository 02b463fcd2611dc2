//! `backfiller origins`: where what is stored came from, by stretches or at one moment.

mod moment;

use anyhow::{Context, Result};
use db::{Place, Store, Stretch};
use market::{WhenError, format_utc, parse_when};
use serde_json::{Value, json};
use terminal::thousands;

use crate::args::{DbArgs, Target};
use crate::filter::FilterArgs;

/// What is said of rows that an older program stored.
const BEFORE_ORIGINS: &str = "before origins were noted";

/// Tell where what is stored came from: over REST, by a stream, out of which file, made of which timeframe.
///
/// A line is a stretch of rows that came the same way, and when they were stored. A stretch may reach over a hole that
/// was filled later, by a stretch of its own; its rows are counted. --at tells of one moment: the candle, where
/// it came from and when, and what it was before it was corrected; or why there is none.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller origins
  backfiller origins --exchange binance --symbol BTC/USDT --timeframe 1h
  backfiller origins --symbol BTC/USDT --timeframe 1h --at '2025-01-31 12:00'
  backfiller origins --json | jq '.series[].stretches[] | select(.source == \"file\") | .detail'")]
pub(crate) struct Args {
    #[command(flatten)]
    db: DbArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// Tell of the candle or the rate at this time: 2024-01-31T12:00:00Z, or 90d for 90 days ago; UTC
    #[arg(long, value_name = "TIME", value_parser = time_ms)]
    at: Option<i64>,
    /// Print everything as JSON
    #[arg(long)]
    json: bool,
}

fn time_ms(text: &str) -> Result<i64, WhenError> {
    parse_when(text, terminal::now_ms())
}

/// A place and where its rows came from.
struct Told {
    target: Target,
    stretches: Vec<Stretch>,
    /// Rows that were stored before origins were noted.
    before_origins: u64,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    let store = Store::open_existing(&args.db.db)?;
    let targets = args.filter.select(&store)?;
    let text = match args.at {
        Some(time_ms) => moment::tell(&store, &targets, time_ms, args.json)?,
        None => {
            let told = targets.into_iter().map(|target| told(&store, target)).collect::<Result<Vec<_>>>()?;
            if args.json { serde_json::to_string_pretty(&to_json(&store, &told))? } else { to_text(&told) }
        }
    };
    terminal::print(&text).context("cannot write the result")
}

fn told(store: &Store, target: Target) -> Result<Told> {
    let place: Place = target.place();
    let (stretches, before_origins) = (store.origins(&place)?, store.rows_without_origin(&place)?);
    Ok(Told { target, stretches, before_origins })
}

fn to_json(store: &Store, told: &[Told]) -> Value {
    let series = told.iter().map(|Told { target, stretches, before_origins }| {
        let mut facts = target.names();
        facts["before_origins"] = json!(before_origins);
        facts["stretches"] = stretches.iter().map(stretch_to_json).collect();
        facts
    });
    json!({"db": store.path().display().to_string(), "series": series.collect::<Vec<_>>()})
}

fn stretch_to_json(stretch: &Stretch) -> Value {
    let Stretch { from_ms, to_ms, rows, source, detail, stored_at_ms, last_stored_at_ms, .. } = stretch;
    json!({
        "from": format_utc(*from_ms), "from_ms": from_ms, "to": format_utc(*to_ms), "to_ms": to_ms, "rows": rows,
        "source": source, "detail": detail,
        "stored_at": format_utc(*stored_at_ms), "last_stored_at": format_utc(*last_stored_at_ms),
    })
}

fn to_text(told: &[Told]) -> String {
    let rows = told.iter().flat_map(|Told { target, stretches, before_origins }| {
        let older = || {
            let nothing = String::new;
            let rows = thousands(*before_origins);
            vec![target.to_string(), nothing(), nothing(), rows, nothing(), BEFORE_ORIGINS.to_owned(), nothing()]
        };
        let older = (*before_origins > 0).then(older);
        older.into_iter().chain(stretches.iter().map(|stretch| row(target, stretch)))
    });
    terminal::table(&["series", "from", "to", "rows", "source", "detail", "stored at"], rows.collect(), &[3])
}

fn row(target: &Target, stretch: &Stretch) -> Vec<String> {
    let Stretch { from_ms, to_ms, rows, source, detail, .. } = stretch;
    let detail = detail.clone().unwrap_or_default();
    let (from, to) = (format_utc(*from_ms), format_utc(*to_ms));
    vec![target.to_string(), from, to, thousands(*rows), source.clone(), detail, stored_at(stretch)]
}

/// When the rows of a stretch were stored: a moment, or from the first one to the last.
fn stored_at(stretch: &Stretch) -> String {
    let (first, last) = (format_utc(stretch.stored_at_ms), format_utc(stretch.last_stored_at_ms));
    if first == last { first } else { format!("{first} … {last}") }
}
