//! The closed candles of one series in a stretch of time, of whichever table: page by page, or row by row where the
//! pages are not as expected.

use market::{Candle, Candles, Places};
use rusqlite::{CachedStatement, Connection, ToSql};

use crate::columns::{Names, OF_SERIES, Table, candle};
use crate::pages::{self, Unexpected};

/// The rows of one series whose time is at or after `from_s` and before `to_s`, Unix seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range<'a> {
    pub(crate) table: &'a Table,
    pub(crate) names: &'a Names<'a>,
    pub(crate) from_s: i64,
    pub(crate) to_s: i64,
}

impl Range<'_> {
    /// The `most` oldest closed candles, rising, with room made for `room`. In a transaction.
    pub(crate) fn oldest(&self, connection: &Connection, most: usize, room: usize) -> rusqlite::Result<Candles> {
        pages::oldest(connection, self, most, room).or_else(|Unexpected| self.oldest_by_row(connection, most, room))
    }

    /// Whether the closed candles could be read page by page into `places`, rising. In a transaction.
    pub(crate) fn fill(&self, connection: &Connection, places: &mut Places<'_>) -> bool {
        pages::fill(connection, self, places).is_ok()
    }

    /// The `most` newest closed candles, rising. In a transaction.
    pub(crate) fn newest(&self, connection: &Connection, most: usize) -> rusqlite::Result<Candles> {
        let newest_first =
            pages::newest(connection, self, most).or_else(|Unexpected| self.newest_by_row(connection, most))?;
        Ok(newest_first.into_iter().rev().collect())
    }

    fn oldest_by_row(&self, connection: &Connection, most: usize, room: usize) -> rusqlite::Result<Candles> {
        let mut select = self.select(connection, "ASC")?;
        let mut rows = select.query(self.parameters(&limit(most)).as_slice())?;
        let mut candles = Candles::with_capacity(room);
        while let Some(row) = rows.next()? {
            candles.push(candle(row)?);
        }
        Ok(candles)
    }

    fn newest_by_row(&self, connection: &Connection, most: usize) -> rusqlite::Result<Vec<Candle>> {
        let mut select = self.select(connection, "DESC")?;
        select.query_map(self.parameters(&limit(most)).as_slice(), candle)?.collect()
    }

    fn select<'c>(&self, connection: &'c Connection, order: &str) -> rusqlite::Result<CachedStatement<'c>> {
        let Table { name, columns, closed, .. } = self.table;
        connection.prepare_cached(&format!(
            "SELECT {columns} FROM {name} WHERE {OF_SERIES} AND timestamp >= ?4 AND timestamp < ?5 AND {closed}
             ORDER BY timestamp {order} LIMIT ?6"
        ))
    }

    fn parameters<'p>(&'p self, limit: &'p i64) -> [&'p dyn ToSql; 6] {
        let (exchange, symbol, timeframe) = self.names;
        [exchange, symbol, timeframe, &self.from_s, &self.to_s, limit]
    }
}

fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use market::{Candle, Series, Timeframe};
    use proptest::prelude::*;

    use super::*;
    use crate::Store;
    use crate::columns::{CANDLES, MARKS, names};

    const SYMBOLS: [&str; 4] = ["BTC/USDT", "BTC/USDT:USDT", "ETH/USDT", "1000000MOG/USDT"];
    const MINUTE_MS: i64 = 60_000;

    /// A value as it comes: with a fraction, whole, very large, very small, nothing.
    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            0.0..1e6,
            (0..100_000_u32).prop_map(f64::from),
            Just(1e300),
            Just(1e-300),
            Just(0.0),
            Just(9_007_199_254_740_993.0)
        ]
    }

    fn candle(minute: i64, price: f64, volume: f64) -> Candle {
        let price = price.max(1e-8);
        Candle {
            open_time_ms: minute * MINUTE_MS,
            open: price,
            high: price * 2.0,
            low: price / 2.0,
            close: price,
            volume,
        }
    }

    /// A store with candles and mark prices of several series; of each the last candle is still forming.
    fn store(path: &std::path::Path, rows: &[(usize, i64, f64, f64)]) -> Store {
        let mut store = Store::open(path).unwrap();
        for (index, symbol) in SYMBOLS.iter().enumerate() {
            let series = Series::new("binance", symbol.parse().unwrap(), Timeframe::M1);
            let mut candles: Vec<Candle> =
                rows.iter().filter(|row| row.0 == index).map(|row| candle(row.1, row.2, row.3)).collect();
            candles.sort_by_key(|candle| candle.open_time_ms);
            candles.dedup_by_key(|candle| candle.open_time_ms);
            store.insert_closed(&series, &candles, &crate::Origin::rest(0)).unwrap();
            store.insert_marks(&series, &candles, &crate::Origin::rest(0)).unwrap();
            store.put_forming(&series, &candle(5_000, 1.0, 1.0)).unwrap();
        }
        store
    }

    #[track_caller]
    fn check(store: &Store, symbol: &str, from_s: i64, to_s: i64, most: usize) {
        let series = Series::new("binance", symbol.parse().unwrap(), Timeframe::M1);
        for table in [&CANDLES, &MARKS] {
            let range = Range { table, names: &names(&series), from_s, to_s };
            store
                .read(|connection| {
                    let oldest = pages::oldest(connection, &range, most, 0).expect("pages can be read");
                    assert_eq!(oldest, range.oldest_by_row(connection, most, 0)?, "{range:?}, oldest {most}");
                    let newest = pages::newest(connection, &range, most).expect("pages can be read");
                    assert_eq!(newest, range.newest_by_row(connection, most)?, "{range:?}, newest {most}");
                    Ok(())
                })
                .unwrap();
        }
    }

    fn rows(most: usize) -> impl Strategy<Value = Vec<(usize, i64, f64, f64)>> {
        prop::collection::vec((0..SYMBOLS.len(), -100..4_000_i64, value(), value()), 0..most)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn pages_give_what_rows_give(
            rows in rows(3_000),
            ranges in prop::collection::vec((0..SYMBOLS.len(), -200..5_100_i64, 0..5_100_i64, 0..400_usize), 20),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let store = store(&folder.path().join("x.db"), &rows);
            for (index, from, length, most) in ranges {
                check(&store, SYMBOLS[index], from * 60, (from + length) * 60, most);
            }
            for symbol in SYMBOLS {
                check(&store, symbol, i64::MIN, i64::MAX, usize::MAX);
            }
        }

        /// Whatever stands in a file, reading its pages ends, and does not panic.
        #[test]
        fn a_damaged_file_is_read_to_an_end(
            rows in rows(1_000),
            seed in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..200),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.db");
            drop(store(&path, &rows));
            let mut bytes = std::fs::read(&path).unwrap();
            for (place, byte) in seed {
                // The first page says what the file is; without it nothing is opened.
                let place = 8_192 + place.index(bytes.len() - 8_192);
                bytes[place] = byte;
            }
            std::fs::write(&path, &bytes).unwrap();
            let connection = Connection::open(&path).unwrap();
            for symbol in SYMBOLS {
                let series = Series::new("binance", symbol.parse().unwrap(), Timeframe::M1);
                let range = Range { table: &CANDLES, names: &names(&series), from_s: i64::MIN, to_s: i64::MAX };
                // What it gives does not matter here: a damaged file is told by `check`.
                let _ = pages::oldest(&connection, &range, usize::MAX, 0);
                let _ = pages::newest(&connection, &range, usize::MAX);
            }
        }
    }

    #[test]
    fn long_names_and_neighbours_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path().join("x.db")).unwrap();
        let long = format!("{}/USDT", "A".repeat(200));
        let all = [long.as_str(), "A/USDT", "AA/USDT", "A/USD"];
        let candles: Vec<Candle> = (0..500).map(|minute| candle(minute, 1.5, 2.0)).collect();
        for symbol in all {
            let series = Series::new("binance", symbol.parse().unwrap(), Timeframe::M1);
            store.insert_closed(&series, &candles, &crate::Origin::rest(0)).unwrap();
        }
        for symbol in all {
            check(&store, symbol, i64::MIN, i64::MAX, usize::MAX);
            check(&store, symbol, 60 * 17, 60 * 230, 100);
        }
        check(&store, "B/USDT", i64::MIN, i64::MAX, usize::MAX);
    }

    #[test]
    fn a_range_is_of_one_state_while_others_write() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        let series = Series::new("binance", "BTC/USDT".parse().unwrap(), Timeframe::M1);
        let reader = store(&path, &[(0, 1, 1.0, 1.0), (0, 2, 1.0, 1.0)]);
        let mut writer = Store::open(&path).unwrap();
        let names = names(&series);
        let range = Range { table: &CANDLES, names: &names, from_s: i64::MIN, to_s: i64::MAX };
        let read = |connection: &Connection| pages::oldest(connection, &range, usize::MAX, 0).expect("pages").len();
        reader
            .read(|connection| {
                assert_eq!(read(connection), 2);
                let candles: Vec<Candle> = (3..4_000).map(|minute| candle(minute, 1.0, 1.0)).collect();
                writer.insert_closed(&series, &candles, &crate::Origin::rest(0)).unwrap();
                assert_eq!(read(connection), 2, "the transaction began before");
                Ok(())
            })
            .unwrap();
        assert_eq!(reader.read(|connection| Ok(read(connection))).unwrap(), 3_999);
    }

    #[test]
    fn a_table_of_another_shape_is_read_row_by_row() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        let store = store(&path, &[(0, 1, 3.0, 1.0)]);
        store
            .connection
            .execute_batch("ALTER TABLE ohlcv_data ADD COLUMN note TEXT; UPDATE ohlcv_data SET note = 'x';")
            .unwrap();
        let series = Series::new("binance", "BTC/USDT".parse().unwrap(), Timeframe::M1);
        let range = Range { table: &CANDLES, names: &names(&series), from_s: i64::MIN, to_s: i64::MAX };
        assert!(pages::oldest(&store.connection, &range, 9, 0).is_err());
        assert_eq!(range.oldest(&store.connection, 9, 0).unwrap().open, [3.0]);
        assert_eq!(range.newest(&store.connection, 9).unwrap().open, [3.0]);
    }
}
