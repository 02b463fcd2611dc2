//! The way out for good: old rows of a series, a bounded number at a time, so that others have their turn.

use market::Series;
use rusqlite::params;

use crate::columns::{CANDLES, MARKS, OF_SERIES, Table, names, seconds, seconds_at_or_after};
use crate::origins::cut::cut;
use crate::{Data, DbError, Store};

/// The table of a kind of candles; funding is small, and kept.
fn table(data: Data) -> Option<&'static Table> {
    match data {
        Data::Candles => Some(&CANDLES),
        Data::Mark => Some(&MARKS),
        Data::Funding => None,
    }
}

impl Store {
    /// How many candles or mark prices of a series open before `before_ms`, Unix milliseconds.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn count_before(&self, series: &Series, data: Data, before_ms: i64) -> Result<u64, DbError> {
        let Some(Table { name, .. }) = table(data) else { return Ok(0) };
        let (exchange, symbol, timeframe) = names(series);
        self.read(|connection| {
            let sql = format!("SELECT count(*) FROM {name} WHERE {OF_SERIES} AND timestamp < ?4");
            let args = params![exchange, symbol, timeframe, seconds_at_or_after(before_ms)];
            connection.prepare_cached(&sql)?.query_row(args, |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
        })
    }

    /// Deletes the oldest candles or mark prices of a series that open before `before_ms`, Unix milliseconds: `most` of
    /// them at most, and takes them out of the stretches of their origins. Gives how many; none when there are none any more.
    ///
    /// # Errors
    /// When the database refuses; then none of these is deleted.
    pub fn delete_before(&mut self, series: &Series, data: Data, before_ms: i64, most: u32) -> Result<u64, DbError> {
        let Some(Table { name, closed, .. }) = table(data) else { return Ok(0) };
        let names = names(series);
        self.write(|transaction| {
            let sql = format!(
                "DELETE FROM {name} WHERE {OF_SERIES} AND timestamp <= (SELECT max(timestamp) FROM (
                     SELECT timestamp FROM {name} WHERE {OF_SERIES} AND timestamp < ?4 ORDER BY timestamp LIMIT ?5))
                 RETURNING timestamp, {closed}"
            );
            let mut delete = transaction.prepare_cached(&sql)?;
            let mut rows = delete.query(params![names.0, names.1, names.2, seconds_at_or_after(before_ms), most])?;
            let (mut deleted, mut last_s, mut final_s) = (0, i64::MIN, Vec::new());
            while let Some(row) = rows.next()? {
                let time_s: i64 = row.get(0)?;
                deleted += 1;
                last_s = time_s.max(last_s);
                // A candle that was forming came from nowhere yet.
                if row.get(1)? {
                    final_s.push(time_s);
                }
            }
            if deleted > 0 {
                let left_from_ms = series.timeframe.next_open(last_s.saturating_mul(1_000));
                cut(transaction, &names, data, final_s, seconds(left_from_ms))?;
            }
            Ok(deleted)
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
            store.insert_closed(series, &candles, &crate::Origin::rest(0)).unwrap();
            store.insert_marks(series, &candles, &crate::Origin::rest(0)).unwrap();
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
