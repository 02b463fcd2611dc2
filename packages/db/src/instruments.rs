//! What each market allows, as the exchange last told it.

use market::{Instrument, Symbol};
use rusqlite::{OptionalExtension, params};

use crate::columns::parsed;
use crate::{DbError, Store};

impl Store {
    /// Stores instruments of an exchange, in place of what was known of them.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn put_instruments(&mut self, exchange: &str, instruments: &[Instrument], now_ms: i64) -> Result<(), DbError> {
        self.write(|transaction| {
            let mut replace = transaction.prepare_cached(
                "INSERT OR REPLACE INTO instruments
                     (exchange, symbol, tick, lot, min_quantity, min_notional, active, updated_at_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            for Instrument { symbol, tick, lot, min_quantity, min_notional, active } in instruments {
                replace.execute(params![
                    exchange,
                    symbol.to_string(),
                    tick.to_string(),
                    lot.to_string(),
                    min_quantity.to_string(),
                    min_notional.to_string(),
                    active,
                    now_ms
                ])?;
            }
            Ok(())
        })
    }

    /// What the exchange allows for a symbol, if it was ever asked.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn instrument(&self, exchange: &str, symbol: &Symbol) -> Result<Option<Instrument>, DbError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT tick, lot, min_quantity, min_notional, active FROM instruments WHERE exchange = ?1 AND symbol = ?2",
            )?;
            let instrument = select.query_row(params![exchange, symbol.to_string()], |row| {
                Ok(Instrument {
                    symbol: symbol.clone(),
                    tick: parsed(row, 0)?,
                    lot: parsed(row, 1)?,
                    min_quantity: parsed(row, 2)?,
                    min_notional: parsed(row, 3)?,
                    active: row.get(4)?,
                })
            });
            instrument.optional()
        })
    }

    /// When the exchange told of a symbol last, by its own clock, Unix milliseconds; `None` if it never did.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn instrument_told_ms(&self, exchange: &str, symbol: &Symbol) -> Result<Option<i64>, DbError> {
        self.read(|connection| {
            let sql = "SELECT updated_at_ms FROM instruments WHERE exchange = ?1 AND symbol = ?2";
            let mut select = connection.prepare_cached(sql)?;
            select.query_row(params![exchange, symbol.to_string()], |row| row.get(0)).optional()
        })
    }
}
