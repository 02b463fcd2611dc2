//! What is there of each day of a series, and why not the rest. Pure.

use std::collections::BTreeMap;

use db::Cause;
use market::Timeframe;

use super::badness;
use crate::args::Target;
use crate::holes::Stretch;
use crate::stored::Extent;

pub(super) const DAY_MS: i64 = 86_400_000;

/// One day, UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Day {
    /// How many candles it should have, or slots of funding, within what is stored; a day within a longer candle counts
    /// for one.
    pub(super) expected: u64,
    /// How many of them are missing, and others beyond what is stored, by cause.
    pub(super) missing: BTreeMap<Cause, u64>,
}

impl Day {
    /// The worst of its causes; `None` where nothing is missing.
    pub(super) fn worst(&self) -> Option<Cause> {
        self.missing.keys().copied().min_by_key(|cause| badness(*cause))
    }

    pub(super) fn all_missing(&self) -> u64 {
        self.missing.values().sum()
    }

    /// How many are there.
    pub(super) fn there(&self) -> u64 {
        self.expected.saturating_sub(self.all_missing())
    }
}

/// Every day of a series by its midnight, Unix milliseconds, from `from_ms` up to `to_ms`: those that hold a
/// row or a stretch.
pub(super) fn days(extent: &Extent, stretches: &[Stretch], from_ms: i64, to_ms: i64) -> BTreeMap<i64, Day> {
    let target = &extent.target;
    let mut days: BTreeMap<i64, Day> = BTreeMap::new();
    // The slot of the first rate begins before it.
    let stored = (target.grid().open_of(extent.first_ms), extent.end_ms());
    for (day_ms, count) in parts(target, stored, from_ms, to_ms) {
        days.entry(day_ms).or_default().expected += count;
    }
    for stretch in stretches {
        for (day_ms, count) in parts(target, (stretch.from_ms, stretch.to_ms), from_ms, to_ms) {
            *days.entry(day_ms).or_default().missing.entry(stretch.cause).or_default() += count;
        }
    }
    days
}

/// A stretch by days, and how much of it is in each; of candles of a day and longer, each day counts for one.
fn parts(
    target: &Target,
    (begin_ms, end_ms): (i64, i64),
    from_ms: i64,
    to_ms: i64,
) -> impl Iterator<Item = (i64, u64)> + '_ {
    let (begin_ms, end_ms) = (begin_ms.max(from_ms), end_ms.min(to_ms));
    let mut day_ms = begin_ms.div_euclid(DAY_MS) * DAY_MS;
    std::iter::from_fn(move || {
        if day_ms >= end_ms {
            return None;
        }
        let (first_ms, last_ms) = (day_ms.max(begin_ms), (day_ms + DAY_MS).min(end_ms));
        let count = if target.grid() < Timeframe::D1 { target.count(first_ms, last_ms) } else { 1 };
        let part = (day_ms, count);
        day_ms += DAY_MS;
        Some(part)
    })
}
