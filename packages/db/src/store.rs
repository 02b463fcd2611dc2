//! One connection to the store: how every database is opened, read and written.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::identity::Identity;
use crate::write_ahead::{WriteAhead, copy_in_time, wait_for_turns};
use crate::{DbError, file_system, migrate};

/// Page cache of a connection in KiB: a trader holds little, and has to stay small.
const CACHE_KIB: i64 = 1_024;
/// The pages of a new store. Candles come in order, and SQLite shares those of the last pages out among them again and again
/// before it begins another: less often where more fit on each. A single candle is written as a page, so it is not larger.
const PAGE_BYTES: i64 = 8_192;
/// What the write-ahead log may keep on disk once it was emptied.
const JOURNAL_LIMIT_BYTES: i64 = 32 * 1_024 * 1_024;
/// Prepared statements kept: more than the package has.
const STATEMENT_CACHE: usize = 128;
/// Times the switch to the write-ahead log is tried while other processes open the same new file.
const WAL_ATTEMPTS: u32 = 200;
const WAL_PAUSE: Duration = Duration::from_millis(10);
/// Before this one, a writer beside a checkpoint could lose committed data.
const LEAST_SQLITE: (i32, &str) = (3_051_003, "3.51.3");

/// One connection to the store. It can be sent to another thread, not shared between threads.
#[derive(Debug)]
pub struct Store {
    pub(crate) connection: Connection,
    path: PathBuf,
    pub(crate) write_ahead: WriteAhead,
    identity: Identity,
}

