//! `backfiller fetch`: closed candles, mark prices and funding rates from an exchange, page by page.
//!
//! Every page is stored as it comes, so that stopping at any moment loses nothing, and the next
//! run asks only for what follows the stored run of candles.

mod archive;
mod candles;
mod fetching;
mod funding;
mod holes;
mod known;
mod listing;
mod newest_first;
pub(crate) mod pages;
pub(crate) mod rates;

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use db::{Inserted, SharedLimits, Store};
use exchange::{Archive, Exchange, Options, Priority};
use market::{Instrument, Series, Symbol, WhenError, format_utc, parse_when};
use serde_json::Value;
use terminal::{Interrupt, Interrupted, Progress, thousands};

use crate::args::{DbArgs, Target, TargetArgs};
use crate::asking::time_of;
use crate::room::unless_stopped;
use crate::stored;
pub(crate) use fetching::Fetching;

/// Where all of it comes from, as the quarantine has it.
const SOURCE: &str = "rest";

/// Fetch closed candles, mark prices or funding rates from an exchange.
///
/// The still-forming candle is left out, and so is one of the last week that the exchange shows without a
/// later one behind it: an answer out of a cache may end with a candle that was forming then. What is
/// stored already from --since on, without a hole, is not asked for again: run the same command daily, or
/// after Ctrl-C, and it goes on where it stopped. Nor is what the exchange does not have, once that is
/// proven: it was asked for twice and is an hour old. What failed is asked for again.
/// The exchange's clock says what time it is.
///
/// Candles that are not believed are set aside, by the rules that import has, and shown by status. They
/// are holes then, and not asked for again.
///
/// With --archive it downloads the files of the exchange's public archive first, months and then days, each
/// verified by its checksum and stored as import does, and asks REST for what they do not have. That
/// spends none of the exchange's limits. Whole files come, also where --since lies within one. Where
/// REST takes as few requests, as for candles of an hour, the archive is left alone.
///
/// With --kind mark or funding it brings what a perpetual needs besides: funding is short, so all of
/// it from --since on is asked for each time.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller fetch --exchange binance --symbol BTC/USDT --timeframe 1h --since 2024-01-01
  backfiller fetch --exchange binance --symbol BTC/USDT --timeframe 1m --since 90d --until 30d --json
  backfiller fetch --exchange binance --symbol BTC/USDT --timeframe 1h --since 7d --base-url http://127.0.0.1:8765
  backfiller fetch --exchange binance --symbol BTC/USDT --timeframe 1m --since 2020-01-01 --archive
  backfiller fetch --exchange binanceusdm --symbol BTC/USDT:USDT --timeframe 1h --since 1w --kind mark
  backfiller fetch --exchange binanceusdm --symbol BTC/USDT:USDT --since 1w --kind funding")]
pub(crate) struct Args {
    #[command(flatten)]
    db: DbArgs,
    #[command(flatten)]
    target: TargetArgs,
    /// The first open time wanted: 2024-01-31, 2024-01-31T12:00:00Z, or 90d for 90 days ago; UTC
    #[arg(long, value_name = "TIME", value_parser = valid_time)]
    since: String,
    /// The first open time not wanted, written alike [default: now]
    #[arg(long, value_name = "TIME", value_parser = valid_time)]
    until: Option<String>,
    /// Take months and days from the exchange's public archive where that takes fewer requests than REST
    #[arg(long)]
    archive: bool,
    /// Download from this address instead of the archive's own
    #[arg(long, value_name = "URL", requires = "archive")]
    archive_url: Option<String>,
    /// Ask this address instead of the exchange's own
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

/// A time is reckoned later, from the exchange's clock; here it is only checked.
fn valid_time(text: &str) -> Result<String, WhenError> {
    parse_when(text, terminal::now_ms()).map(|_| text.to_owned())
}

/// What was wanted: from when on, and before when, Unix milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    pub(crate) since_ms: i64,
    pub(crate) until_ms: i64,
}

/// How far a fetch is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    /// The span to fetch, in milliseconds.
    pub(crate) length_ms: u64,
    /// How much of it is done.
    pub(crate) done_ms: u64,
    /// Rows that were received.
    pub(crate) rows: u64,
}

/// Whoever shows how far a fetch is.
pub(crate) type Watch<'a> = &'a mut dyn FnMut(Step);

/// Where a fetch begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Order {
    #[default]
    OldestFirst,
    /// The last days are there soon, and the years before come behind.
    NewestFirst,
}

/// What was done, in words and as JSON.
struct Done {
    text: String,
    json: Value,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    let target = args.target.target();
    target.check_kind()?;
    check_range(args)?;
    network::install_tls_provider();
    let interrupt = Interrupt::listen()?;
    let options = Options { base_url: args.base_url.clone(), ..Options::from_env()? };
    let options = options.sharing(Arc::new(SharedLimits::new(&args.db.db)), Priority::Data);
    let exchange = exchange::connect(target.exchange(), &options)?;
    let archive_url = args.archive_url.as_deref();
    let archive = args.archive.then(|| Archive::connect(target.exchange(), archive_url, &options)).transpose()?;
    let order = Order::OldestFirst;
    let source = Source { exchange: exchange.as_ref(), archive: archive.as_ref(), order, interrupt: &interrupt };
    // What is wrong with the arguments is told by now. What the exchange answers, a ban first of all, is to be
    // remembered, so the store is there before anything is asked.
    let mut store = Store::open(&args.db.db)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut inserted = Inserted::default();
    // A page is stored without a pause in between, so dropping the work at any wait keeps whole pages.
    let done = runtime.block_on(async {
        tokio::select! {
            done = fetch(args, &target, source, &mut store, &mut inserted) => Some(done),
            () = asked_to_stop(&interrupt) => None,
        }
    });
    // A name that is still being looked up must not hold up the end.
    runtime.shutdown_background();
    let Some(done) = unless_stopped(done) else {
        let kept = thousands(inserted.new + inserted.completed);
        return Err(Interrupted(format!("{kept} new rows are stored; run the same command again to go on")).into());
    };
    let Done { text, json } = done?;
    let text = if args.json { serde_json::to_string_pretty(&json)? } else { text };
    terminal::print(&text).context("cannot write the result")
}

