//! Fetching candles backwards: a stretch after the other, the newest one first, each forwards in itself.
//!
//! The exchange is only asked for stretches that the store does not know wholly, so that an interrupted fetch goes on
//! where it stopped. Before the listing there is nothing: one question tells when that was, and its answer is kept.

use anyhow::Result;
use db::{Inserted, Store};
use exchange::Exchange;
use market::Series;

use super::candles::{self, Known};
use super::{Range, Step, Watch, listing};
use crate::args::Target;

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
    let kind = target.kind();
    let first_ms = candles::first_open_ms(series.timeframe, range.since_ms);
    let mut since_ms = candles::asked_from(store, kind, series, first_ms)?;
    // Where anything is known of it, the candles begin there, or it is known that they begin later.
    let mut is_beginning_known = since_ms > first_ms;
    let (mut until_ms, mut rows) = (range.until_ms, 0);
    while until_ms > since_ms {
        let stretch = Range { since_ms: border_ms(series, until_ms).max(since_ms), until_ms };
        let known = candles::known_of(store, kind, series, stretch)?;
        if known == Known::Nothing && stretch.since_ms > since_ms && !is_beginning_known {
            since_ms = listing::beginning_ms(exchange, store, target, series, Range { since_ms, ..range }).await?;
            is_beginning_known = true;
            continue;
        }
        if known != Known::All {
            let (done_ms, before) = ((range.until_ms - until_ms).unsigned_abs(), rows);
            let length_ms = (range.until_ms - since_ms).unsigned_abs();
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
