//! Candles that are written from two sides at once: the early ones of a range, and, beside them, the late ones.

use crate::{Candle, Candles};

/// Where the candles of one half are written, one after another.
#[derive(Debug)]
pub struct Places<'a> {
    open_time_ms: &'a mut [i64],
    open: &'a mut [f64],
    high: &'a mut [f64],
    low: &'a mut [f64],
    close: &'a mut [f64],
    volume: &'a mut [f64],
    filled: usize,
}

impl Places<'_> {
    /// Writes a candle to the next place; false when all are taken.
    #[inline]
    pub fn push(&mut self, candle: Candle) -> bool {
        let at = self.filled;
        if at >= self.open_time_ms.len() {
            return false;
        }
        self.open_time_ms[at] = candle.open_time_ms;
        self.open[at] = candle.open;
        self.high[at] = candle.high;
        self.low[at] = candle.low;
        self.close[at] = candle.close;
        self.volume[at] = candle.volume;
        self.filled = at + 1;
        true
    }
}

impl Candles {
    /// What `fill` writes to the `early` places and to the `late` ones behind them, without those that stay empty.
    ///
    /// The two can be filled in two threads: every candle is written once, to where it stays.
    ///
    /// # Errors
    /// When `fill` fails.
    pub fn from_halves<E>(
        early: usize,
        late: usize,
        fill: impl FnOnce(&mut Places<'_>, &mut Places<'_>) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut candles = Candles::zeroed(early + late);
        let (mut first, mut second) = candles.split_at(early);
        fill(&mut first, &mut second)?;
        let (first, second) = (first.filled, second.filled);
        candles.close_up(first, early, second);
        Ok(candles)
    }

    fn zeroed(n: usize) -> Self {
        Candles {
            open_time_ms: vec![0; n],
            open: vec![0.0; n],
            high: vec![0.0; n],
            low: vec![0.0; n],
            close: vec![0.0; n],
            volume: vec![0.0; n],
        }
    }

    fn split_at(&mut self, at: usize) -> (Places<'_>, Places<'_>) {
        let (early_times, late_times) = self.open_time_ms.split_at_mut(at);
        let (early_opens, late_opens) = self.open.split_at_mut(at);
        let (early_highs, late_highs) = self.high.split_at_mut(at);
        let (early_lows, late_lows) = self.low.split_at_mut(at);
        let (early_closes, late_closes) = self.close.split_at_mut(at);
        let (early_volumes, late_volumes) = self.volume.split_at_mut(at);
        let early = Places {
            open_time_ms: early_times,
            open: early_opens,
            high: early_highs,
            low: early_lows,
            close: early_closes,
            volume: early_volumes,
            filled: 0,
        };
        let late = Places {
            open_time_ms: late_times,
            open: late_opens,
            high: late_highs,
            low: late_lows,
            close: late_closes,
            volume: late_volumes,
            filled: 0,
        };
        (early, late)
    }

    /// Keeps the first `early` candles and the `late` ones from `from` on.
    fn close_up(&mut self, early: usize, from: usize, late: usize) {
        close_up(&mut self.open_time_ms, early, from, late);
        close_up(&mut self.open, early, from, late);
        close_up(&mut self.high, early, from, late);
        close_up(&mut self.low, early, from, late);
        close_up(&mut self.close, early, from, late);
        close_up(&mut self.volume, early, from, late);
    }
}

fn close_up<T: Copy>(column: &mut Vec<T>, early: usize, from: usize, late: usize) {
    if early < from {
        column.copy_within(from..from + late, early);
    }
    column.truncate(early + late);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candle(time: i64) -> Candle {
        Candle { open_time_ms: time, open: 1.0, high: 4.0, low: 0.5, close: 2.0, volume: time as f64 }
    }

    #[track_caller]
    fn check(early: (usize, i64), late: (usize, i64)) {
        let candles = Candles::from_halves(early.0, late.0, |first, second| {
            assert!((0..early.1).all(|time| first.push(candle(time))));
            assert!((early.1..early.1 + late.1).all(|time| second.push(candle(time))));
            Ok::<(), ()>(())
        });
        assert_eq!(candles, Ok((0..early.1 + late.1).map(candle).collect()));
    }

    #[test]
    fn places_that_stay_empty_leave_no_trace() {
        check((3, 3), (4, 4));
        check((3, 1), (4, 4));
        check((3, 3), (4, 2));
        check((5, 2), (4, 1));
        check((3, 0), (4, 4));
        check((3, 0), (4, 0));
        check((0, 0), (2, 2));
    }

    #[test]
    fn what_has_no_place_is_not_written() {
        let filled = Candles::from_halves(1, 1, |first, second| {
            assert!(first.push(candle(1)) && !first.push(candle(2)));
            assert!(second.push(candle(3)));
            Ok::<(), ()>(())
        });
        assert_eq!(filled, Ok([candle(1), candle(3)].into_iter().collect()));
    }
}
