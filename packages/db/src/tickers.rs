//! The newest best prices of each market.

use market::{Symbol, Ticker};
use rusqlite::{OptionalExtension, params};

use crate::{DbError, Store};

impl Store {
    /// Stores the newest ticker of a symbol; an older one than is there changes nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn put_ticker(&mut self, exchange: &str, symbol: &Symbol, ticker: &Ticker) -> Result<(), DbError> {
        let Ticker { time_ms, bid, bid_size, ask, ask_size, last } = *ticker;
        self.write(|transaction| {
            let mut upsert = transaction.prepare_cached(
                "INSERT INTO ticker_data (exchange, symbol, time_ms, bid, bid_size, ask, ask_size, last)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT DO UPDATE SET time_ms = ?3, bid = ?4, bid_size = ?5, ask = ?6, ask_size = ?7, last = ?8
                 WHERE time_ms <= ?3",
            )?;
            upsert.execute(params![exchange, symbol.to_string(), time_ms, bid, bid_size, ask, ask_size, last])?;
            Ok(())
        })
    }

    /// The newest ticker of a symbol.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn ticker(&self, exchange: &str, symbol: &Symbol) -> Result<Option<Ticker>, DbError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT time_ms, bid, bid_size, ask, ask_size, last FROM ticker_data WHERE exchange = ?1 AND symbol = ?2",
            )?;
            let ticker = select.query_row(params![exchange, symbol.to_string()], |row| {
                Ok(Ticker {
                    time_ms: row.get(0)?,
                    bid: row.get(1)?,
                    bid_size: row.get(2)?,
                    ask: row.get(3)?,
                    ask_size: row.get(4)?,
                    last: row.get(5)?,
                })
            });
            ticker.optional()
        })
    }
}
