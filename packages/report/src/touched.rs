//! Which trades touched a hole.

use market::Hole;

use crate::Report;

/// Whether a hole lies between a trade's entry and exit candle or right before its entry, where
/// the entry was decided before the hole and filled after it. `holes` are in order of time.
fn touches(holes: &[Hole], entry_time_ms: i64, exit_time_ms: i64) -> bool {
    let first = holes.partition_point(|hole| hole.to_ms < entry_time_ms);
    holes.get(first).is_some_and(|hole| hole.from_ms <= exit_time_ms)
}

impl Report<'_> {
    /// Indices of the closed trades that touched a hole.
    pub(crate) fn trades_that_touched_a_hole(&self) -> Vec<usize> {
        let trades = self.result.trades.iter().enumerate();
        let touching = trades.filter(|(_, trade)| touches(&self.holes, trade.entry_time_ms, trade.exit_time_ms));
        touching.map(|(index, _)| index).collect()
    }

    /// Whether the position that is still open touched a hole.
    pub(crate) fn open_touched_a_hole(&self) -> bool {
        self.result.open.as_ref().is_some_and(|open| touches(&self.holes, open.entry_time_ms, i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(entry_time_ms: i64, exit_time_ms: i64, expected: bool) {
        // Candles at 0 1 2, 5 6 7, 9 …
        let holes = [Hole { from_ms: 3, to_ms: 5, missing: 2 }, Hole { from_ms: 8, to_ms: 9, missing: 1 }];
        assert_eq!(touches(&holes, entry_time_ms, exit_time_ms), expected);
    }

    #[test]
    fn a_hole_between_entry_and_exit_or_before_the_entry_is_touched() {
        check(0, 2, false);
        check(0, 5, true);
        check(2, 9, true);
        check(5, 6, true);
        check(6, 7, false);
        check(7, 9, true);
        check(9, 12, true);
        check(10, 12, false);
        check(10, i64::MAX, false);
    }
}
