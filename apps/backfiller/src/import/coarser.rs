//! Notices a file whose candles are longer than the timeframe it is imported as.

use anyhow::{Result, bail};
use market::{Candle, Timeframe};

/// Fewer rows than this prove nothing: candles of a quiet market may lie far apart.
const LEAST_ROWS: usize = 10;

/// Refuses the first candles of a file when no two follow each other in `timeframe`, but all lie on the grid
/// of a longer one as its neighbours would.
pub(crate) fn check(candles: &[Candle], timeframe: Timeframe) -> Result<()> {
    if candles.len() < LEAST_ROWS {
        return Ok(());
    }
    let step = candles.windows(2).map(|pair| pair[1].open_time_ms - pair[0].open_time_ms).min().unwrap_or(0);
    if step <= timeframe.longest_ms() {
        return Ok(());
    }
    let fits = |longer: &Timeframe| {
        longer.longest_ms() <= step
            && candles.iter().all(|candle| longer.open_of(candle.open_time_ms) == candle.open_time_ms)
    };
    if let Some(longer) = Timeframe::ALL.into_iter().rev().find(fits).filter(|longer| *longer > timeframe) {
        bail!(
            "the candles of this file are at least {longer} apart, and --timeframe says {timeframe}; nothing of it was \
             stored. If they are {longer} candles, import them with --timeframe {longer}"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candles(step_ms: i64, count: i64) -> Vec<Candle> {
        let candle = |index: i64| Candle {
            open_time_ms: index * step_ms,
            open: 1.0,
            high: 1.0,
            low: 1.0,
            close: 1.0,
            volume: 0.0,
        };
        (0..count).map(candle).collect()
    }

    #[test]
    fn longer_candles_are_noticed() {
        const H: i64 = 3_600_000;
        assert!(check(&candles(H, 100), Timeframe::H1).is_ok());
        assert!(check(&candles(H, 5), Timeframe::M1).is_ok());
        let error = check(&candles(H, 100), Timeframe::M15).unwrap_err().to_string();
        assert!(error.contains("--timeframe 1h"), "{error}");
        assert!(check(&candles(24 * H, 50), Timeframe::H4).is_err());
        let mut quiet = candles(H, 100);
        quiet.push(Candle { open_time_ms: 99 * H + 60_000, ..quiet[0] });
        assert!(check(&quiet, Timeframe::M1).is_ok());
    }
}
