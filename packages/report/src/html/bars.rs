//! Candles and lines as the page draws them: columns, thinned where there are too many.

use market::CandleSlice;
use serde::Serialize;

use super::column::Column;

/// Bars that a page draws at most; beyond, neighbours are drawn as one.
pub(super) const BARS_MAX: usize = 200_000;
/// Significant digits of what is only drawn: a pixel is far coarser.
const DRAWN_DIGITS: i32 = 7;
/// Significant digits of volumes.
const VOLUME_DIGITS: i32 = 5;

/// The bars of the chart, a column for each value.
#[derive(Debug, Serialize)]
pub(super) struct Bars {
    /// Candles in each bar; 1 unless there are too many.
    pub(super) candles_per_bar: usize,
    /// Open time of the first bar, Unix milliseconds.
    pub(super) start_ms: i64,
    /// Time from bar to bar.
    pub(super) step_ms: i64,
    /// Bars that do not open a step after the one before: index and open time.
    pub(super) jumps: Vec<(usize, i64)>,
    /// Opens.
    pub(super) open: Column,
    /// Highs.
    pub(super) high: Column,
    /// Lows.
    pub(super) low: Column,
    /// Closes.
    pub(super) close: Column,
    /// Volumes, rounded.
    pub(super) volume: Column,
}

impl Bars {
    /// The bars of `candles`, whose timeframe lasts `candle_ms`.
    pub(super) fn new(candles: CandleSlice<'_>, candle_ms: i64) -> Self {
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
            open: Column::exact(&fold(candles.open, |first, _| first)),
            high: Column::exact(&fold(candles.high, f64::max)),
            low: Column::exact(&fold(candles.low, f64::min)),
            close: Column::exact(&last_of_each(candles.close)),
            volume: Column::rounded(&fold(candles.volume, |sum, volume| sum + volume), VOLUME_DIGITS),
        }
    }
}

/// A line as it is drawn: the last value of each bar, rounded.
pub(super) fn drawn(values: &[f64]) -> Column {
    Column::rounded(&last_of_each(values), DRAWN_DIGITS)
}

fn candles_per_bar(candles: usize) -> usize {
    candles.div_ceil(BARS_MAX).max(1)
}

fn last_of_each(column: &[f64]) -> Vec<f64> {
    column.chunks(candles_per_bar(column.len())).filter_map(|chunk| chunk.last().copied()).collect()
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
        assert_eq!(bars.open, Column::exact(&candles.open));
        assert_eq!(bars.low, Column::exact(&candles.low));
    }

    #[test]
    fn many_candles_are_drawn_as_fewer_bars() {
        let candles = candles(BARS_MAX + 1);
        let bars = Bars::new(candles.as_slice(), 1_000);
        assert_eq!((bars.candles_per_bar, bars.step_ms), (2, 2_000));
        let every_other = |first: f64| -> Vec<f64> { (0..BARS_MAX / 2).map(|bar| first + 2.0 * bar as f64).collect() };
        let with_last = |mut bars: Vec<f64>, last: f64| {
            bars.push(last);
            Column::exact(&bars)
        };
        let last = 1.0 + BARS_MAX as f64;
        assert_eq!(bars.open, with_last(every_other(1.0), last));
        assert_eq!(bars.high, with_last(every_other(2.5), last + 0.5));
        assert_eq!(bars.low, with_last(every_other(0.5), last - 0.5));
        assert_eq!(bars.close, with_last(every_other(2.0), last));
    }
}
