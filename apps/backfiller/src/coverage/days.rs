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
    /// How many of them are missing, by cause.
    pub(super) missing: BTreeMap<Cause, u64>,
    /// How many there are not before the first row and after the last one, by cause: none of these is expected.
    pub(super) beyond: BTreeMap<Cause, u64>,
}

impl Day {
    /// The worst of its causes; `None` where nothing is missing.
    pub(super) fn worst(&self) -> Option<Cause> {
        self.missing.keys().chain(self.beyond.keys()).copied().min_by_key(|cause| badness(*cause))
    }

    /// How many are missing of those that are expected.
    pub(super) fn all_missing(&self) -> u64 {
        self.missing.values().sum()
    }

    /// How many are not there, expected or not.
    pub(super) fn not_there(&self) -> u64 {
        self.all_missing() + self.beyond.values().sum::<u64>()
    }

    /// How many are there.
    pub(super) fn there(&self) -> u64 {
        self.expected.saturating_sub(self.all_missing())
    }

    /// Whether all of it is alike: all there, or nothing for one cause.
    pub(super) fn is_plain(&self) -> bool {
        match self.missing.len() + self.beyond.len() {
            0 => true,
            1 => self.there() == 0,
            _ => false,
        }
    }

    /// Counts another day with it.
    pub(super) fn add(&mut self, other: Day) {
        self.expected += other.expected;
        for (sum, causes) in [(&mut self.missing, other.missing), (&mut self.beyond, other.beyond)] {
            for (cause, count) in causes {
                *sum.entry(cause).or_default() += count;
            }
        }
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
        let is_before = stretch.to_ms <= extent.first_ms;
        let is_beyond = is_before || stretch.from_ms >= stored.1;
        // What comes before the first rate may reach into its slot, and that is there.
        let end_ms = if is_before { stretch.to_ms.min(stored.0) } else { stretch.to_ms };
        for (day_ms, count) in parts(target, (stretch.from_ms, end_ms), from_ms, to_ms) {
            let day = days.entry(day_ms).or_default();
            let sum = if is_beyond { &mut day.beyond } else { &mut day.missing };
            *sum.entry(stretch.cause).or_default() += count;
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
