//! What repair has to do, in which order.

use db::{Cause, SeriesStatus};
use market::Series;

use crate::holes::{SURE_AFTER_MS, Stretch, previous_open_ms};

/// A market that is not traded and has had no candle for so long is delisted; a shorter pause may be a halt.
const DELISTED_AFTER_MS: i64 = 7 * 86_400_000;

/// A question, or two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) series: Series,
    /// Open time of the first candle that is missing, Unix milliseconds.
    pub(crate) from_ms: i64,
    /// Open time of the first candle after the stretch, Unix milliseconds.
    pub(crate) to_ms: i64,
    /// How many are missing.
    pub(crate) missing: u64,
    pub(crate) want: Want,
}

/// What is to be found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// Whether the exchange has candles there. What is stored beside it, by open times, Unix milliseconds: the
    /// exchange must have these, or what it says of the stretch means nothing.
    Candles { left_ms: Option<i64>, right_ms: Option<i64> },
    /// Why the exchange has none, which is proven already.
    Cause,
    /// Whether the market has ended.
    Delisting { left_ms: i64 },
}

/// What there is to do for a series. A hole is asked for whole, also where a part of it is explained.
pub(crate) fn of_series(status: &SeriesStatus, stretches: &[Stretch]) -> Vec<Item> {
    let series = &status.series;
    let item = |from_ms: i64, to_ms: i64, want: Want| {
        let missing = series.timeframe.count(from_ms, to_ms);
        Item { series: series.clone(), from_ms, to_ms, missing, want }
    };
    let mut items = Vec::new();
    for stretch in stretches {
        let Stretch { from_ms, to_ms, .. } = *stretch;
        if stretch.is_explained() {
            if stretch.cause == Cause::Absent {
                items.push(item(from_ms, to_ms, Want::Cause));
            }
        } else if to_ms <= status.first_ms {
            let right_ms = Some(status.first_ms);
            items.push(item(from_ms, status.first_ms, Want::Candles { left_ms: None, right_ms }));
        } else if from_ms > status.last_ms {
            let left_ms = previous_open_ms(series, from_ms);
            // Only what follows the last candle at once can be held against it.
            let left_ms = (left_ms == status.last_ms).then_some(left_ms);
            items.push(item(from_ms, to_ms, Want::Candles { left_ms, right_ms: None }));
        } else if let Some(hole) = status.holes.iter().find(|hole| hole.from_ms <= from_ms && to_ms <= hole.to_ms) {
            let left_ms = Some(previous_open_ms(series, hole.from_ms));
            items.push(item(hole.from_ms, hole.to_ms, Want::Candles { left_ms, right_ms: Some(hole.to_ms) }));
        }
    }
    items
}

/// The question whether a market has ended, for one that is not traded now.
pub(crate) fn delisting(status: &SeriesStatus, stretches: &[Stretch], server_time_ms: i64) -> Option<Item> {
    let is_known = stretches.last().is_some_and(|last| last.cause == Cause::AfterDelisting && last.is_explained());
    let timeframe = status.series.timeframe;
    let from_ms = timeframe.next_open(status.last_ms);
    let to_ms = timeframe.open_of(server_time_ms - SURE_AFTER_MS);
    let is_over = status.last_is_closed && !is_known && from_ms + DELISTED_AFTER_MS <= to_ms;
    let want = Want::Delisting { left_ms: status.last_ms };
    let missing = timeframe.count(from_ms, to_ms);
    is_over.then(|| Item { series: status.series.clone(), from_ms, to_ms, missing, want })
}

/// Largest first; of equal ones those of the first names, and of these the oldest. Several open parts of a hole are
/// asked for at once.
pub(crate) fn largest_first(items: &mut Vec<Item>) {
    items.sort_by(|a, b| (b.missing, &a.series, a.from_ms).cmp(&(a.missing, &b.series, b.from_ms)));
    items.dedup();
}

#[cfg(test)]
mod tests {
    use market::Timeframe;

    use super::*;

    #[test]
    fn the_largest_come_first() {
        let item = |symbol: &str, from_ms: i64, missing: u64| Item {
            series: Series::new("binance", symbol.parse().unwrap(), Timeframe::M1),
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
