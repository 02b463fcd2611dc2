//! Repairing one hole: asked for with the candles beside it, then by itself; what is proven is written down.

use db::{Cause, Gap, Inserted, Proof, Store};
use market::Hole;

use super::witness;
use super::work::{Item, Want};
use crate::args::Kind;
use crate::asking::Venue;
use crate::fetch::pages::Pages;
use crate::holes::{AskError, Asked, Neighbourhood, SURE_AFTER_MS, ask, before_listing, explain};

/// What proves that the exchange has no candles in a hole.
const ASKED_TWICE: &str =
    "the exchange was asked twice: for it with the candles beside it, which came, then for it alone";
/// What proves that a market has ended.
const ENDED: &str = "the exchange trades it no more, and has the last candle and none after it";

/// What came of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Candles that are stored now.
    pub(crate) found: u64,
    /// Stretches that are explained now.
    pub(crate) proven: Vec<Gap>,
    /// Candles that are still missing without an explanation.
    pub(crate) open: u64,
    /// Why it is still open.
    pub(crate) why: Option<&'static str>,
}

/// Does one item.
///
/// # Errors
/// [`AskError`]; then it is noted that it was asked for in vain.
pub(super) async fn repair(
    venue: &Venue,
    store: &mut Store,
    around: &Neighbourhood,
    item: &Item,
) -> Result<Outcome, AskError> {
    let done = match item.want {
        Want::Candles { left_ms, right_ms } => fill(venue, store, around, item, left_ms, right_ms).await,
        Want::Cause => find_cause(venue, store, around, item).await,
        Want::Delisting { left_ms } => end(venue, store, item, left_ms).await,
    };
    if done.is_err() && matches!(item.want, Want::Candles { .. }) {
        note_failure(venue, store, item)?;
    }
    done
}

async fn fill(
    venue: &Venue,
    store: &mut Store,
    around: &Neighbourhood,
    item: &Item,
    left_ms: Option<i64>,
    right_ms: Option<i64>,
) -> Result<Outcome, AskError> {
    let Item { series, from_ms, to_ms, .. } = item;
    let range = (left_ms.unwrap_or(*from_ms), right_ms.map_or(*to_ms, |right_ms| series.timeframe.next_open(right_ms)));
    let (asked, inserted, refused) = bring(venue, store, item, range).await?;
    let mut outcome = Outcome { found: inserted.new + inserted.completed, ..Outcome::default() };
    let (first_ms, last_ms) = asked.ends_ms.unzip();
    let is_beside = |wanted: Option<i64>, came: Option<i64>| wanted.is_none() || wanted == came;
    if !is_beside(left_ms, first_ms) || !is_beside(right_ms, last_ms) {
        outcome.open = missing(store, item)?;
        outcome.why = Some("the exchange does not have the stored candles beside it either");
        note_failure(venue, store, item)?;
        return Ok(outcome);
    }
    let mut proven = refused;
    for hole in &asked.absent {
        if hole.to_ms > venue.server_time_ms - SURE_AFTER_MS {
            outcome.why = Some("it is less than an hour old, and may yet be filled");
        } else if left_ms.is_none() && hole.from_ms <= *from_ms {
            // Nothing is stored before it: a listing explains it, or nothing.
            match before_listing(venue.exchange.as_ref(), store, series, hole.to_ms).await? {
                Some(how) => proven.push(gap(venue, hole, Cause::BeforeListing, how)),
                None => outcome.why = Some("no stored candle lies beside it; fetch from further back"),
            }
        } else if right_ms.is_some() || hole.to_ms < *to_ms {
            proven.push(absent(venue, store, around, item, hole).await?);
        }
    }
    store.forget_unproven_gaps(series, *from_ms, *to_ms)?;
    store.put_gaps(series, &proven)?;
    let explained: u64 = proven.iter().map(|gap| series.timeframe.count(gap.from_ms, gap.to_ms)).sum();
    outcome.open = if right_ms.is_some() { missing(store, item)?.saturating_sub(explained) } else { 0 };
    outcome.proven = proven;
    Ok(outcome)
}

