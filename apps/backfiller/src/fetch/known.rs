//! What a fetch finds out of stretches without candles: why there are none, or that it was asked in vain.

use anyhow::Result;
use db::{Cause, Gap, Proof, Store};
use exchange::{Exchange, Fetched};
use market::{Hole, Series};

use crate::holes::{Neighbourhood, SURE_AFTER_MS, before_listing, explain};

/// What proves that the exchange has no candles in a stretch.
const ASKED_TWICE: &str = "the exchange was asked twice: for a page around it, then for it alone";

/// Notes the stretches without candles that are explained: those that the exchange does not have, and those whose
/// candles were refused. After the last candle, there may yet come some.
pub(super) async fn note(
    exchange: &dyn Exchange,
    store: &mut Store,
    series: &Series,
    asked_from_ms: i64,
    fetched: &Fetched,
    refused: Vec<Gap>,
) -> Result<()> {
    let now_ms = fetched.server_time_ms;
    let end_ms = fetched.last_open_ms.unwrap_or(i64::MIN).min(now_ms - SURE_AFTER_MS);
    let around = Neighbourhood::of(store)?;
    let mut gaps = refused;
    for hole in fetched.absent.iter().filter(|hole| hole.to_ms <= end_ms) {
        let (cause, how) = match before_listing(exchange, store, series, hole.to_ms).await? {
            Some(how) => (Cause::BeforeListing, how),
            None => match explain(store, &around, series, hole.from_ms, hole.to_ms)? {
                Some((cause, how)) => (cause, format!("{ASKED_TWICE}; {how}")),
                None => (Cause::Absent, ASKED_TWICE.to_owned()),
            },
        };
        let proof = Some(Proof { how, at_ms: now_ms });
        gaps.push(Gap { from_ms: hole.from_ms, to_ms: hole.to_ms, cause, found_at_ms: now_ms, proof });
    }
    gaps.retain(|gap| gap.to_ms <= end_ms);
    store.forget_unproven_gaps(series, asked_from_ms, fetched.until_ms)?;
    Ok(store.put_gaps(series, &gaps)?)
}

/// What is explained of it while pages still come, the last of which ends with the candle of `last_ms`: [`note`] tells
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

/// Notes that what comes behind the stored candles was asked for in vain, up to `until_ms`.
pub(super) fn note_failure(store: &mut Store, series: &Series, asked_from_ms: i64, until_ms: i64) -> Result<()> {
    let timeframe = series.timeframe;
    let reached_ms = store.resume_ms(series, asked_from_ms)?;
    let is_stored = store.count_closed(series, reached_ms, timeframe.next_open(reached_ms))? > 0;
    let from_ms = if is_stored { timeframe.next_open(reached_ms) } else { reached_ms };
    let to_ms = timeframe.open_of(until_ms);
    let gap = Gap { from_ms, to_ms, cause: Cause::FetchFailed, found_at_ms: terminal::now_ms(), proof: None };
    if from_ms < to_ms {
        store.put_gaps(series, &[gap])?;
    }
    Ok(())
}
