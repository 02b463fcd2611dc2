//! Many candles, a column for each value: the shape that indicators read fastest.

use std::ops::Range;

use crate::Candle;

/// Candles in rising open time, as columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Candles {
    /// Open times, Unix milliseconds, UTC.
    pub open_time_ms: Vec<i64>,
    /// Opens.
    pub open: Vec<f64>,
    /// Highs.
    pub high: Vec<f64>,
    /// Lows.
    pub low: Vec<f64>,
    /// Closes.
    pub close: Vec<f64>,
    /// Volumes in base.
    pub volume: Vec<f64>,
}

/// A view into [`Candles`].
#[derive(Debug, Clone, Copy)]
pub struct CandleSlice<'a> {
    /// Open times, Unix milliseconds, UTC.
    pub open_time_ms: &'a [i64],
    /// Opens.
    pub open: &'a [f64],
    /// Highs.
    pub high: &'a [f64],
    /// Lows.
    pub low: &'a [f64],
    /// Closes.
    pub close: &'a [f64],
    /// Volumes in base.
    pub volume: &'a [f64],
}

impl Candles {
    /// No candles, with room for `n`.
    #[must_use]
    pub fn with_capacity(n: usize) -> Self {
        Candles {
            open_time_ms: Vec::with_capacity(n),
            open: Vec::with_capacity(n),
            high: Vec::with_capacity(n),
            low: Vec::with_capacity(n),
            close: Vec::with_capacity(n),
            volume: Vec::with_capacity(n),
        }
    }

    /// Adds a candle at the end.
    pub fn push(&mut self, candle: Candle) {
        self.open_time_ms.push(candle.open_time_ms);
        self.open.push(candle.open);
        self.high.push(candle.high);
        self.low.push(candle.low);
        self.close.push(candle.close);
        self.volume.push(candle.volume);
    }

    /// Adds all candles of `later` at the end.
    pub fn append(&mut self, later: &Candles) {
        self.open_time_ms.extend_from_slice(&later.open_time_ms);
        self.open.extend_from_slice(&later.open);
        self.high.extend_from_slice(&later.high);
        self.low.extend_from_slice(&later.low);
        self.close.extend_from_slice(&later.close);
        self.volume.extend_from_slice(&later.volume);
    }

    /// How many candles there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open_time_ms.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open_time_ms.is_empty()
    }

    /// The candle at `index`. Panics when there is none, as a slice does.
    #[must_use]
    pub fn get(&self, index: usize) -> Candle {
        self.slice(0..self.len()).get(index)
    }

    /// The candles, one by one.
    pub fn iter(&self) -> impl Iterator<Item = Candle> + '_ {
        (0..self.len()).map(|index| self.get(index))
    }

    /// The candles of `range`. Panics when it reaches past the end, as a slice does.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> CandleSlice<'_> {
        CandleSlice {
            open_time_ms: &self.open_time_ms[range.clone()],
            open: &self.open[range.clone()],
            high: &self.high[range.clone()],
            low: &self.low[range.clone()],
            close: &self.close[range.clone()],
            volume: &self.volume[range],
        }
    }

    /// All candles as a slice.
    #[must_use]
    pub fn as_slice(&self) -> CandleSlice<'_> {
        self.slice(0..self.len())
    }

    /// The index of the first candle whose open time is at or after `open_time_ms`.
    #[must_use]
    pub fn index_at_or_after(&self, open_time_ms: i64) -> usize {
        self.open_time_ms.partition_point(|&time| time < open_time_ms)
    }
}

impl FromIterator<Candle> for Candles {
    fn from_iter<I: IntoIterator<Item = Candle>>(candles: I) -> Self {
        let mut columns = Candles::default();
        for candle in candles {
            columns.push(candle);
        }
        columns
    }
}

impl<'a> CandleSlice<'a> {
    /// The candles of `range`. Panics when it reaches past the end, as a slice does.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> CandleSlice<'a> {
        CandleSlice {
            open_time_ms: &self.open_time_ms[range.clone()],
            open: &self.open[range.clone()],
            high: &self.high[range.clone()],
            low: &self.low[range.clone()],
            close: &self.close[range.clone()],
            volume: &self.volume[range],
        }
    }

    /// How many candles there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open_time_ms.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open_time_ms.is_empty()
    }

    /// The candle at `index`. Panics when there is none, as a slice does.
    #[must_use]
    #[inline]
    pub fn get(&self, index: usize) -> Candle {
        Candle {
            open_time_ms: self.open_time_ms[index],
            open: self.open[index],
            high: self.high[index],
            low: self.low[index],
            close: self.close[index],
            volume: self.volume[index],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_give_back_what_was_pushed() {
        let candle = |time| Candle { open_time_ms: time, open: 1.0, high: 4.0, low: 0.5, close: 2.0, volume: 9.0 };
        let candles: Candles = [candle(10), candle(20), candle(30)].into_iter().collect();
        assert_eq!(candles.len(), 3);
        assert_eq!(candles.iter().collect::<Candles>(), candles);
        assert_eq!(candles.slice(1..3).get(0), candle(20));
        assert_eq!(candles.index_at_or_after(11), 1);
        assert_eq!(candles.index_at_or_after(31), 3);
    }
}
