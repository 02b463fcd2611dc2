//! What is missing in the candles of a run, at the edges of its range too.

use execution::Recording;
use market::{Candles, Hole, Series, Timeframe, find_holes, format_utc};
use strategy::Description;

use crate::range::Range;

/// The holes of the range: between candles, and where it begins or ends in one.
pub(crate) fn holes(open_times_ms: &[i64], timeframe: Timeframe, range: &Range) -> Vec<Hole> {
    let (Some(&first_ms), Some(&last_ms)) = (open_times_ms.first(), open_times_ms.last()) else { return Vec::new() };
    let hole = |from_ms: i64, to_ms: i64| {
        let missing = timeframe.count(from_ms, to_ms);
        (missing > 0).then_some(Hole { from_ms, to_ms, missing })
    };
    let before = hole(grid_at_or_after(timeframe, range.stored_from_ms), first_ms);
    let after = hole(timeframe.next_open(last_ms), grid_at_or_after(timeframe, range.stored_to_ms));
    before.into_iter().chain(find_holes(open_times_ms, timeframe)).chain(after).collect()
}

fn grid_at_or_after(timeframe: Timeframe, time_ms: i64) -> i64 {
    let open_ms = timeframe.open_of(time_ms);
    if open_ms == time_ms { open_ms } else { timeframe.next_open(open_ms) }
}

/// What the reader must know of the other candles that the strategy reads: a sentence for each series with a
/// hole, a late beginning or an early end.
pub(crate) fn of_others(own: &Series, description: &Description, recording: &Recording) -> Vec<String> {
    let own_times = &recording.candles.open_time_ms;
    let (Some(&first_ms), Some(&last_ms)) = (own_times.get(recording.start), own_times.last()) else {
        return Vec::new();
    };
    let closes_ms = (own.timeframe.next_open(first_ms), own.timeframe.next_open(last_ms));
    let all = description.others.iter().zip(&recording.others);
    all.filter_map(|(other, candles)| {
        let symbol = other.symbol.clone().unwrap_or_else(|| own.symbol.clone());
        let series = Series::new(own.exchange.clone(), symbol, other.timeframe);
        let gaps = gaps(candles, other.timeframe, closes_ms);
        (!gaps.is_empty()).then(|| format!("{series}: {}; its values are unknown there.", gaps.join(", ")))
    })
    .collect()
}

fn gaps(candles: &Candles, timeframe: Timeframe, (first_close_ms, last_close_ms): (i64, i64)) -> Vec<String> {
    let newest_closed = |close_ms: i64| timeframe.open_of(timeframe.open_of(close_ms) - 1);
    let times = &candles.open_time_ms;
    let (Some(&first_ms), Some(&last_ms)) = (times.first(), times.last()) else {
        return vec!["no candle of it lies in the range".to_owned()];
    };
    let mut gaps = Vec::new();
    if first_ms > newest_closed(first_close_ms) {
        gaps.push(format!("its candles begin at {}", format_utc(first_ms)));
    }
    if last_ms < newest_closed(last_close_ms) {
        gaps.push(format!("its candles end at {}", format_utc(timeframe.next_open(last_ms))));
    }
    let missing: u64 = find_holes(times, timeframe).iter().map(|hole| hole.missing).sum();
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
        assert_eq!(holes(&times, Timeframe::H1, &range(3, 11)), [hole(3, 5, 2), hole(7, 8, 1), hole(9, 11, 2)]);
        assert_eq!(holes(&times, Timeframe::H1, &range(5, 9)), [hole(7, 8, 1)]);
        assert_eq!(holes(&[], Timeframe::H1, &range(5, 9)), []);
    }

    #[test]
    fn other_candles_that_do_not_reach_are_told() {
        let candle = |hour: i64| market::Candle {
            open_time_ms: hour * H,
            open: 1.0,
            high: 1.0,
            low: 1.0,
            close: 1.0,
            volume: 0.0,
        };
        let told = |hours: &[i64]| {
            gaps(&hours.iter().map(|hour| candle(*hour)).collect(), Timeframe::H4, (9 * H, 21 * H)).join(", ")
        };
        assert_eq!(told(&[4, 8, 12, 16]), "");
        assert_eq!(told(&[8, 12, 16]), "its candles begin at 1970-01-01T08:00:00Z");
        assert_eq!(told(&[4, 12]), "its candles end at 1970-01-01T16:00:00Z, 1 of its candles are missing");
        assert_eq!(told(&[]), "no candle of it lies in the range");
    }
}
