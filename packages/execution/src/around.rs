//! What happens around the candles of a run: funding, the mark price, and finer candles inside.

use std::sync::Arc;

use market::{CandleSlice, Candles, FundingRate, Timeframe};

/// A payment between longs and shorts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Funding {
    /// When, Unix milliseconds.
    pub time_ms: i64,
    /// Share of the notional that longs pay to shorts.
    pub rate: f64,
    /// The mark price then, in quote.
    pub mark: f64,
}

/// What happens around one candle.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// Lowest and highest mark price inside the candle; NaN where there is none, and the traded price stands for it.
    pub mark_low: f64,
    /// See `mark_low`.
    pub mark_high: f64,
    /// Funding since the candle before, up to and including this one's open.
    pub before: &'a [Funding],
    /// Funding after the open, before the close.
    pub inside: &'a [Funding],
    /// The finer candles inside this one, where there are any.
    pub detail: CandleSlice<'a>,
}

impl Around<'_> {
    /// Nothing: as on a spot market.
    pub const NONE: Around<'static> = Around {
        mark_low: f64::NAN,
        mark_high: f64::NAN,
        before: &[],
        inside: &[],
        detail: CandleSlice { open_time_ms: &[], open: &[], high: &[], low: &[], close: &[], volume: &[] },
    };
}

/// Everything around the candles of a range, in order of time. A clone begins anew, on the same data.
#[derive(Debug, Default)]
pub struct Surroundings {
    data: Arc<Data>,
    /// How far marks, funding and detail have been told.
    at: [usize; 3],
}

#[derive(Debug, Clone, Default)]
struct Data {
    marks: Candles,
    funding: Vec<Funding>,
    detail: Candles,
}

impl Clone for Surroundings {
    fn clone(&self) -> Self {
        Surroundings { data: Arc::clone(&self.data), at: [0; 3] }
    }
}

impl Surroundings {
    /// Mark prices whose candles are as long as those of the run or shorter, with what is paid for funding.
    ///
    /// The mark price at a funding time is the open of the mark candle that opens then.
    ///
    /// # Errors
    /// The times at which funding is paid and no mark candle opens.
    pub fn perpetual(marks: Candles, rates: &[FundingRate]) -> Result<Self, Vec<i64>> {
        let mark_at = |time_ms: i64| marks.open_time_ms.binary_search(&time_ms).ok().map(|index| marks.open[index]);
        let (mut funding, mut missing) = (Vec::with_capacity(rates.len()), Vec::new());
        for rate in rates {
            match mark_at(rate.time_ms) {
                Some(mark) => funding.push(Funding { time_ms: rate.time_ms, rate: rate.rate, mark }),
                None => missing.push(rate.time_ms),
            }
        }
        if !missing.is_empty() {
            return Err(missing);
        }
        Ok(Surroundings { data: Arc::new(Data { marks, funding, detail: Candles::default() }), at: [0; 3] })
    }

    /// With finer candles, which decide what came first.
    #[must_use]
    pub fn with_detail(self, detail: Candles) -> Self {
        Surroundings { data: Arc::new(Data { detail, ..(*self.data).clone() }), at: [0; 3] }
    }

    /// Whether there is nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.data.marks.is_empty() && self.data.funding.is_empty() && self.data.detail.is_empty()
    }

    /// Mark prices.
    #[must_use]
    pub fn marks(&self) -> &Candles {
        &self.data.marks
    }

    /// What is paid for funding.
    #[must_use]
    pub fn funding(&self) -> &[Funding] {
        &self.data.funding
    }

    /// Finer candles.
    #[must_use]
    pub fn detail(&self) -> &Candles {
        &self.data.detail
    }

    /// How many of the next candles, which open at these times, come and go before funding is paid again.
    pub(crate) fn without_funding(&self, open_times_ms: &[i64], timeframe: Timeframe) -> usize {
        let Some(next) = self.data.funding.get(self.at[1]) else { return open_times_ms.len() };
        open_times_ms.partition_point(|open_ms| timeframe.next_open(*open_ms) <= next.time_ms)
    }

    /// The lowest and the highest mark price from `open_ms` on and before `close_ms`; infinite where there is none.
    /// Nothing from before `open_ms` is asked for any more.
    pub(crate) fn mark_range(&mut self, open_ms: i64, close_ms: i64) -> (f64, f64) {
        let marks = within(&self.data.marks, self.at[0], open_ms, close_ms);
        self.at[0] = marks.start;
        let low = self.data.marks.low[marks.clone()].iter().fold(f64::INFINITY, |least, low| low.min(least));
        (low, self.data.marks.high[marks].iter().fold(f64::NEG_INFINITY, |most, high| high.max(most)))
    }

    /// What happens around the candle that opens at `open_ms`. Candles are asked for in order of time.
    pub fn next(&mut self, open_ms: i64, timeframe: Timeframe) -> Around<'_> {
        let close_ms = timeframe.next_open(open_ms);
        let data = &*self.data;
        let [mark_at, funding_at, detail_at] = self.at;
        let marks = within(&data.marks, mark_at, open_ms, close_ms);
        let detail = within(&data.detail, detail_at, open_ms, close_ms);
        let to = |from: usize, is_before: &dyn Fn(i64) -> bool| {
            from + data.funding[from..].iter().take_while(|funding| is_before(funding.time_ms)).count()
        };
        let opened = to(funding_at, &|time_ms| time_ms <= open_ms);
        let closed = to(opened, &|time_ms| time_ms < close_ms);
        self.at = [marks.end, closed, detail.end];
        let low = data.marks.low[marks.clone()].iter().fold(f64::NAN, |least, low| low.min(least));
        let high = data.marks.high[marks].iter().fold(f64::NAN, |most, high| high.max(most));
        Around {
            mark_low: low,
            mark_high: high,
            before: &data.funding[funding_at..opened],
            inside: &data.funding[opened..closed],
            detail: data.detail.slice(detail),
        }
    }
}

/// The candles that open from `open_ms` on and before `close_ms`, looked for from `at` on.
fn within(candles: &Candles, at: usize, open_ms: i64, close_ms: i64) -> std::ops::Range<usize> {
    let start = at_or_after(&candles.open_time_ms, at, open_ms);
    start..at_or_after(&candles.open_time_ms, start, close_ms)
}

/// The first of these times from `at` on that is not before `time_ms`. It is mostly one of the next, so it is looked
/// for in ever longer steps.
fn at_or_after(times: &[i64], mut at: usize, time_ms: i64) -> usize {
    let mut step = 1;
    while times.get(at + step - 1).is_some_and(|time| *time < time_ms) {
        at += step;
        step *= 2;
    }
    let end = times.len().min(at + step - 1);
    at + times[at..end].partition_point(|time| *time < time_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_from_anywhere_before_them() {
        let times: Vec<i64> = (0..100).map(|index| index * 10).collect();
        for at in [0, 1, 7, 50, 99, 100] {
            for time_ms in -5..1_005 {
                let expected = at + times[at..].iter().take_while(|time| **time < time_ms).count();
                assert_eq!(at_or_after(&times, at, time_ms), expected, "{time_ms} from {at}");
            }
        }
    }
}
