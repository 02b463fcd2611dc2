//! `backfiller fetch`: closed candles from an exchange, page by page.
//!
//! Every page is stored as it comes, so that stopping at any moment loses nothing, and the next
//! run asks only for what follows the stored run of candles. What the exchange does not have is
//! noted as explained, and stepped over.

use anyhow::{Context, Result, bail};
use db::{Gap, Inserted, Store};
use exchange::{Exchange, Fetched, Options};
use market::{Candle, Hole, Instrument, Series, WhenError, format_utc, parse_when};
use serde_json::json;
use terminal::{Interrupt, Interrupted, Progress, thousands};

use crate::args::{DbArgs, Target, TargetArgs};

/// What is written beside a stretch that the exchange was asked for twice in vain.
const ABSENT: &str = "not at the exchange";
/// A hole that ends later than this before the exchange's present is not explained yet: candles of
/// an outage that is just over may still come.
const SURE_AFTER_MS: i64 = 3_600_000;

/// Fetch closed candles from an exchange.
///
/// The still-forming candle is left out. What is stored already from --since on, without a hole,
/// is not asked for again: run the same command daily, or after Ctrl-C, and it goes on where it
/// stopped. Nor is what the exchange does not have, once it was asked for twice and is an hour old.
/// The exchange's clock says what time it is.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller fetch --exchange binance --symbol BTC/USDT --timeframe 1h --since 2024-01-01
  backfiller fetch --exchange binance --symbol BTC/USDT --timeframe 1m --since 90d --until 30d --json
  backfiller fetch --exchange binance --symbol BTC/USDT --timeframe 1h --since 7d --base-url http://127.0.0.1:8765")]
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

/// What was wanted, and what is asked for after a look at the store. Unix milliseconds.
#[derive(Debug, Clone, Copy)]
struct Range {
    since_ms: i64,
    until_ms: i64,
    asked_from_ms: i64,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    network::install_tls_provider();
    let interrupt = Interrupt::listen()?;
    let Target::Candles(series) = args.target.target() else {
        bail!("only candles can be fetched; bring mark prices and funding rates with `backfiller import`");
    };
    let options = Options { base_url: args.base_url.clone(), ..Options::from_env()? };
    let exchange = exchange::connect(&series.exchange, &options)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut inserted = Inserted::default();
    // A page is stored without a pause in between, so dropping the work at any wait keeps whole pages.
    let done = runtime.block_on(async {
        tokio::select! {
            done = fetch(args, &series, exchange.as_ref(), &mut inserted) => Some(done),
            () = asked_to_stop(&interrupt) => None,
        }
    });
    // A name that is still being looked up must not hold up the end.
    runtime.shutdown_background();
    match done {
        Some(done) => {
            let (range, fetched) = done?;
            report(args, &series, range, &fetched, inserted)
        }
        None => {
            let kept = thousands(inserted.new + inserted.completed);
            Err(Interrupted(format!("{kept} new rows are stored; run the same command again to go on")).into())
        }
    }
}

async fn asked_to_stop(interrupt: &Interrupt) {
    while !interrupt.is_asked() {
        tokio::time::sleep(Interrupt::POLL).await;
    }
}

async fn fetch(
    args: &Args,
    series: &Series,
    exchange: &dyn Exchange,
    inserted: &mut Inserted,
) -> Result<(Range, Fetched)> {
    let server_time_ms = exchange.fetch_time().await?;
    let instrument = listed(exchange, series).await?;
    // Only now: an exchange that does not answer, or a wrong symbol, makes no database.
    let mut store = Store::open(&args.db.db)?;
    store.put_instruments(&series.exchange, &[instrument], server_time_ms)?;
    let range = range(args, series, &store, server_time_ms)?;
    let on_page = storing(&mut store, series, range, inserted);
    let until_ms = Some(range.until_ms);
    let Series { symbol, timeframe, .. } = series;
    let fetched = exchange::fetch_closed(exchange, symbol, *timeframe, range.asked_from_ms, until_ms, on_page).await?;
    store.put_gaps(series, &explained(&fetched))?;
    Ok((range, fetched))
}

/// The stretches without candles that are explained. After the last candle, there may yet come some.
fn explained(fetched: &Fetched) -> Vec<Gap> {
    let found_at_ms = fetched.server_time_ms;
    let end_ms = fetched.last_open_ms.unwrap_or(i64::MIN).min(found_at_ms - SURE_AFTER_MS);
    let sure = fetched.absent.iter().filter(|hole| hole.to_ms <= end_ms);
    sure.map(|hole| Gap { from_ms: hole.from_ms, to_ms: hole.to_ms, cause: ABSENT.to_owned(), found_at_ms }).collect()
}

async fn listed(exchange: &dyn Exchange, series: &Series) -> Result<Instrument> {
    let Series { symbol, .. } = series;
    let mut instruments = exchange.load_markets().await?;
    let Some(index) = instruments.iter().position(|instrument| instrument.symbol == *symbol) else {
        let same_base = instruments.iter().filter(|instrument| instrument.symbol.base() == symbol.base());
        let hints: Vec<String> = same_base.take(5).map(|instrument| instrument.symbol.to_string()).collect();
        let hint = if hints.is_empty() { String::new() } else { format!("; it has {}", hints.join(", ")) };
        bail!("{} has no symbol {symbol}; expected one it lists, such as BTC/USDT{hint}", exchange.name());
    };
    Ok(instruments.swap_remove(index))
}

