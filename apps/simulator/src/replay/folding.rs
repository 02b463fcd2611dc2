//! Base candles into a longer bar, one after the other: what is closed is added once.

use market::Timeframe;

use super::{Bar, Market};

/// A bar of one timeframe that is asked for again and again while time goes on.
#[derive(Debug, Clone)]
pub(crate) struct Folding {
    /// Timeframe of the bar.
    pub(crate) timeframe: Timeframe,
    open_ms: i64,
    /// The closed candles so far.
    closed: Option<Bar>,
    /// Index of the first candle that is not in `closed`.
    next_index: usize,
}

impl Folding {
    /// Nothing folded yet.
    pub(crate) fn new(timeframe: Timeframe) -> Self {
        Folding { timeframe, open_ms: i64::MIN, closed: None, next_index: 0 }
    }

    /// The bar that opens at `open_ms` as it is at `now_ms`; `None` when it has no candle yet.
    /// Times asked for must not run back within a bar.
    pub(crate) fn at(&mut self, market: &Market, open_ms: i64, now_ms: i64) -> Option<Bar> {
        if self.open_ms != open_ms {
            *self = Folding { open_ms, closed: None, ..*self };
            self.next_index = market.tape.index_at_or_after(open_ms);
        }
        let close_ms = self.timeframe.next_open(open_ms);
        while let Some((bar, is_closed)) = market.base_bar(self.next_index, now_ms) {
            if bar.candle.open_time_ms >= close_ms {
                break;
            }
            let sum = self.with(&bar, market.decimals.volume);
            if !is_closed {
                return Some(sum);
            }
            self.closed = Some(sum);
            self.next_index += 1;
        }
        self.closed
    }

    fn with(&self, bar: &Bar, volume_decimals: u32) -> Bar {
        let Some(mut sum) = self.closed else {
            let mut first = *bar;
            first.candle.open_time_ms = self.open_ms;
            return first;
        };
        sum.add(bar, volume_decimals);
        sum
    }
}
