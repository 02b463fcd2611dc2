//! What figures need of equity, gathered as it comes: so that a search need not keep it.

use execution::{Stretch, numbered};
use market::CandleSlice;

use crate::Extremes;
use crate::figures::DAY_MS;

/// Equity over time, without its values.
#[derive(Debug, Clone)]
pub struct Curve {
    initial_cash: f64,
    /// How many candles there were.
    pub(crate) candles: usize,
    /// Open times of the first and the last candle, Unix milliseconds.
    pub(crate) span_ms: Option<(i64, i64)>,
    /// Equity after the last candle.
    pub(crate) last: Option<f64>,
    peak: f64,
    /// The lowest that equity was since its peak.
    low: f64,
    /// The lowest that equity was as a share of its highest value before, before the peak that stands now.
    worst: f64,
    /// Equity at the end of the day before.
    before: f64,
    day_end_ms: i64,
    returns: Vec<f64>,
}

/// Values that are compared together.
const CHUNK: usize = 128;

impl Curve {
    /// Nothing but the cash at the start.
    #[must_use]
    pub fn new(initial_cash: f64) -> Self {
        Curve {
            initial_cash,
            candles: 0,
            span_ms: None,
            last: None,
            peak: initial_cash,
            low: initial_cash,
            worst: 1.0,
            before: initial_cash,
            day_end_ms: i64::MIN,
            returns: Vec::new(),
        }
    }

    /// Takes the equity after the next candles, which open at these times (Unix milliseconds).
    pub fn add(&mut self, open_times_ms: &[i64], equity: &[f64]) {
        self.days(open_times_ms, |index| equity[index]);
        equity.chunks(CHUNK).for_each(|values| self.fall(extremes(values), values.iter().copied()));
        self.pass(open_times_ms, equity.last().copied());
    }

    /// As [`Curve::add`], of candles over which these stretches go, which are not empty; `extremes` are those of
    /// closes of which the candles' begin at `offset`.
    pub fn add_stretches(
        &mut self,
        candles: CandleSlice<'_>,
        stretches: &[Stretch],
        (extremes, offset): (&Extremes, usize),
    ) {
        let equity = |index: usize| {
            let (_, stretch) = numbered(stretches).find(|(range, _)| index < range.end)?;
            Some(stretch.equity(candles.close[index]))
        };
        self.days(candles.open_time_ms, |index| equity(index).unwrap_or(f64::NAN));
        for (range, stretch) in numbered(stretches) {
            let [lowest, highest] = extremes.of(range.start + offset..range.end + offset);
            let closes = &candles.close[range];
            self.fall(stretch.range(lowest, highest), closes.iter().map(|close| stretch.equity(*close)));
        }
        let last = stretches.last().zip(candles.close.last());
        self.pass(candles.open_time_ms, last.map(|(stretch, close)| stretch.equity(*close)));
    }

    fn pass(&mut self, open_times_ms: &[i64], last: Option<f64>) {
        let (Some(&first_ms), Some(&last_ms)) = (open_times_ms.first(), open_times_ms.last()) else { return };
        self.candles += open_times_ms.len();
        self.span_ms = Some((self.span_ms.map_or(first_ms, |(first_ms, _)| first_ms), last_ms));
        self.last = last;
    }

    /// The cash at the start.
    pub(crate) fn initial_cash(&self) -> f64 {
        self.initial_cash
    }

    /// The return of each UTC day with candles: its last equity over that of the day before, the first one over
    /// the cash at the start.
    #[must_use]
    pub fn daily_returns(&self) -> Vec<f64> {
        let mut returns = self.returns.clone();
        returns.extend(self.last.map(|last| last / self.before - 1.0));
        returns
    }

    fn days(&mut self, open_times_ms: &[i64], equity: impl Fn(usize) -> f64) {
        let Some(&last_ms) = open_times_ms.last() else { return };
        let mut start = 0;
        while last_ms >= self.day_end_ms {
            start += open_times_ms[start..].partition_point(|time_ms| *time_ms < self.day_end_ms);
            if let Some(ended) = if start > 0 { Some(equity(start - 1)) } else { self.last } {
                self.returns.push(ended / self.before - 1.0);
                self.before = ended;
            }
            self.day_end_ms = (open_times_ms[start].div_euclid(DAY_MS) + 1) * DAY_MS;
        }
    }

    /// The lowest that equity was, as a share of its highest value before; 1 where it never fell.
    pub(crate) fn worst(&self) -> f64 {
        self.worst.min(self.low / self.peak)
    }

