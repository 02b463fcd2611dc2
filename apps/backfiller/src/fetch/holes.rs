//! What is missing in the store, and nobody has said why.

use anyhow::Result;
use db::{Place, Store};
use market::{Hole, Series};

use super::Range;
use super::candles::first_open_ms;
use crate::args::Kind;

/// The holes of `range`, before its first candle and behind its last one too, that no gap explains.
pub(super) fn unexplained(store: &Store, kind: Kind, series: &Series, range: Range) -> Result<Vec<Hole>> {
    let timeframe = series.timeframe;
    let (from_ms, to_ms) = (first_open_ms(timeframe, range.since_ms), first_open_ms(timeframe, range.until_ms));
    let stored = match kind {
        Kind::Mark => store.marks(series, Some(from_ms), Some(to_ms))?,
        _ => store.candles(series, Some(from_ms), Some(to_ms))?,
    };
    let gaps = store.gaps(&Place::of(series, kind.data()))?;
    let is_explained =
        |from_ms, to_ms| gaps.iter().any(|gap| gap.is_explained() && gap.from_ms <= from_ms && to_ms <= gap.to_ms);
    let (mut holes, mut expected_ms) = (Vec::new(), from_ms);
    for open_ms in stored.open_time_ms.iter().copied().chain([to_ms]) {
        if expected_ms < open_ms && !is_explained(expected_ms, open_ms) {
            holes.push(Hole { from_ms: expected_ms, to_ms: open_ms, missing: timeframe.count(expected_ms, open_ms) });
        }
        expected_ms = timeframe.next_open(open_ms);
    }
    Ok(holes)
}
