//! What is missing in the candles of a run, at the edges of its range too.

use market::{Hole, Series, Timeframe, find_holes, format_utc};
use strategy::Description;

use crate::range::Range;

/// What there is of a series, seen bit by bit.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    timeframe: Timeframe,
    /// Open times of the first and the last candle, Unix milliseconds.
    pub(crate) span_ms: Option<(i64, i64)>,
    /// The holes between them.
    holes: Vec<Hole>,
}

impl Seen {
    pub(crate) fn new(timeframe: Timeframe) -> Self {
        Seen { timeframe, span_ms: None, holes: Vec::new() }
    }

    /// All of it at once.
    pub(crate) fn all(open_times_ms: &[i64], timeframe: Timeframe) -> Self {
        let mut seen = Seen::new(timeframe);
        seen.add(open_times_ms);
        seen
    }

    /// Takes the open times of the next candles.
    pub(crate) fn add(&mut self, open_times_ms: &[i64]) {
        let (Some(&first_ms), Some(&last_ms)) = (open_times_ms.first(), open_times_ms.last()) else { return };
        if let Some((_, before_ms)) = self.span_ms {
            self.holes.extend(find_holes(&[before_ms, first_ms], self.timeframe));
        }
        self.holes.extend(find_holes(open_times_ms, self.timeframe));
        self.span_ms = Some((self.span_ms.map_or(first_ms, |(first_ms, _)| first_ms), last_ms));
    }

    /// The holes of a range: between candles, and where it begins or ends in one.
    pub(crate) fn holes_in(&self, range: &Range) -> Vec<Hole> {
        let Some((first_ms, last_ms)) = self.span_ms else { return Vec::new() };
        let hole = |from_ms: i64, to_ms: i64| {
            let missing = self.timeframe.count(from_ms, to_ms);
            (missing > 0).then_some(Hole { from_ms, to_ms, missing })
        };
        let before = hole(grid_at_or_after(self.timeframe, range.stored_from_ms), first_ms);
        let after = hole(self.timeframe.next_open(last_ms), grid_at_or_after(self.timeframe, range.stored_to_ms));
        before.into_iter().chain(self.holes.iter().copied()).chain(after).collect()
    }
}

fn grid_at_or_after(timeframe: Timeframe, time_ms: i64) -> i64 {
    let open_ms = timeframe.open_of(time_ms);
    if open_ms == time_ms { open_ms } else { timeframe.next_open(open_ms) }
}

/// What the reader must know of the other candles that the strategy reads: a sentence for each series with a
/// hole, a late beginning or an early end. `own_seen` are the candles that the account saw.
pub(crate) fn of_others(own: &Series, description: &Description, own_seen: &Seen, others: &[Seen]) -> Vec<String> {
    let Some((first_ms, last_ms)) = own_seen.span_ms else { return Vec::new() };
    let closes_ms = (own.timeframe.next_open(first_ms), own.timeframe.next_open(last_ms));
    let all = description.others.iter().zip(others);
    all.filter_map(|(other, seen)| {
        let symbol = other.symbol.clone().unwrap_or_else(|| own.symbol.clone());
        let series = Series::new(own.exchange.clone(), symbol, other.timeframe);
        let gaps = gaps(seen, closes_ms);
        (!gaps.is_empty()).then(|| format!("{series}: {}; its values are unknown there.", gaps.join(", ")))
    })
    .collect()
}

fn gaps(seen: &Seen, (first_close_ms, last_close_ms): (i64, i64)) -> Vec<String> {
    let timeframe = seen.timeframe;
    let newest_closed = |close_ms: i64| timeframe.open_of(timeframe.open_of(close_ms) - 1);
    let Some((first_ms, last_ms)) = seen.span_ms else {
        return vec!["no candle of it lies in the range".to_owned()];
    };
    let mut gaps = Vec::new();
    if first_ms > newest_closed(first_close_ms) {
        gaps.push(format!("its candles begin at {}", format_utc(first_ms)));
    }
    if last_ms < newest_closed(last_close_ms) {
        gaps.push(format!("its candles end at {}", format_utc(timeframe.next_open(last_ms))));
    }
    let missing: u64 = seen.holes.iter().map(|hole| hole.missing).sum();
    if missing > 0 {
        gaps.push(format!("{missing} of its candles are missing"));
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    const H: i64 = 3_600_000;

    fn range(from_hour: i64, to_hour: i64) -> Range {
        Range {
            from_ms: from_hour * H,
            to_ms: to_hour * H,
            stored_from_ms: from_hour * H,
            stored_to_ms: to_hour * H,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn a_range_may_begin_and_end_in_a_hole() {
        let hole = |from: i64, to: i64, missing| Hole { from_ms: from * H, to_ms: to * H, missing };
        let times = [5 * H, 6 * H, 8 * H];
        for block in 1..=3 {
            let mut seen = Seen::new(Timeframe::H1);
            times.chunks(block).for_each(|times| seen.add(times));
            assert_eq!(seen.holes_in(&range(3, 11)), [hole(3, 5, 2), hole(7, 8, 1), hole(9, 11, 2)]);
            assert_eq!(seen.holes_in(&range(5, 9)), [hole(7, 8, 1)]);
        }
        assert_eq!(Seen::new(Timeframe::H1).holes_in(&range(5, 9)), []);
    }

    #[test]
    fn other_candles_that_do_not_reach_are_told() {
        let told = |hours: &[i64]| {
            let times: Vec<i64> = hours.iter().map(|hour| hour * H).collect();
            gaps(&Seen::all(&times, Timeframe::H4), (9 * H, 21 * H)).join(", ")
        };
        assert_eq!(told(&[4, 8, 12, 16]), "");
        assert_eq!(told(&[8, 12, 16]), "its candles begin at 1970-01-01T08:00:00Z");
        assert_eq!(told(&[4, 12]), "its candles end at 1970-01-01T16:00:00Z, 1 of its candles are missing");
        assert_eq!(told(&[]), "no candle of it lies in the range");
    }
}
