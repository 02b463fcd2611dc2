//! Fetching candles backwards: a stretch after the other, the newest one first, each forwards in itself.
//!
//! The exchange is only asked for stretches that the store does not know wholly, so that an interrupted fetch goes on
//! where it stopped. Before the listing there is nothing: one question tells when that was.

use anyhow::Result;
use db::{Inserted, Store};
use exchange::Exchange;
use market::Series;

use super::candles::{self, Known};
use super::{Range, Step, Watch};
use crate::args::{Kind, Target};

/// Candles of a stretch: so many that the question for its end weighs little beside its pages.
const STRETCH_CANDLES: i64 = 20_000;

/// Fetches what is not stored yet of `target`, whose candles are `series`.
pub(super) async fn fetch(
    exchange: &dyn Exchange,
    store: &mut Store,
    target: &Target,
    series: &Series,
    range: Range,
    inserted: &mut Inserted,
    watch: Watch<'_>,
) -> Result<()> {
    let timeframe = series.timeframe;
    let open_ms = timeframe.open_of(range.since_ms);
    let since_ms = if open_ms < range.since_ms { timeframe.next_open(open_ms) } else { open_ms };
    let length_ms = (range.until_ms - since_ms).max(0).unsigned_abs();
    let (mut until_ms, mut rows, mut listed_ms) = (range.until_ms, 0, None);
    while until_ms > since_ms {
        let mut stretch = Range { since_ms: border_ms(series, until_ms).max(since_ms), until_ms };
        let known = candles::known_of(store, target.kind(), series, stretch)?;
        if known == Known::Nothing && stretch.since_ms > since_ms {
            let first_ms = match listed_ms {
                Some(first_ms) => first_ms,
                None => *listed_ms.insert(first_open_ms(exchange, target.kind(), series, since_ms).await?),
            };
            if first_ms >= stretch.since_ms {
                // The oldest stretch: it notes that there is nothing before.
                stretch.since_ms = since_ms;
            }
        }
        if known != Known::All {
            let (done_ms, before) = ((range.until_ms - until_ms).unsigned_abs(), rows);
            let mut within = |step: Step| {
                rows = before + step.rows;
                watch(Step { length_ms, done_ms: done_ms + step.done_ms, rows });
            };
            candles::fetch(exchange, store, target, series, stretch, inserted, &mut within).await?;
        }
        until_ms = stretch.since_ms;
    }
    Ok(())
}

/// Where the stretch begins that ends at `until_ms`: at the same borders in every run.
fn border_ms(series: &Series, until_ms: i64) -> i64 {
    let stretch_ms = STRETCH_CANDLES.saturating_mul(series.timeframe.longest_ms());
    series.timeframe.open_of((until_ms - 1).div_euclid(stretch_ms).saturating_mul(stretch_ms))
}

/// When the first candle at or after `since_ms` opens; far in the future where there is none.
pub(super) async fn first_open_ms(exchange: &dyn Exchange, kind: Kind, series: &Series, since_ms: i64) -> Result<i64> {
    let (symbol, timeframe) = (&series.symbol, series.timeframe);
    let first = match kind {
        Kind::Mark => exchange.fetch_mark_ohlcv(symbol, timeframe, Some(since_ms), None, Some(1)).await?,
        _ => exchange.fetch_ohlcv(symbol, timeframe, Some(since_ms), None, Some(1)).await?,
    };
    Ok(first.first().map_or(i64::MAX, |candle| candle.open_time_ms))
}
