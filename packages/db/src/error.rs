//! What can go wrong with the store, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use market::{CandleFault, FundingFault, Series, Symbol, format_utc};
use rusqlite::{ErrorCode, ffi};

/// Why the store did not do it. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// There is no file.
    #[error(
        "there is no database at {path}: fill one with `backfiller fetch` or `backfiller import`, or name another with --db"
    )]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Another process held the file for too long. Trying again later is right.
    #[error("{path} stayed locked by another process: stop what writes to it for so long, or try again later")]
    Locked {
        /// The database.
        path: PathBuf,
    },
    /// Someone reads an old state of the store and does not end. Many rows can wait, and are not added meanwhile.
    #[error(
        "{path} is being read by a program that does not come to an end, and its write-ahead log has grown to {} MiB: end that program, such as a database browser with an open query, and run again; what was stored before is whole",
        bytes >> 20
    )]
    LogFull {
        /// The database.
        path: PathBuf,
        /// The log's size.
        bytes: u64,
    },
    /// The file is not the one that was opened: someone moved, removed or replaced it, or its log.
    #[error(
        "{path} or its -wal file was moved, removed or replaced while it was open: nothing more is written to it; start again to go on with the file that is there now"
    )]
    Moved {
        /// The database.
        path: PathBuf,
    },
    /// The disk is full. What was committed before is whole.
    #[error("no space is left on the disk for {path}: free some and run again; what was stored before is whole")]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{path} is not a SQLite database: name another file with --db, or move this one away")]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file is a database of another program. Nothing was changed in it.
    #[error("{path} is a SQLite database of another program, and stays as it was: name another file with --db")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file system cannot hold a store that several processes share.
    #[error(
        "{path} lies on a file system without shared memory, such as a network share (SQLite stays in journal mode `{mode}`): put the database on a local disk"
    )]
    NoWal {
        /// The database.
        path: PathBuf,
        /// The journal mode that SQLite stays in.
        mode: String,
    },
    /// The file system is one on which a shared store is damaged sooner or later.
    #[error(
        "{path} lies on a file system ({kind}) that several processes cannot share a database on: put the database on a local disk, in a container on a named volume"
    )]
    UnsafeFileSystem {
        /// The database.
        path: PathBuf,
        /// What the system calls the file system.
        kind: String,
    },
    /// The file was a database and is broken.
    #[error("{path} is damaged: restore it from a backup, or move it away and backfill again")]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file or its folder cannot be opened or written.
    #[error("cannot open {path}: check that the folder exists and that you may write to it and to the file")]
    CannotOpen {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The folder of the database cannot be made.
    #[error("cannot make the folder {path} for the database")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A newer program wrote the file.
    #[error("{path} has schema {found}, this program knows up to {known}: use the newer program")]
    TooNew {
        /// The database.
        path: PathBuf,
        /// Its schema.
        found: i32,
        /// The newest schema this program knows.
        known: i32,
    },
    /// This program was linked with a SQLite that can lose data.
    #[error("SQLite {found} can lose committed data with several writers: build with {needed} or newer")]
    OldSqlite {
        /// What it is linked with.
        found: &'static str,
        /// The least that is safe.
        needed: &'static str,
    },
    /// The schema could not be brought up to date.
    #[error("cannot bring the schema of {path} up to date")]
    Migration {
        /// The database.
        path: PathBuf,
        /// What the migration says.
        source: Box<refinery::Error>,
    },
    /// A candle that is impossible or off the grid was offered; nothing of its batch was stored.
    #[error("a candle of {series} at {} is not possible", format_utc(*open_time_ms))]
    BadCandle {
        /// Where it was to go.
        series: Box<Series>,
        /// Its open time, Unix milliseconds.
        open_time_ms: i64,
        /// What is wrong with it.
        source: CandleFault,
    },
    /// A funding rate that is impossible was offered; nothing of its batch was stored.
    #[error("a funding rate of {exchange} {symbol} at {} is not possible", format_utc(*time_ms))]
    BadFunding {
        /// The exchange it was to go to.
        exchange: String,
        /// Its symbol.
        symbol: Symbol,
        /// Its time, Unix milliseconds.
        time_ms: i64,
        /// What is wrong with it.
        source: FundingFault,
    },
    /// A correction of a closed candle that is not there.
    #[error("there is no closed candle of {series} at {} to correct", format_utc(*open_time_ms))]
    NoCandle {
        /// Where it was looked for.
        series: Box<Series>,
        /// Its open time, Unix milliseconds.
        open_time_ms: i64,
    },
    /// A file is there already that was not to be replaced.
    #[error("{path} is there already, and stays as it is: name another file, or replace it with --force")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A store that is to be replaced is open, here or in another process.
    #[error("{path} is a store in use, and stays as it is: stop what uses it, or name another file")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// A copy was to get a name that SQLite takes for its own.
    #[error(
        "{path} ends with {ending}: SQLite gives such names to its own files beside a database, and removes what has one, \
         so a copy would be lost: name another file, such as one that ends with .db"
    )]
    NameOfSqlite {
        /// The file.
        path: PathBuf,
        /// How its name ends.
        ending: &'static str,
    },
    /// A row has a value that none of these programs writes.
    #[error(
        "{path} has a row that another program wrote, with a value of another kind: find it with sqlite3, by typeof() of \
         its columns and the size of its timestamp, which is in seconds, and delete it"
    )]
    ForeignRow {
        /// The file.
        path: PathBuf,
        /// Which kind of value, in which column of what was asked for.
        source: rusqlite::Error,
    },
    /// A copy was made and is damaged, as must be what it was made of.
    #[error("{path} is not whole ({told}), and nothing was replaced: restore from another backup")]
    NotWhole {
        /// The file.
        path: PathBuf,
        /// What SQLite says of it.
        told: String,
    },
    /// A file cannot be read, written, named or removed.
    #[error("cannot use the file {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Anything else that SQLite refuses.
    #[error("the database {path} refused")]
    Sqlite {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

impl DbError {
    /// Sorts an error of SQLite by what the caller can do.
    pub(crate) fn from_sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        // The index of the write-ahead log that cannot grow is told as an I/O error.
        if source.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_IOERR_SHMSIZE) {
            return DbError::Full { path };
        }
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => DbError::Locked { path },
            Some(ErrorCode::DiskFull) => DbError::Full { path },
            Some(ErrorCode::NotADatabase) => DbError::NotADatabase { path },
            Some(ErrorCode::DatabaseCorrupt) => DbError::Damaged { path, source },
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                DbError::CannotOpen { path, source }
            }
            None if is_of_value(&source) => DbError::ForeignRow { path, source },
            _ => DbError::Sqlite { path, source },
        }
    }
}

/// Whether it is a value that is wrong, and not the database.
fn is_of_value(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
    matches!(error, FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..))
}
