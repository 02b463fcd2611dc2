//! Candles of a longer timeframe, folded from those of a shorter one.

use crate::{Candle, Timeframe};

/// A candle that was folded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Folded {
    /// The candle: first open, highest high, lowest low, last close, all volume.
    pub candle: Candle,
    /// How many of the candles that it should be made of are missing.
    pub missing: u64,
}

/// Folds the closed candles of one series, one after the other in rising time.
#[derive(Debug, Clone)]
pub struct Fold {
    from: Timeframe,
    to: Timeframe,
    /// The candle in the making, and of how many it is made.
    open: Option<(Candle, u64)>,
    /// When the last candle that was pushed closes, Unix milliseconds.
    reached_ms: i64,
}

impl Fold {
    /// From candles of `from` to those of `to`; `None` where the one does not divide the other, as three days do not
    /// divide a week.
    #[must_use]
    pub fn new(from: Timeframe, to: Timeframe) -> Option<Self> {
        let divides = match to {
            Timeframe::Month1 => from <= Timeframe::D1,
            _ => from < to && to.longest_ms() % from.longest_ms() == 0,
        };
        divides.then_some(Fold { from, to, open: None, reached_ms: i64::MIN })
    }

    /// Takes the next candle. Gives the folded one before it, when this one opens another.
    pub fn push(&mut self, candle: &Candle) -> Option<Folded> {
        let open_time_ms = self.to.open_of(candle.open_time_ms);
        self.reached_ms = self.from.next_open(candle.open_time_ms);
        match &mut self.open {
            Some((open, parts)) if open.open_time_ms == open_time_ms => {
                open.high = open.high.max(candle.high);
                open.low = open.low.min(candle.low);
                open.close = candle.close;
                open.volume += candle.volume;
                *parts += 1;
                None
            }
            _ => self.open.replace((Candle { open_time_ms, ..*candle }, 1)).map(|open| self.folded(open)),
        }
    }

    /// The last candle, if what was pushed reaches to its end; it is still forming otherwise.
    #[must_use]
    pub fn finish(self) -> Option<Folded> {
        let open = self.open.filter(|(open, _)| self.reached_ms >= self.to.next_open(open.open_time_ms))?;
        Some(self.folded(open))
    }

    fn folded(&self, (candle, parts): (Candle, u64)) -> Folded {
        let whole = self.from.count(candle.open_time_ms, self.to.next_open(candle.open_time_ms));
        Folded { candle, missing: whole.saturating_sub(parts) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Minutes by number and close; what they give in five minutes: number of the first minute, open, close, missing.
    #[track_caller]
    fn check(minutes: &[(i64, f64)], expected: &[(i64, f64, f64, u64)]) {
        let mut fold = Fold::new(Timeframe::M1, Timeframe::M5).unwrap();
        let candle = |&(minute, close): &(i64, f64)| Candle {
            open_time_ms: minute * 60_000,
            open: close - 1.0,
            high: close + 1.0,
            low: close - 2.0,
            close,
            volume: 2.0,
        };
        let mut folded: Vec<Folded> = minutes.iter().filter_map(|minute| fold.push(&candle(minute))).collect();
        folded.extend(fold.finish());
        for Folded { candle, missing } in &folded {
            assert_eq!(candle.check(Timeframe::M5), Ok(()));
            assert_eq!(candle.volume, 2.0 * (5 - missing) as f64);
        }
        let told = |folded: &Folded| {
            let Candle { open_time_ms, open, close, .. } = folded.candle;
            (open_time_ms / 60_000, open, close, folded.missing)
        };
        assert_eq!(folded.iter().map(told).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn candles_are_folded_and_holes_counted() {
        check(&[], &[]);
        check(&[(5, 10.0), (6, 11.0), (7, 12.0), (8, 13.0), (9, 14.0)], &[(5, 9.0, 14.0, 0)]);
        // What is not over is not given, also where it has a hole.
        check(&[(5, 10.0), (6, 11.0), (7, 12.0), (8, 13.0)], &[]);
        check(&[(5, 10.0), (9, 14.0)], &[(5, 9.0, 14.0, 3)]);
        check(&[(7, 10.0), (20, 11.0)], &[(5, 9.0, 10.0, 4)]);
        check(&[(9, 10.0), (10, 20.0), (14, 30.0)], &[(5, 9.0, 10.0, 4), (10, 19.0, 30.0, 3)]);
    }

    #[test]
    fn high_low_and_volume_are_of_all() {
        let mut fold = Fold::new(Timeframe::H12, Timeframe::D1).unwrap();
        let first = Candle { open_time_ms: 0, open: 5.0, high: 9.0, low: 4.0, close: 6.0, volume: 1.5 };
        let second = Candle { open_time_ms: 43_200_000, open: 6.0, high: 8.0, low: 3.0, close: 7.0, volume: 2.5 };
        assert!(fold.push(&first).is_none() && fold.push(&second).is_none());
        let candle = Candle { open_time_ms: 0, open: 5.0, high: 9.0, low: 3.0, close: 7.0, volume: 4.0 };
        assert_eq!(fold.finish(), Some(Folded { candle, missing: 0 }));
    }

    #[test]
    fn one_must_divide_the_other() {
        let folds = |from: &str, to: &str| Fold::new(from.parse().unwrap(), to.parse().unwrap()).is_some();
        for (from, to) in [("1s", "1m"), ("5m", "15m"), ("1m", "1M"), ("1d", "1w"), ("12h", "3d"), ("1d", "1M")] {
            assert!(folds(from, to), "{from} {to}");
        }
        for (from, to) in
            [("3m", "5m"), ("6h", "8h"), ("3d", "1w"), ("1w", "1M"), ("3d", "1M"), ("1h", "1h"), ("1h", "5m")]
        {
            assert!(!folds(from, to), "{from} {to}");
        }
        // Where it is allowed, each candle opens with one of the shorter, and that many make it whole.
        for from in Timeframe::ALL {
            for to in Timeframe::ALL.into_iter().filter(|to| Fold::new(from, *to).is_some()) {
                let open_ms = to.open_of(1_700_000_000_000);
                assert_eq!(from.open_of(open_ms), open_ms, "{from} {to}");
                assert_eq!(from.open_of(to.next_open(open_ms)), to.next_open(open_ms), "{from} {to}");
            }
        }
    }
}