    /// The deepest fall below a peak, of values whose lowest and highest are known. Most do not rise above it.
    fn fall(&mut self, (low, high): (f64, f64), values: impl Iterator<Item = f64>) {
        if high <= self.peak {
            self.low = lower(low, self.low);
            return;
        }
        for equity in values {
            if equity > self.peak {
                // The fall from a peak is known once there is a higher one.
                self.worst = self.worst();
                (self.peak, self.low) = (equity, equity);
            } else if equity < self.low {
                self.low = equity;
            }
        }
    }
}

/// The lowest and the highest of values, in eight lanes that do not wait for each other.
fn extremes(values: &[f64]) -> (f64, f64) {
    let (mut lows, mut highs) = ([f64::INFINITY; 8], [f64::NEG_INFINITY; 8]);
    let (eights, rest) = values.as_chunks::<8>();
    for eight in eights {
        lows.iter_mut().zip(eight).for_each(|(low, value)| *low = lower(*value, *low));
        highs.iter_mut().zip(eight).for_each(|(high, value)| *high = higher(*value, *high));
    }
    let (low, high) = (across(lows, lower), across(highs, higher));
    rest.iter().fold((low, high), |(low, high), value| (lower(*value, low), higher(*value, high)))
}

/// One of all lanes, half of which are joined with the other half at a time.
fn across(mut lanes: [f64; 8], join: fn(f64, f64) -> f64) -> f64 {
    for half in [4, 2, 1] {
        for lane in 0..half {
            lanes[lane] = join(lanes[lane], lanes[lane + half]);
        }
    }
    lanes[0]
}

fn lower(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

fn higher(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn stretches_give_what_their_equity_gives(
            parts in prop::collection::vec((prop::collection::vec(90.0..110.0_f64, 1..9), -2.0..2.0_f64, 0.0..100.0_f64), 1..40),
            pieces in prop::collection::vec(1..12_usize, 0..6),
        ) {
            let (mut values, mut of_stretches) = (Curve::new(1_000.0), Curve::new(1_000.0));
            let (mut parts, mut pieces, mut extremes) = (&parts[..], pieces.into_iter(), Extremes::default());
            let mut candles = 0;
            while !parts.is_empty() {
                let (piece, rest) = parts.split_at(pieces.next().unwrap_or(parts.len()).min(parts.len()));
                parts = rest;
                let closes: Vec<f64> = piece.iter().flat_map(|(closes, ..)| closes).copied().collect();
                let stretches = piece.iter().map(|(closes, quantity, from)| {
                    let quantity = if *quantity < -1.0 { 0.0 } else { *quantity };
                    Stretch { candles: closes.len(), cash: 1_000.0, quantity, from: *from }
                });
                let stretches: Vec<Stretch> = stretches.collect();
                let ranges = numbered(&stretches).flat_map(|(range, stretch)| closes[range].iter().map(|close| stretch.equity(*close)));
                let equity: Vec<f64> = ranges.collect();
                let open_time_ms: Vec<i64> = (candles..).take(closes.len()).map(|candle| candle * DAY_MS / 7).collect();
                candles += closes.len() as i64;
                let slice = CandleSlice { open_time_ms: &open_time_ms, open: &closes, high: &closes, low: &closes, close: &closes, volume: &closes };
                // The first of the closes that are known is not the candles'.
                let more: Vec<f64> = [5_000.0].into_iter().chain(closes.iter().copied()).collect();
                extremes.set(&more);
                values.add(&open_time_ms, &equity);
                of_stretches.add_stretches(slice, &stretches, (&extremes, 1));
            }
            prop_assert_eq!(values.worst(), of_stretches.worst());
            prop_assert_eq!(values.daily_returns(), of_stretches.daily_returns());
            prop_assert_eq!((values.last, values.span_ms, values.candles), (of_stretches.last, of_stretches.span_ms, of_stretches.candles));
        }

        #[test]
        fn the_deepest_fall_is_that_of_every_pair(
            equity in prop::collection::vec(1.0..200.0_f64, 1..150),
            pieces in prop::collection::vec(1..90_usize, 0..10),
        ) {
            let mut curve = Curve::new(100.0);
            let (mut rest, mut pieces) = (&equity[..], pieces.into_iter());
            while !rest.is_empty() {
                let (piece, more) = rest.split_at(pieces.next().unwrap_or(rest.len()).min(rest.len()));
                curve.add(&vec![0; piece.len()], piece);
                rest = more;
            }
            let (mut peak, mut worst) = (100.0_f64, 1.0_f64);
            for value in equity {
                peak = peak.max(value);
                worst = worst.min(value / peak);
            }
            prop_assert_eq!(curve.worst(), worst);
        }
    }
}
