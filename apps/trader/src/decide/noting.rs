//! Notes the base candles that a runner reads, so that exactly those are booked, and keeps from it those that
//! came into the store after the account had gone on without them.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use db::ExchangeCandles;
use market::{CandleSource, Candles, Series, SourceError, Symbol, Timeframe};

/// The base candles of a part of the account's past, as the ledger has them.
pub(super) struct Booked {
    /// Which candles.
    pub(super) base: Series,
    /// The part: open times, Unix milliseconds.
    pub(super) range: Range<i64>,
    /// Open times of those that the account saw, in order.
    pub(super) times_ms: Vec<i64>,
}

impl Booked {
    fn is_late(&self, open_time_ms: i64) -> bool {
        self.range.contains(&open_time_ms) && self.times_ms.binary_search(&open_time_ms).is_err()
    }
}

/// A source that keeps what was read first: the runner begins with its base candles.
pub(super) struct Noting<'a> {
    inner: ExchangeCandles<'a>,
    booked: Booked,
    noted: RefCell<Option<Candles>>,
    late_ms: Cell<Option<i64>>,
}

impl<'a> Noting<'a> {
    pub(super) fn new(inner: ExchangeCandles<'a>, booked: Booked) -> Self {
        Noting { inner, booked, noted: RefCell::new(None), late_ms: Cell::new(None) }
    }

    /// The base candles, and the first that was kept back.
    pub(super) fn noted(self) -> (Candles, Option<i64>) {
        (self.noted.into_inner().unwrap_or_default(), self.late_ms.get())
    }

    fn without_late(&self, candles: Candles) -> Candles {
        let late = candles.open_time_ms.iter().copied().find(|time_ms| self.booked.is_late(*time_ms));
        let Some(late_ms) = late else { return candles };
        self.late_ms.set(self.late_ms.get().or(Some(late_ms)));
        candles.iter().filter(|candle| !self.booked.is_late(candle.open_time_ms)).collect()
    }
}

impl CandleSource for Noting<'_> {
    fn candles(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        from_ms: Option<i64>,
        to_ms: Option<i64>,
    ) -> Result<Candles, SourceError> {
        let mut candles = self.inner.candles(symbol, timeframe, from_ms, to_ms)?;
        if (symbol, timeframe) == (&self.booked.base.symbol, self.booked.base.timeframe) {
            candles = self.without_late(candles);
        }
        self.noted.borrow_mut().get_or_insert_with(|| candles.clone());
        Ok(candles)
    }

    fn open_time_before(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        before_ms: i64,
        n: usize,
    ) -> Result<Option<i64>, SourceError> {
        self.inner.open_time_before(symbol, timeframe, before_ms, n)
    }
}
