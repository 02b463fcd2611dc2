//! Brings the schema up to date, also when several processes open a new file at once.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use crate::DbError;

mod embedded {
    refinery::embed_migrations!("../../migrations");
}

/// What every store begins with: `V1__candles.sql`.
const FIRST_MIGRATION: &str = "candles";
/// Times a migration is tried: the loser of a race finds the work done when it looks again.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(20);

/// Applies what is missing. A file that is up to date is only read.
pub(crate) fn to_latest(connection: &mut Connection, path: &Path) -> Result<(), DbError> {
    let runner = embedded::migrations::runner().set_grouped(true);
    let mut attempt = 1;
    loop {
        if refuse_newer(connection, path)? {
            return Ok(());
        }
        connection.set_transaction_behavior(TransactionBehavior::Immediate);
        let result = runner.run(connection);
        connection.set_transaction_behavior(TransactionBehavior::Deferred);
        match result {
            Err(source) if attempt == ATTEMPTS => return Err(failed(path, source)),
            Err(_) => std::thread::sleep(PAUSE),
            Ok(_) => {}
        }
        attempt += 1;
    }
}

/// Refuses a store of a newer program; tells whether it is up to date.
pub(crate) fn refuse_newer(connection: &Connection, path: &Path) -> Result<bool, DbError> {
    let known = embedded::migrations::runner().get_migrations().iter().map(refinery::Migration::version).max();
    let known = known.unwrap_or(0);
    let found = version(connection).map_err(|source| DbError::from_sqlite(path, source))?;
    if found > known {
        return Err(DbError::TooNew { path: path.to_owned(), found, known });
    }
    Ok(found == known)
}

/// Refuses a database that has tables of somebody else's, before anything is changed in it.
pub(crate) fn refuse_foreign(connection: &Connection, path: &Path) -> Result<(), DbError> {
    let is_foreign = is_foreign(connection).map_err(|source| DbError::from_sqlite(path, source))?;
    if is_foreign { Err(DbError::Foreign { path: path.to_owned() }) } else { Ok(()) }
}

/// A store is empty or begins with our first migration: others use the same tool for theirs.
fn is_foreign(connection: &Connection) -> rusqlite::Result<bool> {
    let exists = |sql: &str| connection.query_row(sql, [], |_| Ok(())).optional().map(|found| found.is_some());
    if !exists("SELECT 1 FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")? {
        return Ok(false);
    }
    if !exists("SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history'")? {
        return Ok(true);
    }
    let history = "SELECT name FROM refinery_schema_history ORDER BY version LIMIT 1";
    let first: Option<String> = connection.query_row(history, [], |row| row.get(0)).optional()?;
    Ok(first.is_some_and(|first| first != FIRST_MIGRATION))
}

/// The newest migration that the file has; 0 for a new file.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i32> {
    let history = "SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history'";
    if connection.query_row(history, [], |_| Ok(())).optional()?.is_none() {
        return Ok(0);
    }
    let newest = "SELECT coalesce(max(version), 0) FROM refinery_schema_history";
    connection.query_row(newest, [], |row| row.get(0))
}

/// A full disk or a lock is told as such, not as a fault of the schema.
fn failed(path: &Path, error: refinery::Error) -> DbError {
    if let refinery::error::Kind::Connection(_, source) = error.kind()
        && let Some(rusqlite::Error::SqliteFailure(failure, message)) = source.downcast_ref::<rusqlite::Error>()
    {
        let sorted = DbError::from_sqlite(path, rusqlite::Error::SqliteFailure(*failure, message.clone()));
        if !matches!(sorted, DbError::Sqlite { .. }) {
            return sorted;
        }
    }
    DbError::Migration { path: path.to_owned(), source: Box::new(error) }
}
