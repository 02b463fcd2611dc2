//! The write-ahead log, kept small, and the turns of those that write it.
//!
//! SQLite puts what is committed behind the log and copies it into the database later, as far as no reader still
//! needs the older state. It begins anew at the log's start in a moment in which nobody reads it. Under many readers that
//! moment never comes by itself, and a reader that stands still keeps the log growing with every write. So, by the log's size:
//!
//! - from [`EMPTIED_FROM`] on, whoever makes it pass another [`STEP`] empties it, which keeps others waiting a moment;
//! - from [`MOST_FOR_MANY`] on, what comes in many rows waits, and is told to come back: a backfill can;
//! - from [`MOST_FOR_FORMING`] on, forming candles are left out: they are there for eyes.
//!
//! Closes and the ledger are always written: a year of them is no more than some megabytes.

mod flusher;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, Transaction};

use crate::{DbError, Store};
use flusher::Flusher;

const MIB: u64 = 1_024 * 1_024;
/// The size from which on the log is emptied on purpose; below, SQLite does well by itself.
const EMPTIED_FROM: u64 = 32 * MIB;
/// The growth between two such attempts, whoever writes.
const STEP: u64 = 8 * MIB;
/// How long an attempt may keep writers waiting for readers.
const EMPTYING_PATIENCE: Duration = Duration::from_millis(10);
/// The size up to which many rows may be added at once.
const MOST_FOR_MANY: u64 = 128 * MIB;
/// Times that many rows look for room, and the wait between: five seconds, so that Ctrl-C is heard.
const ROOM_ATTEMPTS: u32 = 25;
const ROOM_PAUSE: Duration = Duration::from_millis(180);
/// How long each of these may keep writers waiting.
const ROOM_PATIENCE: Duration = Duration::from_millis(20);
/// The size up to which forming candles are written.
const MOST_FOR_FORMING: u64 = 192 * MIB;

/// Looks for the turn of a writer, closely first: SQLite's own pauses grow until they miss every gap that a busy
/// writer leaves. Together ten seconds.
const CLOSE_LOOKS: i32 = 200;
const LOOKS: i32 = 2_000;
const CLOSE_PAUSE: Duration = Duration::from_millis(1);
const PAUSE: Duration = Duration::from_millis(5);
/// The gap that a writer of many rows leaves where others write too, and the rows after which it does: a turn of some ten
/// milliseconds. Who writes fewer at a time, as pages come from an exchange, leaves gaps by itself.
const GAP: Duration = Duration::from_millis(3);
const ROWS_BETWEEN_GAPS: usize = 20_000;

/// The rows after which the disk is told to begin with the log: some five megabytes of it.
const ROWS_BETWEEN_FLUSHES: usize = 60_000;

/// The page cache in KiB of a connection that writes many rows: it holds a batch.
const CACHE_KIB_FOR_MANY: i64 = 4_096;
/// The size from which on SQLite copies the log after a write.
const COPIED_FROM: u32 = 4 * MIB as u32;
/// The same for many rows, so that the disk is waited for less often. With the batch that makes it so long, the log is still no
/// longer than what it may keep: cutting it would only let the disk look for the same room again.
const COPIED_FROM_FOR_MANY: u32 = 30 * MIB as u32;

/// Where a store's log is, and what was seen of others.
#[derive(Debug)]
pub(crate) struct WriteAhead {
    path: PathBuf,
    /// Whether the connection is set up for many rows.
    is_for_many: bool,
    /// Rows that were written since the last gap.
    rows_since_gap: usize,
    /// Changes when another connection has written.
    seen_version: i64,
    /// Whether nobody else has written lately.
    is_alone: bool,
    /// Rows that were written since the last early flush.
    rows_since_flush: usize,
    flusher: Option<Flusher>,
}