fn range(args: &Args, series: &Series, store: &Store, now_ms: i64) -> Result<Range> {
    let since_ms = parse_when(&args.since, now_ms)?;
    let until_ms = args.until.as_deref().map_or(Ok(now_ms), |until| parse_when(until, now_ms))?;
    if until_ms <= since_ms {
        let (since, until) = (format_utc(since_ms), format_utc(until_ms));
        bail!("--since {since} is not before --until {until}; expected a range of time that is not empty");
    }
    let open_ms = series.timeframe.open_of(since_ms);
    let first_ms = if open_ms < since_ms { series.timeframe.next_open(open_ms) } else { open_ms };
    let asked_from_ms = store.resume_ms(series, first_ms)?;
    if asked_from_ms > first_ms {
        tracing::info!("stored already up to {}", format_utc(asked_from_ms));
    }
    Ok(Range { since_ms, until_ms, asked_from_ms })
}

/// Stores a page, counts it and shows the progress.
fn storing<'a>(
    store: &'a mut Store,
    series: &'a Series,
    range: Range,
    inserted: &'a mut Inserted,
) -> impl FnMut(&[Candle]) -> Result<(), Box<dyn std::error::Error + Send + Sync>> + 'a {
    let span_ms = move |to_ms: i64| (to_ms - range.asked_from_ms).max(0).unsigned_abs();
    let mut progress = Progress::start(series.to_string(), span_ms(range.until_ms));
    let mut rows = 0;
    move |page| {
        let page_inserted = store.insert_closed(series, page)?;
        inserted.new += page_inserted.new;
        inserted.completed += page_inserted.completed;
        inserted.known += page_inserted.known;
        rows += page.len() as u64;
        if let Some(last) = page.last() {
            tracing::info!("{} candles up to {}", page.len(), format_utc(last.open_time_ms));
            progress.set(span_ms(last.open_time_ms), rows);
        }
        Ok(())
    }
}

fn report(args: &Args, series: &Series, range: Range, fetched: &Fetched, inserted: Inserted) -> Result<()> {
    let text = if args.json {
        serde_json::to_string_pretty(&to_json(series, range, fetched, inserted))?
    } else {
        to_text(series, fetched, inserted)
    };
    terminal::print(&text).context("cannot write the result")
}

/// What of the range the exchange does not have.
struct Missing {
    /// How many candles before the first one.
    before: u64,
    /// Between candles.
    holes: Vec<Hole>,
    /// How many candles after the last one; all of them where there is none.
    after: u64,
}

impl Missing {
    fn of(fetched: &Fetched) -> Self {
        let mut missing = Missing { before: 0, holes: Vec::new(), after: 0 };
        let (first_ms, last_ms) = (fetched.first_open_ms.unwrap_or(0), fetched.last_open_ms.unwrap_or(0));
        for hole in &fetched.absent {
            if hole.from_ms >= last_ms {
                missing.after += hole.missing;
            } else if hole.to_ms <= first_ms {
                missing.before += hole.missing;
            } else {
                missing.holes.push(*hole);
            }
        }
        missing
    }
}

fn to_json(series: &Series, range: Range, fetched: &Fetched, inserted: Inserted) -> serde_json::Value {
    let missing = Missing::of(fetched);
    let holes = missing
        .holes
        .iter()
        .map(|hole| json!({"from": format_utc(hole.from_ms), "to": format_utc(hole.to_ms), "missing": hole.missing}));
    json!({
        "exchange": series.exchange,
        "symbol": series.symbol.to_string(),
        "timeframe": series.timeframe.name(),
        "since": format_utc(range.since_ms),
        "asked_from": format_utc(range.asked_from_ms),
        "until": format_utc(fetched.until_ms),
        "new": inserted.new,
        "completed": inserted.completed,
        "known": inserted.known,
        "first": fetched.first_open_ms.map(format_utc),
        "last": fetched.last_open_ms.map(format_utc),
        "holes": holes.collect::<Vec<_>>(),
        "missing_before": missing.before,
        "missing_after": missing.after,
        "refused": fetched.refused.len(),
    })
}

fn to_text(series: &Series, fetched: &Fetched, inserted: Inserted) -> String {
    let Inserted { new, completed, known } = inserted;
    let mut text = format!("{series}: {} new, {} known", thousands(new + completed), thousands(known));
    match (fetched.first_open_ms, fetched.last_open_ms) {
        (Some(first), Some(last)) => text.push_str(&format!(", {} … {}", format_utc(first), format_utc(last))),
        _ => text.push_str(", the exchange has no closed candles there"),
    }
    let Missing { before, holes, after } = Missing::of(fetched);
    if !holes.is_empty() {
        let (count, missing) = (thousands(holes.len() as u64), holes.iter().map(|hole| hole.missing).sum());
        let missing = thousands(missing);
        text.push_str(&format!("\nholes {count}, missing {missing}: the exchange does not have these candles"));
    }
    for (count, place) in [(before, "before the first"), (after, "after the last")] {
        if count > 0 && fetched.candles > 0 {
            text.push_str(&format!("\nmissing {} {place}: the exchange does not have these candles", thousands(count)));
        }
    }
    if !fetched.refused.is_empty() {
        text.push_str(&format!("\n{} candles refused as impossible", thousands(fetched.refused.len() as u64)));
    }
    text
}
