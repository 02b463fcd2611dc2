//! Notices a file of mark prices that is imported as candles of trades.

use anyhow::{Result, bail};
use market::Candle;
use terminal::thousands;

/// Fewer candles than these prove nothing, nor do fewer that move.
const LEAST_ROWS: usize = 10;

/// Refuses the candles of a file when none of them has a volume, and many move: without a trade no price does.
/// Where nobody trades for a month, its candles stand still.
pub(crate) fn check(candles: &[Candle]) -> Result<()> {
    if candles.len() < LEAST_ROWS || candles.iter().any(|candle| candle.volume != 0.0) {
        return Ok(());
    }
    let moving = candles.iter().filter(|candle| candle.high > candle.low).count();
    if moving >= LEAST_ROWS {
        let (all, moving) = (thousands(candles.len() as u64), thousands(moving as u64));
        bail!(
            "none of its {all} candles has a volume, and {moving} of them move; expected candles of trades, and nothing of \
             it was stored. Mark prices have no volume: if these are mark prices, import them with --kind mark"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many candles that move and that do not, the last one with this volume.
    fn is_refused(moving: usize, still: usize, volume: f64) -> bool {
        let still_one = Candle { open_time_ms: 0, open: 1.0, high: 1.0, low: 1.0, close: 1.0, volume: 0.0 };
        let mut candles = vec![Candle { high: 2.0, ..still_one }; moving];
        candles.extend(vec![still_one; still]);
        candles.iter_mut().last().unwrap().volume = volume;
        check(&candles).is_err()
    }

    #[test]
    fn moves_without_any_volume_are_noticed() {
        for (moving, still, volume, expected) in [
            (10, 0, 0.0, true),
            (10, 90, 0.0, true),
            (9, 91, 0.0, false),
            (9, 0, 0.0, false),
            (100, 0, 0.001, false),
            (0, 100, 0.0, false),
        ] {
            assert_eq!(is_refused(moving, still, volume), expected, "{moving} {still} {volume}");
        }
    }
}