/// Asks, and stores what comes. Gives also what was refused, as gaps.
async fn bring(
    venue: &Venue,
    store: &mut Store,
    item: &Item,
    range: (i64, i64),
) -> Result<(Asked, Inserted, Vec<Gap>), AskError> {
    let mut inserted = Inserted::default();
    let mut pages = Pages::new(store, &item.series, Kind::Candles, terminal::now_ms());
    let asked = ask(venue.exchange.as_ref(), &item.series, range, venue.server_time_ms, |page| {
        let done = pages.take(page)?;
        inserted.new += done.new;
        inserted.completed += done.completed;
        Ok(())
    })
    .await?;
    pages.take_refused(&asked.refused)?;
    let mut refused = pages.refused_gaps(venue.server_time_ms);
    refused.retain(|gap| item.from_ms <= gap.from_ms && gap.to_ms <= item.to_ms);
    Ok((asked, inserted, refused))
}

/// What explains a stretch that the exchange has nothing of.
async fn absent(
    venue: &Venue,
    store: &Store,
    around: &Neighbourhood,
    item: &Item,
    hole: &Hole,
) -> Result<Gap, AskError> {
    let found = cause(venue, store, around, item, (hole.from_ms, hole.to_ms)).await?;
    Ok(match found {
        Some((cause, how)) => gap(venue, hole, cause, format!("{ASKED_TWICE}; {how}")),
        None => gap(venue, hole, Cause::Absent, ASKED_TWICE.to_owned()),
    })
}

async fn cause(
    venue: &Venue,
    store: &Store,
    around: &Neighbourhood,
    item: &Item,
    (from_ms, to_ms): (i64, i64),
) -> Result<Option<(Cause, String)>, AskError> {
    match explain(store, around, &item.series, from_ms, to_ms)? {
        None => Ok(witness::ask(venue, &item.series, from_ms, to_ms).await?),
        found => Ok(found),
    }
}

/// Writes down why a stretch that is proven to be absent is so.
async fn find_cause(
    venue: &Venue,
    store: &mut Store,
    around: &Neighbourhood,
    item: &Item,
) -> Result<Outcome, AskError> {
    let Item { series, from_ms, to_ms, .. } = item;
    let found = cause(venue, store, around, item, (*from_ms, *to_ms)).await?;
    let Some((cause, how)) = found else {
        let why = Some("no other market can tell whether the exchange was down");
        return Ok(Outcome { why, ..Outcome::default() });
    };
    // The proof of the absence stays, each gap its own.
    let mut gaps = store.gaps(series)?;
    gaps.retain(|gap| gap.cause == Cause::Absent && *from_ms <= gap.from_ms && gap.to_ms <= *to_ms);
    for gap in &mut gaps {
        gap.cause = cause;
        if let Some(proof) = &mut gap.proof {
            proof.how = format!("{}; {how}", proof.how);
        }
    }
    store.put_gaps(series, &gaps)?;
    Ok(Outcome { proven: gaps, ..Outcome::default() })
}

/// Writes down that a market has ended, where the exchange has nothing after the last candle.
async fn end(venue: &Venue, store: &mut Store, item: &Item, left_ms: i64) -> Result<Outcome, AskError> {
    let (asked, inserted, _) = bring(venue, store, item, (left_ms, item.to_ms)).await?;
    let mut outcome = Outcome { found: inserted.new + inserted.completed, ..Outcome::default() };
    if asked.ends_ms == Some((left_ms, left_ms)) && asked.refused.is_empty() {
        let hole = Hole { from_ms: item.from_ms, to_ms: item.to_ms, missing: item.missing };
        outcome.proven = vec![gap(venue, &hole, Cause::AfterDelisting, ENDED.to_owned())];
        store.forget_unproven_gaps(&item.series, item.from_ms, item.to_ms)?;
        store.put_gaps(&item.series, &outcome.proven)?;
    }
    Ok(outcome)
}

fn gap(venue: &Venue, hole: &Hole, cause: Cause, how: String) -> Gap {
    let at_ms = venue.server_time_ms;
    Gap { from_ms: hole.from_ms, to_ms: hole.to_ms, cause, found_at_ms: at_ms, proof: Some(Proof { how, at_ms }) }
}

fn note_failure(venue: &Venue, store: &mut Store, item: &Item) -> Result<(), db::DbError> {
    let Item { series, from_ms, to_ms, .. } = item;
    let found_at_ms = venue.server_time_ms;
    let gap = Gap { from_ms: *from_ms, to_ms: *to_ms, cause: Cause::FetchFailed, found_at_ms, proof: None };
    store.put_gaps(series, &[gap])
}

/// How many candles of an item are not stored.
fn missing(store: &Store, item: &Item) -> Result<u64, db::DbError> {
    let stored = store.count_closed(&item.series, item.from_ms, item.to_ms)?;
    Ok(item.missing.saturating_sub(stored))
}
