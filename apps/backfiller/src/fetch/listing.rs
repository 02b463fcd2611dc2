//! When a market was listed: before that nobody need be asked for anything.

use anyhow::Result;
use db::{Cause, Gap, Proof};
use exchange::Exchange;
use market::Series;

use super::{Fetching, Range, Source};
use crate::args::Kind;
use crate::holes::{SURE_AFTER_MS, first_row, page};
use crate::stored;

/// Where the candles of `range` begin: at its beginning, or with the listing, which is asked for once: for the
/// very first candle, and for what comes before it, which is noted as explained then.
pub(super) async fn beginning_ms(fetching: &mut Fetching<'_>, series: &Series, range: Range) -> Result<i64> {
    let Range { since_ms, until_ms } = range;
    let Fetching { source: Source { exchange, .. }, store, target, .. } = fetching;
    let Some(listed_ms) = listed_ms(*exchange, target.kind(), series).await? else { return Ok(since_ms) };
    // What is stored from before, whoever had it, was no candle of before the listing.
    let is_stored = stored::ends_ms(store, target)?.is_some_and(|(first_ms, _)| first_ms < listed_ms);
    if listed_ms <= since_ms || is_stored || !is_empty(*exchange, target.kind(), series, (since_ms, listed_ms)).await? {
        return Ok(since_ms);
    }
    if listed_ms <= until_ms - SURE_AFTER_MS {
        let proof = Some(Proof { how: first_row(target.kind(), listed_ms), at_ms: until_ms });
        let cause = Cause::BeforeListing;
        let gap = Gap { from_ms: since_ms, to_ms: listed_ms, cause, found_at_ms: until_ms, proof };
        store.put_gaps(&target.place(), &[gap])?;
    }
    Ok(listed_ms)
}

/// When the very first candle opens; `None` where the exchange tells of none.
async fn listed_ms(exchange: &dyn Exchange, kind: Kind, series: &Series) -> Result<Option<i64>> {
    let first = page(exchange, kind, series, 0, None, Some(1)).await?;
    Ok(first.candles.first().map(|candle| candle.open_time_ms))
}

/// Whether the exchange, asked for what lies before its first candle, has nothing there either.
async fn is_empty(exchange: &dyn Exchange, kind: Kind, series: &Series, (from_ms, to_ms): (i64, i64)) -> Result<bool> {
    Ok(page(exchange, kind, series, from_ms, Some(to_ms), None).await?.candles.is_empty())
}
