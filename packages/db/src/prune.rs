//! The way out for good: old rows of a series, a bounded number at a time, so that others have their turn.

use market::Series;
use rusqlite::params;

use crate::columns::{OF_SERIES, names, seconds_at_or_after};
use crate::{Data, DbError, Store};

/// The table of a kind of candles; funding is small, and kept.
fn table(data: Data) -> Option<&'static str> {
    match data {
        Data::Candles => Some("ohlcv_data"),
        Data::Mark => Some("mark_prices"),
        Data::Funding => None,
    }
}

impl Store {
    /// How many candles or mark prices of a series open before `before_ms`, Unix milliseconds.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn count_before(&self, series: &Series, data: Data, before_ms: i64) -> Result<u64, DbError> {
        let Some(table) = table(data) else { return Ok(0) };
        let (exchange, symbol, timeframe) = names(series);
        self.read(|connection| {
            let sql = format!("SELECT count(*) FROM {table} WHERE {OF_SERIES} AND timestamp < ?4");
            let args = params![exchange, symbol, timeframe, seconds_at_or_after(before_ms)];
            connection.prepare_cached(&sql)?.query_row(args, |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
        })
    }

    /// Deletes the oldest candles or mark prices of a series that open before `before_ms`, Unix milliseconds: `most` of
    /// them at most. Gives how many; none when there are none any more.
    ///
    /// # Errors
    /// When the database refuses; then none of these is deleted.
    pub fn delete_before(&mut self, series: &Series, data: Data, before_ms: i64, most: u32) -> Result<u64, DbError> {
        let Some(table) = table(data) else { return Ok(0) };
        let (exchange, symbol, timeframe) = names(series);
        self.write(|transaction| {
            let sql = format!(
                "DELETE FROM {table} WHERE {OF_SERIES} AND timestamp <= (SELECT max(timestamp) FROM (
                     SELECT timestamp FROM {table} WHERE {OF_SERIES} AND timestamp < ?4 ORDER BY timestamp LIMIT ?5))"
            );
            let args = params![exchange, symbol, timeframe, seconds_at_or_after(before_ms), most];
            Ok(transaction.prepare_cached(&sql)?.execute(args)? as u64)
        })
    }
}

#[cfg(test)]
mod tests {
    use market::{Candle, Timeframe};

    use super::*;

    #[test]
    fn the_oldest_go_first_and_never_more_than_asked() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path().join("x.db")).unwrap();
        let series = Series::new("binance", "BTC/USDT".parse().unwrap(), Timeframe::M1);
        let other = Series { timeframe: Timeframe::M5, ..series.clone() };
        let candle = |minute: i64| Candle {
            open_time_ms: minute * 60_000,
            open: 1.0,
            high: 1.0,
            low: 1.0,
            close: 1.0,
            volume: 0.0,
        };
        let candles: Vec<Candle> = (0..100).step_by(5).map(candle).collect();
        for series in [&series, &other] {
            store.insert_closed(series, &candles).unwrap();
            store.insert_marks(series, &candles).unwrap();
        }
        for data in [Data::Candles, Data::Mark] {
            let before_ms = 50 * 60_000;
            assert_eq!(store.count_before(&series, data, before_ms).unwrap(), 10);
            let gone: Vec<u64> = (0..4).map(|_| store.delete_before(&series, data, before_ms, 4).unwrap()).collect();
            assert_eq!(gone, [4, 4, 2, 0]);
            assert_eq!(store.count_before(&series, data, i64::MAX).unwrap(), 10);
            assert_eq!(store.count_before(&other, data, i64::MAX).unwrap(), 20);
        }
        assert_eq!(store.candles(&series, None, None).unwrap().open_time_ms[0], 50 * 60_000);
        assert_eq!(store.delete_before(&series, Data::Funding, i64::MAX, 9).unwrap(), 0);
    }
}
