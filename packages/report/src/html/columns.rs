//! Candles and lines as the page draws them: columns, thinned out where there are too many.

use market::CandleSlice;
use serde::Serialize;

/// Bars that a page draws at most; beyond, neighbours are drawn as one.
pub(crate) const BARS_MAX: usize = 200_000;
/// Significant digits of what is only drawn, not read: a pixel is far coarser.
const DRAWN_DIGITS: usize = 8;
/// Significant digits of volumes.
const VOLUME_DIGITS: usize = 5;

/// The bars of the chart, a column for each value.
#[derive(Debug, Serialize)]
pub(crate) struct Bars {
    /// Candles in each bar; 1 unless there are too many.
    pub(crate) candles_per_bar: usize,
    /// Open time of the first bar, Unix milliseconds.
    pub(crate) start_ms: i64,
    /// Time from bar to bar.
    pub(crate) step_ms: i64,
    /// Bars that do not open a step after the one before: index and open time.
    pub(crate) jumps: Vec<(usize, i64)>,
    /// Opens.
    pub(crate) open: Vec<f64>,
    /// Highs.
    pub(crate) high: Vec<f64>,
    /// Lows.
    pub(crate) low: Vec<f64>,
    /// Closes.
    pub(crate) close: Vec<f64>,
    /// Volumes, rounded.
    pub(crate) volume: Vec<f64>,
}

impl Bars {
    /// The bars of `candles`, whose timeframe lasts `candle_ms`.
    pub(crate) fn new(candles: CandleSlice<'_>, candle_ms: i64) -> Self {
        let per_bar = candles_per_bar(candles.len());
        let step_ms = candle_ms * per_bar as i64;
        let times_ms: Vec<i64> = candles.open_time_ms.iter().copied().step_by(per_bar).collect();
        let jump = |index: usize| times_ms[index] != times_ms[index - 1] + step_ms;
        let fold = |column: &[f64], join: fn(f64, f64) -> f64| -> Vec<f64> {
            column.chunks(per_bar).filter_map(|chunk| chunk.iter().copied().reduce(join)).collect()
        };
        Bars {
            candles_per_bar: per_bar,
            start_ms: times_ms.first().copied().unwrap_or(0),
            step_ms,
            jumps: (1..times_ms.len()).filter(|&index| jump(index)).map(|index| (index, times_ms[index])).collect(),
            open: fold(candles.open, |first, _| first),
            high: fold(candles.high, f64::max),
            low: fold(candles.low, f64::min),
            close: last_of_each(candles.close),
            volume: fold(candles.volume, |sum, volume| sum + volume)
                .into_iter()
                .map(|volume| round(volume, VOLUME_DIGITS))
                .collect(),
        }
    }
}

/// A line as it is drawn: the last value of each bar, rounded; NaN becomes `null` in JSON.
pub(crate) fn drawn(values: &[f64]) -> Vec<f64> {
    last_of_each(values).into_iter().map(|value| round(value, DRAWN_DIGITS)).collect()
}

fn candles_per_bar(candles: usize) -> usize {
    candles.div_ceil(BARS_MAX).max(1)
}

fn last_of_each(column: &[f64]) -> Vec<f64> {
    column.chunks(candles_per_bar(column.len())).filter_map(|chunk| chunk.last().copied()).collect()
}

/// `value` to so many significant digits, as the shortest text that reads back the same.
fn round(value: f64, digits: usize) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10.0_f64.powi(digits as i32 - 1 - value.abs().log10().floor() as i32);
    let rounded = (value * scale).round() / scale;
    if rounded.is_finite() { rounded } else { value }
}

#[cfg(test)]
mod tests {
    use market::{Candle, Candles};

    use super::*;

    fn candles(n: usize) -> Candles {
        let candle = |index: usize| {
            let price = 1.0 + index as f64;
            let (high, low) = (price + 0.5, price - 0.5);
            // A hole of one candle before the fourth one.
            let open_time_ms = (index + usize::from(index >= 3)) as i64 * 1_000;
            Candle { open_time_ms, open: price, high, low, close: price, volume: 2.0 }
        };
        (0..n).map(candle).collect()
    }

    #[test]
    fn bars_are_the_candles_where_there_are_few() {
        let candles = candles(5);
        let bars = Bars::new(candles.as_slice(), 1_000);
        assert_eq!((bars.candles_per_bar, bars.start_ms, bars.step_ms), (1, 0, 1_000));
        assert_eq!(bars.jumps, [(3, 4_000)]);
        assert_eq!((bars.open, bars.high, bars.close), (candles.open, candles.high, candles.close));
    }

    #[test]
    fn many_candles_are_drawn_as_fewer_bars() {
        let candles = candles(BARS_MAX + 1);
        let bars = Bars::new(candles.as_slice(), 1_000);
        assert_eq!((bars.candles_per_bar, bars.step_ms, bars.open.len()), (2, 2_000, BARS_MAX / 2 + 1));
        assert_eq!((bars.open[1], bars.high[1], bars.low[1], bars.close[1], bars.volume[1]), (3.0, 4.5, 2.5, 4.0, 4.0));
        assert_eq!(drawn(&candles.close)[1], 4.0);
        assert_eq!(bars.open.len(), drawn(&candles.close).len());
    }

    #[test]
    fn values_are_rounded_to_significant_digits() {
        for (value, rounded) in
            [(12_345.678_9, 12_346.0), (-0.000_123_456, -0.000_123_46), (0.0, 0.0), (9.999_99, 10.0)]
        {
            assert_eq!(round(value, 5), rounded);
        }
        assert!(round(f64::NAN, 5).is_nan());
        assert_eq!(round(5e-324, 5), 5e-324);
    }
}
