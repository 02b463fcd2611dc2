//! Accounts: one strategy on one symbol, from one candle on.

use market::{Symbol, Timeframe};
use rusqlite::{OptionalExtension, Row, params};

use crate::columns::parsed;
use crate::{DbError, Store};

/// The number of an account in its store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountId(pub(crate) i64);

/// What an account is. It never changes: another strategy or other settings are another account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name, unique in the store.
    pub name: String,
    /// The exchange, as ccxt names it.
    pub exchange: String,
    /// The symbol it trades.
    pub symbol: Symbol,
    /// The timeframe it decides on.
    pub timeframe: Timeframe,
    /// Name of the strategy.
    pub strategy: String,
    /// BLAKE3 of the strategy's file, hexadecimal.
    pub strategy_hash: String,
    /// Cash, fees, steps and params, as JSON.
    pub settings: String,
    /// Open time of the first candle that it sees, Unix milliseconds.
    pub started_ms: i64,
}

const COLUMNS: &str = "id, name, exchange, symbol, timeframe, strategy, strategy_hash, settings, started_ms";

impl Store {
    /// Every account, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn accounts(&self) -> Result<Vec<Account>, DbError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM accounts ORDER BY name"))?;
            select.query_map([], |row| Ok(account(row)?.1))?.collect()
        })
    }

    /// The account of a name.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn account(&self, name: &str) -> Result<Option<(AccountId, Account)>, DbError> {
        self.read(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM accounts WHERE name = ?1");
            connection.prepare_cached(&sql)?.query_row([name], account).optional()
        })
    }

    /// Opens an account, or gives the one that has its name already, unchanged.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn open_account(&mut self, wanted: &Account) -> Result<(AccountId, Account), DbError> {
        let Account { name, exchange, strategy, strategy_hash, settings, started_ms, .. } = wanted;
        let (symbol, timeframe) = (wanted.symbol.to_string(), wanted.timeframe.name());
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO accounts (name, exchange, symbol, timeframe, strategy, strategy_hash, settings, started_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (name) DO NOTHING",
                params![name, exchange, symbol, timeframe, strategy, strategy_hash, settings, started_ms],
            )?;
            let sql = format!("SELECT {COLUMNS} FROM accounts WHERE name = ?1");
            transaction.query_row(&sql, [name], account)
        })
    }
}

fn account(row: &Row<'_>) -> rusqlite::Result<(AccountId, Account)> {
    let account = Account {
        name: row.get(1)?,
        exchange: row.get(2)?,
        symbol: parsed(row, 3)?,
        timeframe: parsed(row, 4)?,
        strategy: row.get(5)?,
        strategy_hash: row.get(6)?,
        settings: row.get(7)?,
        started_ms: row.get(8)?,
    };
    Ok((AccountId(row.get(0)?), account))
}
