//! The limits of exchanges, which all processes on a machine keep together.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ::limits::{Limits, Shared, SharedError, Silence, SilenceKind};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{DbError, Store};

/// How long a request waits for its turn at the count; whoever waits longer counts alone for a while.
const PATIENCE: Duration = Duration::from_millis(250);

const COLUMNS: &str =
    "weight_limit, minute, used_weight, told_minute, traded_minute, silence, silent_until_ms, exchange, address";

/// What is known of the limits of one exchange at one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitsStatus {
    /// As ccxt names it.
    pub exchange: String,
    /// Where it is asked.
    pub address: String,
    /// Its limits.
    pub limits: Limits,
}

/// The limits in a store that may not be there yet, over a connection of their own.
#[derive(Debug)]
pub struct SharedLimits {
    path: PathBuf,
    /// Held for one short transaction, never over an await.
    store: Mutex<Option<Store>>,
}

impl SharedLimits {
    /// The limits in the store at `path`. Nothing is opened yet, and no file is ever made.
    #[must_use]
    pub fn new(path: impl AsRef<Path>) -> Self {
        SharedLimits { path: path.as_ref().to_owned(), store: Mutex::new(None) }
    }

    fn open(&self) -> Result<Store, SharedError> {
        if !self.path.is_file() {
            return Err(SharedError::NotThere);
        }
        let store = Store::open_existing(&self.path).map_err(|error| failed(&error))?;
        store.set_patience(PATIENCE).and_then(|()| store.copy_late()).map_err(|error| failed(&error))?;
        Ok(store)
    }
}

impl Shared for SharedLimits {
    fn update(
        &self,
        exchange: &str,
        address: &str,
        new: &Limits,
        change: &mut dyn FnMut(&mut Limits),
    ) -> Result<(), SharedError> {
        let mut slot = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let store = match &mut *slot {
            Some(store) => store,
            None => slot.insert(self.open()?),
        };
        store.update_limits(exchange, address, new, change).map_err(|error| failed(&error))
    }
}

fn failed(error: &DbError) -> SharedError {
    SharedError::Failed(error.to_string())
}

impl Store {
    /// Changes what is known of the limits of `exchange` at `address`, alone among all processes; `new` is where
    /// nothing is known yet.
    ///
    /// # Errors
    /// When the database refuses; then nothing has changed.
    pub fn update_limits(
        &mut self,
        exchange: &str,
        address: &str,
        new: &Limits,
        change: &mut dyn FnMut(&mut Limits),
    ) -> Result<(), DbError> {
        self.write(|transaction| {
            let sql = format!("SELECT {COLUMNS} FROM limits WHERE exchange = ?1 AND address = ?2");
            let known = transaction.prepare_cached(&sql)?.query_row(params![exchange, address], limits).optional()?;
            let mut changed = known.clone().unwrap_or_else(|| new.clone());
            change(&mut changed);
            if known.as_ref() == Some(&changed) { Ok(()) } else { put(transaction, exchange, address, &changed) }
        })
    }

    /// The limits of every exchange that was asked, by exchange and address.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn limits(&self) -> Result<Vec<LimitsStatus>, DbError> {
        self.read(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM limits ORDER BY exchange, address");
            let mut select = connection.prepare_cached(&sql)?;
            let status =
                |row: &Row<'_>| Ok(LimitsStatus { exchange: row.get(7)?, address: row.get(8)?, limits: limits(row)? });
            select.query_map([], status)?.collect()
        })
    }
}

fn put(connection: &Connection, exchange: &str, address: &str, limits: &Limits) -> rusqlite::Result<()> {
    let sql = format!("INSERT OR REPLACE INTO limits ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    let Limits { weight_limit, minute, used_weight, told_minute, traded_minute, silence } = limits;
    let (kind, until_ms) = (silence.map(|silence| silence.kind.name()), silence.map(|silence| silence.until_ms));
    let row = params![weight_limit, minute, used_weight, told_minute, traded_minute, kind, until_ms, exchange, address];
    connection.prepare_cached(&sql)?.execute(row).map(|_| ())
}

/// The limits in the first columns of a row.
fn limits(row: &Row<'_>) -> rusqlite::Result<Limits> {
    let kind: Option<String> = row.get(5)?;
    // A kind that a newer program knows is a silence all the same.
    let kind = kind.map(|name| SilenceKind::of_name(&name).unwrap_or(SilenceKind::Blocked));
    Ok(Limits {
        weight_limit: row.get(0)?,
        minute: row.get(1)?,
        used_weight: row.get(2)?,
        told_minute: row.get(3)?,
        traded_minute: row.get(4)?,
        silence: kind.zip(row.get(6)?).map(|(kind, until_ms)| Silence { kind, until_ms }),
    })
}
