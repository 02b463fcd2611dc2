//! What figures need of equity, gathered as it comes: so that a search need not keep it.

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
        let (Some(&first_ms), Some(&last_ms)) = (open_times_ms.first(), open_times_ms.last()) else { return };
        self.days(open_times_ms, equity);
        equity.chunks(CHUNK).for_each(|values| self.fall(values));
        self.candles += equity.len();
        self.span_ms = Some((self.span_ms.map_or(first_ms, |(first_ms, _)| first_ms), last_ms));
        self.last = equity.last().copied();
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

    fn days(&mut self, open_times_ms: &[i64], equity: &[f64]) {
        let mut start = 0;
        while start < open_times_ms.len() {
            if open_times_ms[start] >= self.day_end_ms {
                let ended = if start > 0 { Some(equity[start - 1]) } else { self.last };
                if let Some(ended) = ended {
                    self.returns.push(ended / self.before - 1.0);
                    self.before = ended;
                }
                self.day_end_ms = (open_times_ms[start].div_euclid(DAY_MS) + 1) * DAY_MS;
            }
            start += open_times_ms[start..].partition_point(|time_ms| *time_ms < self.day_end_ms);
        }
    }

    /// The lowest that equity was, as a share of its highest value before; 1 where it never fell.
    pub(crate) fn worst(&self) -> f64 {
        self.worst.min(self.low / self.peak)
    }

    /// The deepest fall below a peak. Most values do not rise above it: those are taken together.
    fn fall(&mut self, values: &[f64]) {
        let (low, high) = extremes(values, self.low);
        if high <= self.peak {
            self.low = low;
            return;
        }
        for &equity in values {
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

/// The lowest and the highest of values and one more, in eight lanes that do not wait for each other.
fn extremes(values: &[f64], one: f64) -> (f64, f64) {
    let (mut lows, mut highs) = ([one; 8], [one; 8]);
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
