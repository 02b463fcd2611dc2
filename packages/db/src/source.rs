//! The store as a strategy sees it: closed candles of one exchange.

use market::{CandleSource, Candles, Series, SourceError, Symbol, Timeframe};
use rusqlite::{OptionalExtension, params};

use crate::Store;
use crate::columns::{OF_SERIES, names, possible_ms, seconds_at_or_after};

/// The closed candles of one exchange in a store.
#[derive(Debug, Clone, Copy)]
pub struct ExchangeCandles<'a> {
    store: &'a Store,
    exchange: &'a str,
}

impl Store {
    /// The candles of one exchange, for a strategy to read.
    #[must_use]
    pub fn of_exchange<'a>(&'a self, exchange: &'a str) -> ExchangeCandles<'a> {
        ExchangeCandles { store: self, exchange }
    }
}

impl CandleSource for ExchangeCandles<'_> {
    fn candles(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        from_ms: Option<i64>,
        to_ms: Option<i64>,
    ) -> Result<Candles, SourceError> {
        let series = Series::new(self.exchange, symbol.clone(), timeframe);
        Ok(self.store.candles(&series, from_ms, to_ms)?)
    }

    fn open_time_before(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        before_ms: i64,
        n: usize,
    ) -> Result<Option<i64>, SourceError> {
        let series = Series::new(self.exchange, symbol.clone(), timeframe);
        let (exchange, symbol, timeframe) = names(&series);
        let nth = self.store.read(|connection| {
            let sql = format!(
                "SELECT min(timestamp) FROM (
                     SELECT timestamp FROM ohlcv_data WHERE {OF_SERIES} AND timestamp < ?4 AND closed = 1
                     ORDER BY timestamp DESC LIMIT ?5) HAVING count(*) > 0"
            );
            let mut select = connection.prepare_cached(&sql)?;
            let limit = i64::try_from(n).unwrap_or(i64::MAX);
            let args = params![exchange, symbol, timeframe, seconds_at_or_after(before_ms), limit];
            select.query_row(args, |row| possible_ms(row, 0)).optional()
        })?;
        Ok(nth)
    }
}

#[cfg(test)]
mod tests {
    use market::Candle;

    use super::*;

    #[test]
    fn the_nth_candle_before_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path().join("x.db")).unwrap();
        let symbol: Symbol = "BTC/USDT".parse().unwrap();
        let candle = |hour: i64| Candle {
            open_time_ms: hour * 3_600_000,
            open: 1.0,
            high: 1.0,
            low: 1.0,
            close: 1.0,
            volume: 0.0,
        };
        let series = Series::new("binance", symbol.clone(), Timeframe::H1);
        store.insert_closed(&series, &[candle(1), candle(2), candle(5)], &crate::Origin::rest(0)).unwrap();
        let source = store.of_exchange("binance");
        let before = |hour: i64, n| source.open_time_before(&symbol, Timeframe::H1, hour * 3_600_000, n).unwrap();
        assert_eq!(before(1, 1), None);
        assert_eq!(before(5, 1), Some(2 * 3_600_000));
        assert_eq!(before(9, 2), Some(2 * 3_600_000));
        assert_eq!(before(9, usize::MAX), Some(3_600_000));
        assert_eq!(source.candles(&symbol, Timeframe::H1, Some(3_600_001), None).unwrap().len(), 2);
    }
}
