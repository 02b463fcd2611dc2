//! Fetching candles backwards: a stretch after the other, the newest one first, each forwards in itself.
//!
//! The exchange is only asked for stretches that the store does not know wholly, so that an interrupted fetch goes on
//! where it stopped. Before the listing there is nothing: one question tells when that was, and its answer is kept.

use anyhow::Result;
use market::Series;

use super::candles::{self, Known};
use super::{Fetching, Range, Step, listing};

/// Candles of a stretch: so many that the question for its end weighs little beside its pages.
const STRETCH_CANDLES: i64 = 20_000;

/// Fetches what is not stored yet of the target, whose candles are `series`.
pub(super) async fn fetch(fetching: &mut Fetching<'_>, series: &Series, range: Range) -> Result<()> {
    let kind = fetching.target.kind();
    let first_ms = candles::first_open_ms(series.timeframe, range.since_ms);
    let mut since_ms = candles::asked_from(fetching.store, kind, series, first_ms)?;
    // Where anything is known of it, the candles begin there, or it is known that they begin later.
    let mut is_beginning_known = since_ms > first_ms;
    let (mut until_ms, mut rows) = (range.until_ms, 0);
    while until_ms > since_ms {
        let stretch = Range { since_ms: border_ms(series, until_ms).max(since_ms), until_ms };
        let known = candles::known_of(fetching.store, kind, series, stretch)?;
        if known == Known::Nothing && stretch.since_ms > since_ms && !is_beginning_known {
            since_ms = listing::beginning_ms(fetching, series, Range { since_ms, ..range }).await?;
            is_beginning_known = true;
            continue;
        }
        if known != Known::All {
            let (done_ms, before) = ((range.until_ms - until_ms).unsigned_abs(), rows);
            let length_ms = (range.until_ms - since_ms).unsigned_abs();
            let Fetching { source, store, target, inserted, watch } = &mut *fetching;
            let mut within = |step: Step| {
                rows = before + step.rows;
                watch(Step { length_ms, done_ms: done_ms + step.done_ms, rows });
            };
            let mut part = Fetching { source: *source, store, target, inserted, watch: &mut within };
            candles::fetch(&mut part, series, stretch).await?;
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
