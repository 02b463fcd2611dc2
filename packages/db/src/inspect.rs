//! What SQLite says of the file itself: whether it is whole, and where its bytes are.

use rusqlite::Connection;

use crate::{DbError, Store};

/// The most faults that are told: what has more is to be restored, not mended.
const MOST_FAULTS: u32 = 20;

/// How large a table is, its indexes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSize {
    /// Its name.
    pub name: String,
    /// How many rows.
    pub rows: u64,
    /// How many bytes of the file, free ones in its pages included.
    pub bytes: u64,
}

impl Store {
    /// What is wrong with the file, in SQLite's words; nothing when it is whole. Reads all of it.
    ///
    /// # Errors
    /// When it cannot be read at all.
    pub fn faults(&self) -> Result<Vec<String>, DbError> {
        self.read(|connection| {
            let mut check = connection.prepare(&format!("PRAGMA integrity_check({MOST_FAULTS})"))?;
            let told: Vec<String> = check.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            let mut faults: Vec<String> = told.into_iter().filter(|line| line != "ok").collect();
            let mut orphans = connection
                .prepare(&format!("SELECT \"table\", parent FROM pragma_foreign_key_check LIMIT {MOST_FAULTS}"))?;
            let orphan = |row: &rusqlite::Row<'_>| {
                let (table, parent): (String, String) = (row.get(0)?, row.get(1)?);
                Ok(format!("a row of {table} belongs to one of {parent} that is not there"))
            };
            for orphan in orphans.query_map([], orphan)? {
                faults.push(orphan?);
            }
            Ok(faults)
        })
    }

    /// Every table with its rows and bytes, the largest first. Reads all of the file.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn table_sizes(&self) -> Result<Vec<TableSize>, DbError> {
        self.read(|connection| {
            // The built-in SQLite has this table of pages; an index counts for its table.
            let mut select = connection.prepare(
                "SELECT tbl_name, sum(dbstat.pgsize) AS bytes FROM dbstat JOIN sqlite_schema USING (name)
                 WHERE dbstat.aggregate = TRUE GROUP BY tbl_name ORDER BY bytes DESC, tbl_name",
            )?;
            let sizes = select.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
            let sizes: Vec<(String, u64)> = sizes.collect::<rusqlite::Result<_>>()?;
            sizes
                .into_iter()
                .map(|(name, bytes)| Ok(TableSize { rows: rows(connection, &name)?, name, bytes }))
                .collect()
        })
    }
}

/// The rows of a table.
pub(crate) fn rows(connection: &Connection, table: &str) -> rusqlite::Result<u64> {
    let sql = format!("SELECT count(*) FROM \"{}\"", table.replace('"', "\"\""));
    connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
}

#[cfg(test)]
mod tests {
    use market::{Candle, Series, Timeframe};

    use super::*;

    #[test]
    fn a_whole_file_and_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path().join("x.db")).unwrap();
        let candle = |minute: i64| {
            let price = 90_000.0 + minute as f64 / 100.0;
            Candle { open_time_ms: minute * 60_000, open: price, high: price, low: price, close: price, volume: 0.123 }
        };
        let candles: Vec<Candle> = (0..20_000).map(candle).collect();
        let series = Series::new("binance", "BTC/USDT".parse().unwrap(), Timeframe::M1);
        store.insert_closed(&series, &candles, &crate::Origin::rest(0)).unwrap();
        assert_eq!(store.faults().unwrap(), Vec::<String>::new());
        let sizes = store.table_sizes().unwrap();
        assert_eq!((sizes[0].name.as_str(), sizes[0].rows), ("ohlcv_data", 20_000));
        let bytes_per_row = sizes[0].bytes as f64 / 20_000.0;
        assert!((70.0..90.0).contains(&bytes_per_row), "{bytes_per_row}");
        let total: u64 = sizes.iter().map(|table| table.bytes).sum();
        let pages: i64 =
            store.read(|connection| connection.query_row("PRAGMA page_count", [], |row| row.get(0))).unwrap();
        assert!(total <= pages as u64 * 8_192 && total + 8 * 8_192 > pages as u64 * 8_192, "{total} of {pages} pages");
    }

    #[test]
    fn what_belongs_to_nothing_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        let store = Store::open(&path).unwrap();
        let careless = Connection::open(&path).unwrap();
        careless.pragma_update(None, "foreign_keys", false).unwrap();
        careless.execute("INSERT INTO equity (account, candle_time_ms, equity) VALUES (7, 0, 1.0)", []).unwrap();
        assert_eq!(store.faults().unwrap(), ["a row of equity belongs to one of accounts that is not there"]);
    }
}
