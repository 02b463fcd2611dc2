//! When a market was listed: before that nobody need be asked for anything.

use anyhow::Result;
use db::{Cause, Gap, Proof, Store};
use exchange::Exchange;
use market::Series;

use super::Range;
use crate::args::{Kind, Target};
use crate::holes::{SURE_AFTER_MS, first_row};
use crate::stored;

/// Where the candles of `range` begin: at its beginning, or with the listing, which is asked for once. What comes before
/// is noted as explained.
pub(super) async fn beginning_ms(
    exchange: &dyn Exchange,
    store: &mut Store,
    target: &Target,
    series: &Series,
    range: Range,
) -> Result<i64> {
    let Range { since_ms, until_ms } = range;
    let listed_ms = listed_ms(exchange, target.kind(), series).await?;
    // What is stored from before, whoever had it, was no candle of before the listing.
    let is_stored = stored::ends_ms(store, target)?.is_some_and(|(first_ms, _)| first_ms < listed_ms);
    if listed_ms <= since_ms || is_stored {
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

/// When the very first candle opens; far in the future where there is none.
async fn listed_ms(exchange: &dyn Exchange, kind: Kind, series: &Series) -> Result<i64> {
    let (symbol, timeframe) = (&series.symbol, series.timeframe);
    let first = match kind {
        Kind::Mark => exchange.fetch_mark_ohlcv(symbol, timeframe, Some(0), None, Some(1)).await?,
        _ => exchange.fetch_ohlcv(symbol, timeframe, Some(0), None, Some(1)).await?,
    };
    Ok(first.first().map_or(i64::MAX, |candle| candle.open_time_ms))
}
