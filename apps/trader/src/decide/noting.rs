//! Notes the base candles that a runner reads, so that exactly those are booked.

use std::cell::RefCell;

use db::ExchangeCandles;
use market::{CandleSource, Candles, SourceError, Symbol, Timeframe};

/// A source that keeps what was read first: the runner begins with its base candles.
pub(super) struct Noting<'a> {
    inner: ExchangeCandles<'a>,
    noted: RefCell<Option<Candles>>,
}

impl<'a> Noting<'a> {
    pub(super) fn new(inner: ExchangeCandles<'a>) -> Self {
        Noting { inner, noted: RefCell::new(None) }
    }

    /// The base candles.
    pub(super) fn noted(self) -> Candles {
        self.noted.into_inner().unwrap_or_default()
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
        let candles = self.inner.candles(symbol, timeframe, from_ms, to_ms)?;
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
