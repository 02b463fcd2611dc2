//! What repair has to do, in which order.

use db::Cause;

use crate::args::Target;
use crate::holes::{SURE_AFTER_MS, Stretch};
use crate::stored::Extent;

/// A market that is not traded and has had no row for so long is delisted; a shorter pause may be a halt.
const DELISTED_AFTER_MS: i64 = 7 * 86_400_000;

/// A question, or two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) target: Target,
    /// Open time of the first candle that is missing, or when the first rate is due, Unix milliseconds.
    pub(crate) from_ms: i64,
    /// The time of the first row after the stretch, Unix milliseconds.
    pub(crate) to_ms: i64,
    /// How many are missing, as [`Target::count`] counts them.
    pub(crate) missing: u64,
    pub(crate) want: Want,
}

/// What is to be found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// Whether the exchange has rows there. What is stored beside it, by times, Unix milliseconds: the
    /// exchange must have these, or what it says of the stretch means nothing.
    Rows { left_ms: Option<i64>, right_ms: Option<i64> },
    /// Why the exchange has no candles there, which is proven already.
    Cause,
    /// Whether the market has ended.
    Delisting { left_ms: i64 },
}

/// What there is to do for a target. A hole is asked for whole, also where a part of it is explained.
pub(crate) fn of_target(extent: &Extent, stretches: &[Stretch]) -> Vec<Item> {
    let target = &extent.target;
    let item = |from_ms: i64, to_ms: i64, want: Want| {
        let missing = target.count(from_ms, to_ms);
        Item { target: target.clone(), from_ms, to_ms, missing, want }
    };
    let mut items = Vec::new();
    for stretch in stretches {
        let Stretch { from_ms, to_ms, .. } = *stretch;
        if stretch.is_explained() {
            // Mark prices and funding need no trades: of these there is no more to say.
            if stretch.cause == Cause::Absent && matches!(target, Target::Candles(_)) {
                items.push(item(from_ms, to_ms, Want::Cause));
            }
        } else if to_ms <= extent.first_ms {
            let right_ms = Some(extent.first_ms);
            items.push(item(from_ms, extent.first_ms, Want::Rows { left_ms: None, right_ms }));
        } else if from_ms > extent.last_ms {
            // Only what follows the last row at once can be held against it.
            let left_ms = (from_ms == extent.end_ms()).then_some(extent.last_ms);
            items.push(item(from_ms, to_ms, Want::Rows { left_ms, right_ms: None }));
        } else if let Some(between) =
            extent.holes.iter().find(|between| between.hole.from_ms <= from_ms && to_ms <= between.hole.to_ms)
        {
            let (left_ms, right_ms) = (Some(between.left_ms), Some(between.hole.to_ms));
            items.push(item(between.hole.from_ms, between.hole.to_ms, Want::Rows { left_ms, right_ms }));
        }
    }
    items
}

/// The question whether a market has ended, for one that is not traded now.
pub(crate) fn delisting(extent: &Extent, stretches: &[Stretch], server_time_ms: i64) -> Option<Item> {
    let is_known = stretches.last().is_some_and(|last| last.cause == Cause::AfterDelisting && last.is_explained());
    let target = &extent.target;
    let from_ms = extent.end_ms();
    let to_ms = target.grid().open_of(server_time_ms - SURE_AFTER_MS);
    let is_over = extent.last_is_closed && !is_known && from_ms + DELISTED_AFTER_MS <= to_ms;
    let want = Want::Delisting { left_ms: extent.last_ms };
    let missing = target.count(from_ms, to_ms);
    is_over.then(|| Item { target: target.clone(), from_ms, to_ms, missing, want })
}

/// Largest first; of equal ones those of the first names, and of these the oldest. Several open parts of a hole are
/// asked for at once.
pub(crate) fn largest_first(items: &mut Vec<Item>) {
    items.sort_by(|a, b| (b.missing, &a.target, a.from_ms).cmp(&(a.missing, &b.target, b.from_ms)));
    items.dedup();
}

#[cfg(test)]
mod tests {
    use market::{Series, Timeframe};

    use super::*;

    #[test]
    fn the_largest_come_first() {
        let item = |symbol: &str, from_ms: i64, missing: u64| Item {
            target: Target::Candles(Series::new("binance", symbol.parse().unwrap(), Timeframe::M1)),
            from_ms,
            to_ms: 0,
            missing,
            want: Want::Cause,
        };
        let mut items =
            vec![item("B/C", 5, 2), item("B/C", 1, 9), item("A/C", 7, 2), item("A/C", 3, 2), item("B/C", 5, 2)];
        largest_first(&mut items);
        assert_eq!(items, [item("B/C", 1, 9), item("A/C", 3, 2), item("A/C", 7, 2), item("B/C", 5, 2)]);
    }
}
