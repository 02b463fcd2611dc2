//! `fetch --archive`, and `archive: true` of a config: months and days out of the exchange's public archive where that
//! takes fewer requests, and the rest over REST.
//!
//! A file is verified and stored by what `import` does. Whatever the archive does not have, or has broken, is a hole
//! then, and REST is asked for the holes that nobody has explained.

mod carrier;

use anyhow::{Context, Result};
use db::Store;
use market::{Hole, Series, Timeframe, format_utc};
use serde_json::json;

use super::holes::unexplained;
use super::{Done, Fetching, Order, Range, Step, candles, listing, named, over_rest, summary};
use crate::import::Writer;
use carrier::Carrier;

/// Candles that one request brings over REST.
const PAGE_CANDLES: u64 = 1_000;
/// Requests that a file takes: its checksum is one.
const FILE_REQUESTS: u64 = 2;
/// With more holes than this, one fetch over all of them is cheaper.
const MOST_HOLES: usize = 200;

/// What the archive gave.
#[derive(Debug, Default)]
pub(super) struct Tally {
    months: u64,
    days: u64,
    /// Files that were not believed, and why.
    refused: Vec<String>,
}

impl Tally {
    /// A line about each file that was not believed.
    pub(super) fn refused(&self) -> impl Iterator<Item = String> {
        self.refused.iter().map(|why| format!("not believed, and asked for over REST: {why}"))
    }
}

/// Fetches what is not stored yet of the target, whose candles are `series`; over REST alone where no archive is wanted.
pub(super) async fn fetch(fetching: &mut Fetching<'_>, series: &Series, range: Range) -> Result<Done> {
    if fetching.source.archive.is_none() {
        return candles::fetch(fetching, series, range).await;
    }
    let tally = bring(fetching, series, range).await?;
    done(fetching, series, range, &tally)
}

/// Fetches what is not stored yet; gives what the archive had of it.
pub(super) async fn bring(fetching: &mut Fetching<'_>, series: &Series, range: Range) -> Result<Tally> {
    let new_from_ms = candles::asked_from(fetching.store, fetching.target.kind(), series, range.since_ms)?;
    // In most rounds a page is all that is missing, and nobody is asked for more than that.
    let is_much = is_cheaper(series.timeframe.count(new_from_ms, range.until_ms));
    let Some(archive) = fetching.source.archive.filter(|_| is_much) else {
        over_rest(fetching, series, range).await?;
        return Ok(Tally::default());
    };
    let first = Range { since_ms: candles::first_open_ms(series.timeframe, range.since_ms), ..range };
    let listed = listing::beginning_ms(fetching, series, first).await?;
    let listed = Range { since_ms: listed.min(range.until_ms), ..range };
    let Fetching { source, store, target, inserted, watch } = fetching;
    let mut carrier = Carrier {
        archive,
        target,
        series,
        writer: Writer::of_archive(Store::open(store.path())?, terminal::now_ms(), source.interrupt.clone()),
        folder: tempfile::tempdir().context("cannot make a folder for downloads")?,
        tally: Tally::default(),
    };
    let length_ms = span_ms(range.since_ms, range.until_ms);
    let mut months: Vec<Range> = stretches(Timeframe::Month1, listed).collect();
    if source.order == Order::NewestFirst {
        months.reverse();
    }
    let mut on_files = |done_ms, rows| watch(Step { length_ms, done_ms, rows });
    let used = carrier.bring(store, &months, range.until_ms, inserted, &mut on_files).await;
    let tally = match used {
        Ok(()) => carrier.tally,
        // An archive that is away costs nothing but time: REST has the same candles.
        Err(error) if error.is::<exchange::ExchangeError>() => {
            terminal::tell(&format!("the archive cannot be used, and REST does the rest: {error:#}"));
            carrier.tally
        }
        Err(error) => return Err(error),
    };
    top_up(fetching, series, listed).await?;
    Ok(tally)
}