impl Store {
    /// Opens the store at `path` for candles, makes file and folder where there are none, and
    /// brings the schema up to date. After a power cut the newest commits may be missing, which
    /// the next backfill heals; a crash of the process loses nothing.
    ///
    /// # Errors
    /// When the file cannot be opened, is no database or another program's, is too new, lies on a
    /// file system that cannot hold it, or stays locked.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DbError> {
        let path = path.as_ref();
        make_folder(path)?;
        Self::connect(path, OpenFlags::SQLITE_OPEN_CREATE, "NORMAL")
    }

    /// As [`Store::open`], and every commit is on the disk before the call returns: for a ledger,
    /// whose facts nobody can ask for again.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_ledger(path: impl AsRef<Path>) -> Result<Self, DbError> {
        let path = path.as_ref();
        make_folder(path)?;
        Self::connect(path, OpenFlags::SQLITE_OPEN_CREATE, "FULL")
    }

    /// Opens a store that is there, and brings an older schema up to date.
    ///
    /// # Errors
    /// [`DbError::Missing`] when there is no file; otherwise as [`Store::open`].
    pub fn open_existing(path: impl AsRef<Path>) -> Result<Self, DbError> {
        let path = path.as_ref();
        if !path.is_file() {
            return Err(DbError::Missing { path: path.to_owned() });
        }
        Self::connect(path, OpenFlags::empty(), "NORMAL")
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits no longer than this for a turn to write.
    pub(crate) fn set_patience(&self, patience: Duration) -> Result<(), DbError> {
        self.connection.busy_timeout(patience).map_err(|source| DbError::from_sqlite(&self.path, source))
    }

    fn connect(path: &Path, create: OpenFlags, synchronous: &str) -> Result<Self, DbError> {
        if rusqlite::version_number() < LEAST_SQLITE.0 {
            return Err(DbError::OldSqlite { found: rusqlite::version(), needed: LEAST_SQLITE.1 });
        }
        file_system::check(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
        let wrap = |source| DbError::from_sqlite(path, source);
        let mut connection = Connection::open_with_flags(path, flags).map_err(wrap)?;
        wait_for_turns(&mut connection).map_err(wrap)?;
        migrate::refuse_foreign(&connection, path)?;
        // A store that is there keeps the pages that it has.
        connection.pragma_update(None, "page_size", PAGE_BYTES).map_err(wrap)?;
        let mode = switch_to_wal(&connection).map_err(wrap)?;
        if mode != "wal" {
            return Err(DbError::NoWal { path: path.to_owned(), mode });
        }
        prepare(&connection, synchronous).map_err(wrap)?;
        migrate::to_latest(&mut connection, path)?;
        let write_ahead = WriteAhead::of(&connection);
        let identity = Identity::of(path, write_ahead.path().to_owned());
        Ok(Store { connection, path: path.to_owned(), write_ahead, identity })
    }

    /// Runs `work` in one write transaction: all of it is stored, or nothing.
    pub(crate) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, DbError> {
        let Store { connection, path, write_ahead, identity } = self;
        identity.check()?;
        let mut before_bytes = 0;
        let transaction = || {
            // Immediate, because a read that turns into a write fails at once when another writes.
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            before_bytes = write_ahead.bytes();
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        let value = transaction().map_err(|source| DbError::from_sqlite(path, source))?;
        write_ahead.keep_small(connection, before_bytes);
        Ok(value)
    }

    /// Runs `work` over one state of the store, whatever others write meanwhile.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, DbError> {
        let snapshot = || {
            let transaction = self.connection.unchecked_transaction()?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        snapshot().map_err(|source| DbError::from_sqlite(&self.path, source))
    }
}

fn make_folder(path: &Path) -> Result<(), DbError> {
    match path.parent() {
        Some(folder) => {
            fs::create_dir_all(folder).map_err(|source| DbError::Folder { path: folder.to_owned(), source })
        }
        None => Ok(()),
    }
}

fn prepare(connection: &Connection, synchronous: &str) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // Pages of the file can be read as rows of a table; nobody may write them so.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    copy_in_time(connection)?;
    connection.pragma_update(None, "journal_size_limit", JOURNAL_LIMIT_BYTES)
}

/// The switch needs the file alone for a moment and does not wait for it by itself. Gives the mode
/// that the database is in: SQLite refuses the switch without an error where it cannot share memory.
fn switch_to_wal(connection: &Connection) -> rusqlite::Result<String> {
    let mut attempt = 1;
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0)) {
            Err(error) if is_busy(&error) && attempt < WAL_ATTEMPTS => {
                attempt += 1;
                std::thread::sleep(WAL_PAUSE);
            }
            result => return result,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(store: &Store, pragma: &str, expected: &str) {
        let value: rusqlite::types::Value =
            store.connection.pragma_query_value(None, pragma, |row| row.get(0)).unwrap();
        let text = match value {
            rusqlite::types::Value::Integer(number) => number.to_string(),
            rusqlite::types::Value::Text(text) => text,
            other => panic!("{other:?}"),
        };
        assert_eq!(text, expected, "{pragma}");
    }

    #[test]
    fn every_store_is_opened_the_same_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        for (store, synchronous) in
            [(Store::open(&path), "1"), (Store::open_existing(&path), "1"), (Store::open_ledger(&path), "2")]
        {
            let store = store.unwrap();
            check(&store, "synchronous", synchronous);
            check(&store, "journal_mode", "wal");
            check(&store, "foreign_keys", "1");
            check(&store, "trusted_schema", "0");
            check(&store, "mmap_size", "0");
            check(&store, "cache_size", "-1024");
            check(&store, "journal_size_limit", "33554432");
            check(&store, "page_size", "8192");
            check(&store, "wal_autocheckpoint", "512");
            let page = "UPDATE sqlite_dbpage SET data = zeroblob(8192) WHERE pgno = 2";
            assert!(store.connection.execute(page, []).is_err(), "pages cannot be written");
        }
    }

    #[test]
    fn a_database_that_cannot_have_a_write_ahead_log_is_refused() {
        // A database in memory is one, and stays quietly as it is.
        let error = Store::connect(Path::new(":memory:"), OpenFlags::SQLITE_OPEN_CREATE, "NORMAL").unwrap_err();
        assert!(matches!(&error, DbError::NoWal { mode, .. } if mode == "memory"), "{error}");
        assert!(error.to_string().contains("put the database on a local disk"), "{error}");
    }

    #[test]
    fn sqlite_is_new_enough() {
        assert!(rusqlite::version_number() >= LEAST_SQLITE.0, "{}", rusqlite::version());
    }
}
