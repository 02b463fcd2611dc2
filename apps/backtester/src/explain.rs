//! `backtester explain`: why a strategy does what it does at one candle.

mod json;
mod table;
mod text;
mod why;

use anyhow::{Context, anyhow, bail};
use db::Store;
use execution::{Fed, Feed};
use market::{Candle, Series, format_utc};
use strategy::{Description, Explanation, Inspector};

use crate::args::ExplainArgs;
use crate::{load, range};

/// What is told.
struct Told<'a> {
    series: &'a Series,
    description: &'a Description,
    candle: Candle,
    explanation: Explanation,
    /// A spot market cannot be sold short: the rules of `short` take no part.
    is_spot: bool,
    /// What is hardly meant, or takes no part.
    warnings: Vec<String>,
}

/// What is said where a file has rules of `short` and the market is spot.
const SHORT_ON_SPOT: &str = "The rules of `short` take no part: a spot market cannot be sold short.";

pub(crate) fn explain(args: &ExplainArgs) -> anyhow::Result<()> {
    let (mut inspector, mut warnings) = load::inspect(&args.strategy, &args.set)?;
    let source = &args.source;
    let is_spot = source.symbol.is_spot();
    refuse(args, &inspector, is_spot)?;
    let series = Series::new(source.exchange.clone(), source.symbol.clone(), inspector.description().timeframe);
    let store = Store::open_existing(&source.db)?;
    let open_ms = candle_at(&store, &series, args.at)?;
    range::check_others(&store, &series, inspector.description(), open_ms)?;
    let (candle, mut explanation) = read_to(&mut inspector, &store, &series, open_ms)?;
    if is_spot {
        (explanation.decision.short_enter, explanation.decision.short_exit) = (false, false);
        if inspector.description().short {
            warnings.push(SHORT_ON_SPOT.to_owned());
        }
    }
    let told = Told { series: &series, description: inspector.description(), candle, explanation, is_spot, warnings };
    if args.json {
        return Ok(terminal::print(&serde_json::to_string_pretty(&json::of(&told))?)?);
    }
    Ok(terminal::print(text::of(&told).trim_end())?)
}

/// Refuses what cannot be explained: rules out of Rust, and rules that take no part.
fn refuse(args: &ExplainArgs, inspector: &Inspector, is_spot: bool) -> anyhow::Result<()> {
    if let Some(rust) = inspector.rust() {
        let file = args.strategy.display();
        bail!(
            "{file} cannot be explained: its rules are Rust (`rust: {rust}`), into which nobody can look\n\
             `backtester values {file}` tells the names of its `let`, `backtester run {file}` what it decides"
        );
    }
    let description = inspector.description();
    if is_spot && !description.long {
        bail!("{} only goes short, which a spot market does not allow", description.name);
    }
    Ok(())
}

/// Open time of the candle in which `at` lies, or of the last closed one.
fn candle_at(store: &Store, series: &Series, at: Option<i64>) -> anyhow::Result<i64> {
    let whole = range::find(store, series, None, None)?;
    let Some(at_ms) = at else { return Ok(series.timeframe.open_of(whole.to_ms - 1)) };
    let open_ms = series.timeframe.open_of(at_ms);
    if open_ms < whole.from_ms || open_ms >= whole.to_ms {
        let (from, to) = (format_utc(whole.from_ms), format_utc(whole.to_ms));
        bail!("{} lies outside the stored candles of {series}, which reach from {from} to {to}", format_utc(at_ms));
    }
    Ok(open_ms)
}

/// Reads what the strategy needs before the candle, and then explains the candle.
fn read_to(
    inspector: &mut Inspector,
    store: &Store,
    series: &Series,
    open_ms: i64,
) -> anyhow::Result<(Candle, Explanation)> {
    let fed = Feed::new(inspector.description(), series.symbol.clone(), open_ms)
        .next(&store.of_exchange(&series.exchange), Some(open_ms + 1))
        .map_err(|error| anyhow!(error))
        .context("the candles cannot be read")?;
    let found = fed.filter(|fed| fed.candles.open_time_ms.last() == Some(&open_ms));
    let Some(Fed { candles, others }) = found else {
        bail!("the candle of {series} that opens at {} is missing: it is a hole", format_utc(open_ms));
    };
    for (index, other) in others.iter().enumerate() {
        inspector.push_other(index, other.as_slice());
    }
    let last = candles.len() - 1;
    inspector.run(candles.slice(0..last), &mut []);
    Ok((candles.get(last), inspector.explain(candles.slice(last..last + 1))))
}