impl WriteAhead {
    /// Of an open database.
    pub(crate) fn of(connection: &Connection) -> Self {
        // SQLite follows links, and puts the log beside the file itself.
        WriteAhead {
            path: format!("{}-wal", connection.path().unwrap_or_default()).into(),
            is_for_many: false,
            rows_since_gap: 0,
            seen_version: 0,
            is_alone: false,
            rows_since_flush: 0,
            flusher: None,
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Its size; 0 where there is none yet.
    pub(crate) fn bytes(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |file| file.len())
    }

    /// Lets the disk begin with what was written, so that it is waited for less when the log is copied. Not where others
    /// write, who would wait for the disk then.
    fn flush_early(&mut self, rows: usize) {
        self.rows_since_flush += rows;
        if self.is_alone && self.rows_since_flush >= ROWS_BETWEEN_FLUSHES {
            self.rows_since_flush = 0;
            self.flusher.get_or_insert_with(|| Flusher::start(self.path.clone())).flush();
        }
    }

    /// Empties a log that has just grown from `before_bytes` past another step. It is tried, no more: the write is done.
    pub(crate) fn keep_small(&self, connection: &mut Connection, before_bytes: u64) {
        let bytes = self.bytes();
        if bytes >= EMPTIED_FROM && bytes / STEP > before_bytes / STEP {
            empty(connection, EMPTYING_PATIENCE);
        }
    }
}

/// Lets a connection wait for its turn.
pub(crate) fn wait_for_turns(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_handler(Some(|looks| {
        thread::sleep(if looks < CLOSE_LOOKS { CLOSE_PAUSE } else { PAUSE });
        looks < LOOKS
    }))
}

/// Lets a connection copy the log in time.
pub(crate) fn copy_in_time(connection: &Connection) -> rusqlite::Result<()> {
    copy_from(connection, COPIED_FROM)
}

fn copy_from(connection: &Connection, bytes: u32) -> rusqlite::Result<()> {
    let page_bytes: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    connection.pragma_update(None, "wal_autocheckpoint", bytes / page_bytes.max(1))
}

/// Copies the log into the database and cuts it to nothing, where no reader stands in the way for longer than this.
fn empty(connection: &mut Connection, patience: Duration) {
    // Whatever goes wrong here is told by the next write, if it lasts.
    let _ = connection.busy_timeout(patience);
    // What nobody reads any more is copied first, which keeps no writer waiting.
    let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    let _ = wait_for_turns(connection);
}

impl Store {
    /// As [`Store::write`], of so many `rows`: waits for room in the log, and gives way to others afterwards.
    pub(crate) fn write_many<T>(
        &mut self,
        rows: usize,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, DbError> {
        self.prepare_for_many()?;
        self.wait_for_room()?;
        let value = self.write(work)?;
        self.write_ahead.flush_early(rows);
        self.give_way(rows)?;
        Ok(value)
    }

    /// Whether a forming candle still may make the log longer.
    pub(crate) fn has_room_for_forming(&mut self) -> bool {
        if self.write_ahead.bytes() < MOST_FOR_FORMING {
            return true;
        }
        empty(&mut self.connection, Duration::ZERO);
        self.write_ahead.bytes() < MOST_FOR_FORMING
    }

    fn prepare_for_many(&mut self) -> Result<(), DbError> {
        if std::mem::replace(&mut self.write_ahead.is_for_many, true) {
            return Ok(());
        }
        let set = self.connection.pragma_update(None, "cache_size", -CACHE_KIB_FOR_MANY);
        set.map_err(|source| DbError::from_sqlite(self.path(), source))?;
        self.copy_late()
    }

    /// Lets the log become as long as one who writes many rows has it, so that others beside it do not copy it sooner.
    pub(crate) fn copy_late(&self) -> Result<(), DbError> {
        copy_from(&self.connection, COPIED_FROM_FOR_MANY).map_err(|source| DbError::from_sqlite(self.path(), source))
    }

    /// Looks once whether there is room in the log for many rows, and empties it where that makes some. Whoever adds
    /// many rows looks by itself, for five seconds: this is for those who wait longer.
    ///
    /// # Errors
    /// [`DbError::LogFull`] when there is none.
    pub fn look_for_room(&mut self) -> Result<(), DbError> {
        if self.write_ahead.bytes() < MOST_FOR_MANY {
            return Ok(());
        }
        empty(&mut self.connection, ROOM_PATIENCE);
        match self.write_ahead.bytes() {
            bytes if bytes < MOST_FOR_MANY => Ok(()),
            bytes => Err(DbError::LogFull { path: self.path().to_owned(), bytes }),
        }
    }

    fn wait_for_room(&mut self) -> Result<(), DbError> {
        for _ in 1..ROOM_ATTEMPTS {
            if self.look_for_room().is_ok() {
                return Ok(());
            }
            thread::sleep(ROOM_PAUSE);
        }
        self.look_for_room()
    }

    /// Leaves others a gap where there are any: alone, a backfill need not.
    fn give_way(&mut self, rows: usize) -> Result<(), DbError> {
        self.write_ahead.rows_since_gap += rows;
        if self.write_ahead.rows_since_gap < ROWS_BETWEEN_GAPS {
            return Ok(());
        }
        self.write_ahead.rows_since_gap = 0;
        let version = self.read(|connection| {
            connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get::<_, i64>(0))
        })?;
        self.write_ahead.is_alone = std::mem::replace(&mut self.write_ahead.seen_version, version) == version;
        if !self.write_ahead.is_alone {
            thread::sleep(GAP);
        }
        Ok(())
    }
}
