//! What a fetch finds out of stretches without rows: why there are none, or that it was asked in vain.

use anyhow::Result;
use db::{Cause, Gap, Proof, Store};
use exchange::Exchange;
use market::Hole;

use super::Range;
use crate::args::Target;
use crate::holes::{Neighbourhood, SURE_AFTER_MS, before_listing, explain};
use crate::stored;

/// What proves that the exchange has nothing in a stretch.
const ASKED_TWICE: &str = "the exchange was asked twice: for a page around it, then for it alone";

/// What came of a fetch.
#[derive(Debug)]
pub(super) struct Found<'a> {
    /// What was asked for.
    pub(super) asked: Range,
    /// Where the exchange has nothing; each stretch was asked for twice.
    pub(super) absent: &'a [Hole],
    /// The time of the last row that came, Unix milliseconds.
    pub(super) last_ms: Option<i64>,
    /// What the exchange's clock showed, Unix milliseconds.
    pub(super) now_ms: i64,
}

/// Notes the stretches that are explained: those of which the exchange has nothing, and those whose rows were refused.
/// After the last row, there may yet come some.
pub(super) async fn note(
    exchange: &dyn Exchange,
    store: &mut Store,
    target: &Target,
    found: &Found<'_>,
    refused: Vec<Gap>,
) -> Result<()> {
    let Found { asked, absent, last_ms, now_ms } = *found;
    let end_ms = last_ms.unwrap_or(i64::MIN).min(now_ms - SURE_AFTER_MS);
    let around = Neighbourhood::of(store)?;
    let mut gaps = refused;
    for hole in absent.iter().filter(|hole| hole.to_ms <= end_ms) {
        let (cause, how) = match before_listing(exchange, store, target, hole.to_ms).await? {
            Some(how) => (Cause::BeforeListing, how),
            None => match explained(store, &around, target, hole)? {
                Some((cause, how)) => (cause, format!("{ASKED_TWICE}; {how}")),
                None => (Cause::Absent, ASKED_TWICE.to_owned()),
            },
        };
        let proof = Some(Proof { how, at_ms: now_ms });
        gaps.push(Gap { from_ms: hole.from_ms, to_ms: hole.to_ms, cause, found_at_ms: now_ms, proof });
    }
    gaps.retain(|gap| gap.to_ms <= end_ms);
    let place = target.place();
    store.forget_unproven_gaps(&place, asked.since_ms, asked.until_ms)?;
    Ok(store.put_gaps(&place, &gaps)?)
}

/// Outage or no trades, where the store can say it: of candles alone, since mark prices and funding need no trades.
fn explained(store: &Store, around: &Neighbourhood, target: &Target, hole: &Hole) -> Result<Option<(Cause, String)>> {
    let Target::Candles(series) = target else { return Ok(None) };
    Ok(explain(store, around, series, hole.from_ms, hole.to_ms)?)
}

/// What is explained of it while pages still come, the last of which ends with the row of `last_ms`: [`note`] tells
/// more of the cause at the end, which an interrupted fetch does not come to.
pub(super) fn so_far(absent: &[Hole], refused: Vec<Gap>, last_ms: Option<i64>, now_ms: i64) -> Vec<Gap> {
    let end_ms = last_ms.unwrap_or(i64::MIN).min(now_ms - SURE_AFTER_MS);
    let absent = absent.iter().map(|hole| Gap {
        from_ms: hole.from_ms,
        to_ms: hole.to_ms,
        cause: Cause::Absent,
        found_at_ms: now_ms,
        proof: Some(Proof { how: ASKED_TWICE.to_owned(), at_ms: now_ms }),
    });
    absent.chain(refused).filter(|gap| gap.to_ms <= end_ms).collect()
}

/// Notes that what comes behind the stored rows was asked for in vain, up to the end of `asked`.
pub(super) fn note_failure(store: &mut Store, target: &Target, asked: Range) -> Result<()> {
    let reached_ms = stored::resume_ms(store, target, asked.since_ms)?;
    let is_stored = stored::has_row(store, target, reached_ms)?;
    let from_ms = target.due_ms(if is_stored { reached_ms } else { reached_ms - 1 });
    let to_ms = target.grid().open_of(asked.until_ms);
    let gap = Gap { from_ms, to_ms, cause: Cause::FetchFailed, found_at_ms: terminal::now_ms(), proof: None };
    if from_ms < to_ms {
        store.put_gaps(&target.place(), &[gap])?;
    }
    Ok(())
}
