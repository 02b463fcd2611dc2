//! Where candles are missing between two that are there.

use crate::Timeframe;

/// A run of candles that is not there, between two that are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    /// Open time of the first missing candle, Unix milliseconds.
    pub from_ms: i64,
    /// Open time of the next candle that is there, Unix milliseconds.
    pub to_ms: i64,
    /// How many candles are missing.
    pub missing: u64,
}

/// The holes between open times given in rising order, all on the grid of `timeframe`.
#[must_use]
pub fn find_holes(open_times_ms: &[i64], timeframe: Timeframe) -> Vec<Hole> {
    let mut holes = Vec::new();
    for pair in open_times_ms.windows(2) {
        let expected = timeframe.next_open(pair[0]);
        if pair[1] > expected {
            holes.push(Hole { from_ms: expected, to_ms: pair[1], missing: timeframe.count(expected, pair[1]) });
        }
    }
    holes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_found_and_counted() {
        const H: i64 = 3_600_000;
        assert_eq!(find_holes(&[], Timeframe::H1), []);
        assert_eq!(find_holes(&[0, H, 2 * H], Timeframe::H1), []);
        assert_eq!(
            find_holes(&[0, 3 * H, 4 * H, 6 * H], Timeframe::H1),
            [Hole { from_ms: H, to_ms: 3 * H, missing: 2 }, Hole { from_ms: 5 * H, to_ms: 6 * H, missing: 1 }]
        );
    }
}
