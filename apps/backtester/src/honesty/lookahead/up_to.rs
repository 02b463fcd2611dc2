//! Candles that end at some time.

use market::{CandleSource, Candles, SourceError, Symbol, Timeframe};

/// The candles that have closed by some time: there is no later one, whoever asks.
pub(super) struct UpTo<'a> {
    pub(super) source: &'a dyn CandleSource,
    /// Unix milliseconds.
    pub(super) close_ms: i64,
}

impl CandleSource for UpTo<'_> {
    fn candles(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        from_ms: Option<i64>,
        to_ms: Option<i64>,
    ) -> Result<Candles, SourceError> {
        let candles = self.source.candles(symbol, timeframe, from_ms, to_ms)?;
        let closed = |open_ms: &i64| timeframe.next_open(*open_ms) <= self.close_ms;
        let end = candles.open_time_ms.partition_point(closed);
        let closed = candles.slice(0..end);
        Ok((0..closed.len()).map(|index| closed.get(index)).collect())
    }

    fn open_time_before(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        before_ms: i64,
        n: usize,
    ) -> Result<Option<i64>, SourceError> {
        self.source.open_time_before(symbol, timeframe, before_ms.min(self.close_ms), n)
    }
}

#[cfg(test)]
mod tests {
    use market::Candle;

    use super::*;

    fn candles(count: i64) -> Candles {
        let candle = |hour: i64| Candle {
            open_time_ms: hour * 3_600_000,
            open: 1.0,
            high: 1.0,
            low: 1.0,
            close: 1.0,
            volume: 1.0,
        };
        (0..count).map(candle).collect()
    }

    /// Everything there is, by timeframe alike.
    struct All(Candles);

    impl CandleSource for All {
        fn candles(
            &self,
            _symbol: &Symbol,
            _timeframe: Timeframe,
            _from_ms: Option<i64>,
            _to_ms: Option<i64>,
        ) -> Result<Candles, SourceError> {
            Ok(self.0.clone())
        }

        fn open_time_before(
            &self,
            _symbol: &Symbol,
            _timeframe: Timeframe,
            before_ms: i64,
            _n: usize,
        ) -> Result<Option<i64>, SourceError> {
            Ok(Some(before_ms))
        }
    }

    #[test]
    fn only_what_has_closed_is_there() {
        let all = All(candles(50));
        let cut = UpTo { source: &all, close_ms: 10 * 3_600_000 };
        let symbol: Symbol = "BTC/USDT".parse().unwrap();
        let count = |timeframe| cut.candles(&symbol, timeframe, None, None).unwrap().len();
        // The candle that opens at nine closes at ten; a four-hour one that opens then does not.
        assert_eq!((count(Timeframe::H1), count(Timeframe::H4)), (10, 7));
        assert_eq!(cut.open_time_before(&symbol, Timeframe::H1, i64::MAX, 1).unwrap(), Some(10 * 3_600_000));
    }
}