/// Whether REST would need more requests for so many candles than a file does.
fn is_cheaper(missing: u64) -> bool {
    missing.div_ceil(PAGE_CANDLES) >= FILE_REQUESTS
}

/// Asks REST for every hole that is left, and for what is newer than the archive.
async fn top_up(fetching: &mut Fetching<'_>, series: &Series, range: Range) -> Result<()> {
    let mut holes = holes_of(fetching, series, range)?;
    if holes.len() > MOST_HOLES {
        return over_rest(fetching, series, range).await;
    }
    let Fetching { source, store, target, inserted, watch } = fetching;
    if source.order == Order::NewestFirst {
        holes.reverse();
    }
    let length_ms = span_ms(range.since_ms, range.until_ms);
    let mut left_ms: u64 = holes.iter().map(|hole| span_ms(hole.from_ms, hole.to_ms)).sum();
    let mut rows = inserted.new;
    for Hole { from_ms, to_ms, .. } in holes {
        // With the candle behind it, so that the hole is seen to end.
        let hole = Range { since_ms: from_ms, until_ms: series.timeframe.next_open(to_ms).min(range.until_ms) };
        let (before, done_ms) = (rows, length_ms.saturating_sub(left_ms));
        let mut within = |step: Step| {
            rows = before + step.rows;
            watch(Step { length_ms, done_ms: done_ms + step.done_ms, rows });
        };
        let mut part = Fetching { source: *source, store, target, inserted, watch: &mut within };
        over_rest(&mut part, series, hole).await?;
        left_ms -= span_ms(from_ms, to_ms);
    }
    Ok(())
}

/// What nobody has explained of a range.
fn holes_of(fetching: &Fetching<'_>, series: &Series, range: Range) -> Result<Vec<Hole>> {
    let mut holes = Vec::new();
    for month in stretches(Timeframe::Month1, range) {
        let found = unexplained(fetching.store, fetching.target.kind(), series, month)?;
        found.into_iter().for_each(|hole| join(&mut holes, hole));
    }
    Ok(holes)
}

/// Adds a hole, to the last one where that ends where it begins.
fn join(holes: &mut Vec<Hole>, hole: Hole) {
    match holes.last_mut().filter(|last| last.to_ms == hole.from_ms) {
        Some(last) => (last.to_ms, last.missing) = (hole.to_ms, last.missing + hole.missing),
        None => holes.push(hole),
    }
}

/// The months or days of a range, the first and the last one cut to it.
fn stretches(length: Timeframe, range: Range) -> impl Iterator<Item = Range> {
    let first = Some(range.since_ms).filter(|since_ms| *since_ms < range.until_ms);
    let next =
        move |since_ms: &i64| Some(length.next_open(length.open_of(*since_ms))).filter(|at| *at < range.until_ms);
    std::iter::successors(first, next).map(move |since_ms| {
        let until_ms = length.next_open(length.open_of(since_ms)).min(range.until_ms);
        Range { since_ms, until_ms }
    })
}

fn span_ms(from_ms: i64, to_ms: i64) -> u64 {
    (to_ms - from_ms).max(0).unsigned_abs()
}

fn done(fetching: &Fetching<'_>, series: &Series, range: Range, tally: &Tally) -> Result<Done> {
    let holes = holes_of(fetching, series, range)?;
    let (target, inserted) = (fetching.target, *fetching.inserted);
    let (months, days) = (tally.months, tally.days);
    let mut text = format!("{target}: {}", summary(inserted, Some(range.since_ms), Some(range.until_ms), "candles"));
    text += &format!("\nfrom the archive: {months} months and {days} days; the rest over REST");
    tally.refused().for_each(|refused| text += &format!("\n{refused}"));
    let json = json!({
        "since": format_utc(range.since_ms), "until": format_utc(range.until_ms),
        "new": inserted.new, "completed": inserted.completed, "known": inserted.known,
        "archive": {"months": months, "days": days, "refused": tally.refused},
        "unexplained": holes.iter().map(|hole| hole.missing).sum::<u64>(),
    });
    Ok(Done { text, json: named(target, json) })
}
