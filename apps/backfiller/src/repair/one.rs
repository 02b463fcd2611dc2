//! Repairing one hole: asked for with the rows beside it, then by itself; what is proven is written down.

use db::{Cause, Gap, Proof, Store};
use market::Hole;

use super::bring::{Brought, bring};
use super::witness;
use super::work::{Item, Want};
use crate::args::Target;
use crate::asking::Venue;
use crate::holes::{AskError, Neighbourhood, SURE_AFTER_MS, before_listing, explain};
use crate::stored;

/// What came of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Rows that are stored now.
    pub(crate) found: u64,
    /// Stretches that are explained now.
    pub(crate) proven: Vec<Gap>,
    /// What is still missing without an explanation, as [`Target::count`] counts it.
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
        Want::Rows { left_ms, right_ms } => fill(venue, store, around, item, left_ms, right_ms).await,
        Want::Cause => find_cause(venue, store, around, item).await,
        Want::Delisting { left_ms } => end(venue, store, item, left_ms).await,
    };
    if done.is_err() && matches!(item.want, Want::Rows { .. }) {
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
    let Item { target, from_ms, to_ms, .. } = item;
    let range = (left_ms.unwrap_or(*from_ms), right_ms.map_or(*to_ms, |right_ms| target.after_ms(right_ms)));
    let Brought { asked, found, refused } = bring(venue, store, item, range).await?;
    let mut outcome = Outcome { found, ..Outcome::default() };
    let (first_ms, last_ms) = asked.ends_ms.unzip();
    let is_beside = |wanted: Option<i64>, came: Option<i64>| wanted.is_none() || wanted == came;
    // What is stored behind it may be the newest that the exchange has, and nothing behind that yet.
    let is_ended = is_beside(right_ms, last_ms) || right_ms == asked.left_ms;
    if !is_beside(left_ms, first_ms) || !is_ended {
        outcome.open = stored::missing(store, target, *from_ms, *to_ms)?;
        outcome.why = Some(match asked.left_ms {
            Some(_) => "the exchange shows no more than a part of it yet",
            None => "the exchange does not have what is stored beside it either",
        });
        if outcome.open > 0 {
            note_failure(venue, store, item)?;
        }
        return Ok(outcome);
    }
    let shown_to_ms = right_ms.or(last_ms).unwrap_or(i64::MIN);
    let mut proven = refused;
    for hole in &asked.absent {
        if hole.to_ms > venue.server_time_ms - SURE_AFTER_MS {
            outcome.why = Some("it is less than an hour old, and may yet be filled");
        } else if left_ms.is_none() && hole.from_ms <= *from_ms {
            // Nothing is stored before it: a listing explains it, or nothing.
            match before_listing(venue.exchange.as_ref(), store, target, hole.to_ms).await? {
                Some(how) => proven.push(gap(venue, hole, Cause::BeforeListing, how)),
                None => outcome.why = Some("nothing that is stored lies beside it; fetch from further back"),
            }
        } else if hole.to_ms <= shown_to_ms {
            proven.push(absent(venue, store, around, item, hole).await?);
        }
    }
    let place = target.place();
    store.forget_unproven_gaps(&place, *from_ms, *to_ms)?;
    store.put_gaps(&place, &proven)?;
    let explained: u64 = proven.iter().map(|gap| target.count(gap.from_ms, gap.to_ms)).sum();
    let missing = stored::missing(store, target, *from_ms, *to_ms)?;
    outcome.open = if right_ms.is_some() { missing.saturating_sub(explained) } else { 0 };
    outcome.proven = proven;
    Ok(outcome)
}

/// What explains a stretch that the exchange has nothing of.
async fn absent(
    venue: &Venue,
    store: &Store,
    around: &Neighbourhood,
    item: &Item,
    hole: &Hole,
) -> Result<Gap, AskError> {
    let beside = item.target.kind().plural();
    let asked_twice =
        format!("the exchange was asked twice: for it with the {beside} beside it, which came, then for it alone");
    let found = cause(venue, store, around, item, (hole.from_ms, hole.to_ms)).await?;
    Ok(match found {
        Some((cause, how)) => gap(venue, hole, cause, format!("{asked_twice}; {how}")),
        None => gap(venue, hole, Cause::Absent, asked_twice),
    })
}

/// Outage or no trades: of candles alone, since mark prices and funding need no trades.
async fn cause(
    venue: &Venue,
    store: &Store,
    around: &Neighbourhood,
    item: &Item,
    (from_ms, to_ms): (i64, i64),
) -> Result<Option<(Cause, String)>, AskError> {
    let Target::Candles(series) = &item.target else { return Ok(None) };
    match explain(store, around, series, from_ms, to_ms)? {
        None => Ok(witness::ask(venue, series, from_ms, to_ms).await?),
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
    let Item { target, from_ms, to_ms, .. } = item;
    let found = cause(venue, store, around, item, (*from_ms, *to_ms)).await?;
    let Some((cause, how)) = found else {
        let why = Some("no other market can tell whether the exchange was down");
        return Ok(Outcome { why, ..Outcome::default() });
    };
    // The proof of the absence stays, each gap its own.
    let place = target.place();
    let mut gaps = store.gaps(&place)?;
    gaps.retain(|gap| gap.cause == Cause::Absent && *from_ms <= gap.from_ms && gap.to_ms <= *to_ms);
    for gap in &mut gaps {
        gap.cause = cause;
        if let Some(proof) = &mut gap.proof {
            proof.how = format!("{}; {how}", proof.how);
        }
    }
    store.put_gaps(&place, &gaps)?;
    Ok(Outcome { proven: gaps, ..Outcome::default() })
}

/// Writes down that a market has ended, where the exchange has nothing after the last row.
async fn end(venue: &Venue, store: &mut Store, item: &Item, left_ms: i64) -> Result<Outcome, AskError> {
    let Item { target, from_ms, to_ms, .. } = item;
    let Brought { asked, found, .. } = bring(venue, store, item, (left_ms, *to_ms)).await?;
    let mut outcome = Outcome { found, ..Outcome::default() };
    let to_ms = asked.until_ms.min(*to_ms);
    if asked.ends_ms == Some((left_ms, left_ms)) && asked.refused.is_empty() && to_ms > *from_ms {
        let hole = Hole { from_ms: *from_ms, to_ms, missing: target.count(*from_ms, to_ms) };
        let what = target.kind().plural();
        let ended = format!("the exchange trades it no more, and has the last of its {what} and none after it");
        outcome.proven = vec![gap(venue, &hole, Cause::AfterDelisting, ended)];
        store.forget_unproven_gaps(&target.place(), *from_ms, to_ms)?;
        store.put_gaps(&target.place(), &outcome.proven)?;
    }
    Ok(outcome)
}

fn gap(venue: &Venue, hole: &Hole, cause: Cause, how: String) -> Gap {
    let at_ms = venue.server_time_ms;
    Gap { from_ms: hole.from_ms, to_ms: hole.to_ms, cause, found_at_ms: at_ms, proof: Some(Proof { how, at_ms }) }
}

fn note_failure(venue: &Venue, store: &mut Store, item: &Item) -> Result<(), db::DbError> {
    let Item { target, from_ms, to_ms, .. } = item;
    let found_at_ms = venue.server_time_ms;
    let gap = Gap { from_ms: *from_ms, to_ms: *to_ms, cause: Cause::FetchFailed, found_at_ms, proof: None };
    store.put_gaps(&target.place(), &[gap])
}