/// Refuses at once a range that is empty whatever the exchange's clock shows.
fn check_range(args: &Args) -> Result<()> {
    let is_by_clock = |text: &str| anyhow::Ok(parse_when(text, 0)? != parse_when(text, 1)?);
    if is_by_clock(&args.since)? == is_by_clock(args.until.as_deref().unwrap_or("now"))? {
        range(args, terminal::now_ms())?;
    }
    Ok(())
}

/// Ends when a signal came.
pub(crate) async fn asked_to_stop(interrupt: &Interrupt) {
    while !interrupt.is_asked() {
        tokio::time::sleep(Interrupt::POLL).await;
    }
}

/// Where all comes from, in which order, and who may stop it.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) exchange: &'a dyn Exchange,
    pub(crate) archive: Option<&'a Archive>,
    pub(crate) order: Order,
    pub(crate) interrupt: &'a Interrupt,
}

async fn fetch(
    args: &Args,
    target: &Target,
    source: Source<'_>,
    store: &mut Store,
    inserted: &mut Inserted,
) -> Result<Done> {
    let exchange = source.exchange;
    let server_time_ms = time_of(exchange).await?;
    let instrument = listed(exchange, target.symbol()).await?;
    let range = range(args, server_time_ms)?;
    store.put_instruments(target.exchange(), &[instrument], server_time_ms)?;
    let mut progress = None;
    let mut watch = |Step { length_ms, done_ms, rows }: Step| {
        progress.get_or_insert_with(|| Progress::start(target.to_string(), length_ms)).set(done_ms, rows);
    };
    let mut fetching = Fetching { source, store, target, inserted, watch: &mut watch };
    match target {
        Target::Candles(series) | Target::Marks(series) => archive::fetch(&mut fetching, series, range).await,
        Target::Funding { .. } => funding::fetch(&mut fetching, range).await,
    }
}

/// Fetches what is not stored yet of a range.
pub(crate) async fn series(fetching: &mut Fetching<'_>, range: Range) -> Result<()> {
    let target = fetching.target;
    match target {
        Target::Candles(series) | Target::Marks(series) => {
            let tally = archive::bring(fetching, series, range).await?;
            tally.refused().for_each(|why| tracing::warn!("{target}: {why}"));
            Ok(())
        }
        // Funding of years is a page or a few.
        Target::Funding { .. } => {
            let range = Range { since_ms: stored::resume_ms(fetching.store, target, range.since_ms)?, ..range };
            funding::fetch(fetching, range).await.map(|_| ())
        }
    }
}

/// Asks REST, in the order that is wanted, for what is not stored yet of the target, whose candles are `series`.
async fn over_rest(fetching: &mut Fetching<'_>, series: &Series, range: Range) -> Result<()> {
    match fetching.source.order {
        Order::OldestFirst => candles::fetch(fetching, series, range).await.map(|_| ()),
        Order::NewestFirst => newest_first::fetch(fetching, series, range).await,
    }
}

async fn listed(exchange: &dyn Exchange, symbol: &Symbol) -> Result<Instrument> {
    let mut instruments = exchange.load_markets().await?;
    let Some(index) = instruments.iter().position(|instrument| instrument.symbol == *symbol) else {
        let same_base = instruments.iter().filter(|instrument| instrument.symbol.base() == symbol.base());
        let hints: Vec<String> = same_base.take(5).map(|instrument| instrument.symbol.to_string()).collect();
        let hint = if hints.is_empty() { String::new() } else { format!("; it has {}", hints.join(", ")) };
        bail!("{} has no symbol {symbol}; expected one it lists{hint}", exchange.name());
    };
    Ok(instruments.swap_remove(index))
}

fn range(args: &Args, now_ms: i64) -> Result<Range> {
    let since_ms = parse_when(&args.since, now_ms)?;
    let until_ms = args.until.as_deref().map_or(Ok(now_ms), |until| parse_when(until, now_ms))?;
    if until_ms <= since_ms {
        let (since, until) = (format_utc(since_ms), format_utc(until_ms));
        bail!("--since {since} is not before --until {until}; expected a range of time that is not empty");
    }
    Ok(Range { since_ms, until_ms })
}

/// Facts, and of what they are.
fn named(target: &Target, mut facts: Value) -> Value {
    if let (Some(facts), Value::Object(names)) = (facts.as_object_mut(), target.names()) {
        facts.extend(names);
    }
    facts
}

/// Adds what a page did.
fn add(inserted: &mut Inserted, page: Inserted) {
    inserted.new += page.new;
    inserted.completed += page.completed;
    inserted.known += page.known;
}

/// `5 new, 2 known, 2025-01-01T00:00:00Z … 2025-01-02T00:00:00Z`; `what` is what there would be.
fn summary(inserted: Inserted, first_ms: Option<i64>, last_ms: Option<i64>, what: &str) -> String {
    let Inserted { new, completed, known } = inserted;
    let counts = format!("{} new, {} known", thousands(new + completed), thousands(known));
    match (first_ms, last_ms) {
        (Some(first), Some(last)) => format!("{counts}, {} … {}", format_utc(first), format_utc(last)),
        _ => format!("{counts}, the exchange has no {what} there"),
    }
}
