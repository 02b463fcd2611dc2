//! Whole copies of a store: a backup while others write, and the way back.
//!
//! A copy is one state of the store, whatever is written meanwhile: a read transaction is held open over all of it. It
//! is made beside its place, opened again, checked, counted, and only then named: at any moment there is the old file
//! or the new one, each whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use files::{Draft, folder_of, with_ending};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use crate::{DbError, Store, inspect, migrate};

/// Pages copied between two looks at whether to go on: 16 MiB of those of a new store.
const STEP_PAGES: i32 = 2_048;
/// How long a file that someone holds is waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);
/// What is there beside a database that is open, or was when its process died.
const SIDE_FILES: [&str; 2] = ["-wal", "-shm"];
/// How the names end of what SQLite may have beside a database, and removes when it opens that.
const NAMES_OF_SQLITE: [&str; 3] = ["-journal", "-wal", "-shm"];

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Every table by name, with its rows.
    pub tables: Vec<(String, u64)>,
    /// The size of the copy.
    pub bytes: u64,
}

/// Is told how many pages are copied, of how many; says whether to go on.
pub type Watch<'a> = dyn FnMut(u64, u64) -> bool + 'a;

impl Store {
    /// Copies one state of the store to `to`, and checks the copy. Others read and write meanwhile. The copy is one
    /// file that needs no other beside it, and gives others no more permissions than the store does. `None` when
    /// `watch` says to stop; then nothing is left.
    ///
    /// # Errors
    /// - [`DbError::Exists`] when there is a file, unless `replace`.
    /// - [`DbError::InUse`] when `to` is a store that is open.
    /// - [`DbError::NameOfSqlite`] when SQLite may remove a file of that name.
    /// - [`DbError::NotWhole`] when the copy is damaged. The store must be so too.
    /// - [`DbError::Folder`] or [`DbError::File`] when a file cannot be written.
    pub fn backup(&self, to: &Path, replace: bool, watch: &mut Watch<'_>) -> Result<Option<Copied>, DbError> {
        let to = &place_of(to)?;
        let is_open = SIDE_FILES.iter().any(|ending| with_ending(to, ending).exists());
        if is_open || same_file(self.path(), to) {
            return Err(DbError::InUse { path: to.to_owned() });
        }
        if to.exists() && !replace {
            return Err(DbError::Exists { path: to.to_owned() });
        }
        let Some((mut draft, copied)) = self.read_whole(|source| checked_copy(source, self.path(), to, watch))? else {
            return Ok(None);
        };
        limit(&mut draft, self.path())?;
        // Another backup may have been made meanwhile.
        let taken = if replace { draft.take_place() } else { draft.take_free_place() };
        match taken {
            Ok(()) => Ok(Some(copied)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(DbError::Exists { path: to.to_owned() }),
            Err(source) => Err(DbError::File { path: to.to_owned(), source }),
        }
    }

    /// Makes the store at `to` what the copy at `from` is, of this schema or an older one. The store that was there,
    /// damaged or not, stays whole until the new one takes its place in one step, and gets its permissions. Where none
    /// was, others get no more permissions than the copy gives them. `None` when `watch` says to stop.
    ///
    /// # Errors
    /// - [`DbError::Exists`] when there is a file, unless `replace`.
    /// - [`DbError::InUse`] when another process has the store open.
    /// - [`DbError::NameOfSqlite`] when SQLite may remove a file of that name.
    /// - [`DbError::NotWhole`], [`DbError::Foreign`], [`DbError::TooNew`] or [`DbError::NotADatabase`] when the copy is
    ///   no good one.
    /// - [`DbError::Folder`] or [`DbError::File`] when a file cannot be read or written.
    pub fn restore(from: &Path, to: &Path, replace: bool, watch: &mut Watch<'_>) -> Result<Option<Copied>, DbError> {
        File::open(from).map_err(|source| DbError::File { path: from.to_owned(), source })?;
        let to = &place_of(to)?;
        if to.exists() && !replace {
            return Err(DbError::Exists { path: to.to_owned() });
        }
        if same_file(from, to) {
            return Err(DbError::InUse { path: from.to_owned() });
        }
        let wrap = |source| DbError::from_sqlite(from, source);
        let mut source = open(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        migrate::refuse_foreign(&source, from)?;
        migrate::refuse_newer(&source, from)?;
        // An empty file is an empty database to SQLite.
        if migrate::version(&source).map_err(wrap)? == 0 {
            return Err(DbError::NotWhole { path: from.to_owned(), told: "it holds no store".to_owned() });
        }
        let snapshot = source.transaction().map_err(wrap)?;
        let Some((mut draft, copied)) = checked_copy(&snapshot, from, to, watch)? else { return Ok(None) };
        if !to.exists() {
            limit(&mut draft, from)?;
        }
        // Held until the new file is in its place, so that nobody writes to the old one any more.
        let _alone = if to.exists() { alone(to)? } else { None };
        // What is left of a log belongs to the old file, and would be read into the new one.
        for ending in SIDE_FILES {
            remove(&with_ending(to, ending))?;
        }
        draft.take_place().map_err(|source| DbError::File { path: to.to_owned(), source })?;
        Ok(Some(copied))
    }

    /// As `read`, for work that fails in other ways too.
    fn read_whole<T>(&self, work: impl FnOnce(&Connection) -> Result<T, DbError>) -> Result<T, DbError> {
        self.read(|connection| Ok(work(connection)))?
    }
}

/// What a file holds is as private in a copy of it.
fn limit(draft: &mut Draft, path: &Path) -> Result<(), DbError> {
    draft.limit_to(path).map_err(|source| DbError::File { path: path.to_owned(), source })
}

/// Copies a state that stays as it is meanwhile to a file beside `to`, opens that again, and compares.
fn checked_copy(
    source: &Connection,
    path: &Path,
    to: &Path,
    watch: &mut Watch<'_>,
) -> Result<Option<(Draft, Copied)>, DbError> {
    let wrap = |source| DbError::from_sqlite(path, source);
    // Counting begins the read transaction, which the copy then goes on in.
    let tables = rows(source).map_err(wrap)?;
    let draft = Draft::of(to).map_err(|source| DbError::Folder { path: folder_of(to).to_owned(), source })?;
    let mut copy = open(draft.path(), OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    if !run(source, &mut copy, watch).map_err(|source| DbError::from_sqlite(draft.path(), source))? {
        return Ok(None);
    }
    // Without a log, it is one file, and can be read from where nothing can be written.
    let alone = copy.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get::<_, String>(0));
    alone.map_err(|source| DbError::from_sqlite(draft.path(), source))?;
    drop(copy);
    let copied = check(draft.path())?;
    if copied.tables != tables {
        let told = "the copy has other rows than the store".to_owned();
        return Err(DbError::NotWhole { path: path.to_owned(), told });
    }
    Ok(Some((draft, copied)))
}

/// Copies page by page; false when `watch` says to stop.
fn run(source: &Connection, copy: &mut Connection, watch: &mut Watch<'_>) -> rusqlite::Result<bool> {
    let backup = Backup::new(source, copy)?;
    loop {
        let step = backup.step(STEP_PAGES)?;
        let progress = backup.progress();
        let total = u64::from(progress.pagecount.unsigned_abs());
        if !watch(total - u64::from(progress.remaining.unsigned_abs()), total) {
            return Ok(false);
        }
        match step {
            StepResult::Done => return Ok(true),
            StepResult::More => {}
            // Nobody else knows the copy, and readers of the store wait for no one.
            _ => {
                return Err(rusqlite::Error::SqliteFailure(
                    rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
                    None,
                ));
            }
        }
    }
}

/// Opens a copy anew, looks at all of it, and counts.
fn check(path: &Path) -> Result<Copied, DbError> {
    let wrap = |source| DbError::from_sqlite(path, source);
    let copy = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let told: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(wrap)?;
    if told != "ok" {
        return Err(DbError::NotWhole { path: path.to_owned(), told });
    }
    let tables = rows(&copy).map_err(wrap)?;
    let bytes = fs::metadata(path).map_err(|source| DbError::File { path: path.to_owned(), source })?.len();
    Ok(Copied { tables, bytes })
}

/// The rows of every table.
fn rows(connection: &Connection) -> rusqlite::Result<Vec<(String, u64)>> {
    let mut names = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )?;
    let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let count = |name: String| Ok((name.clone(), inspect::rows(connection, &name)?));
    names.into_iter().map(count).collect()
}

/// Takes a store for itself and empties its log into it; `None` where it is too damaged to be in use. As long as this
/// is held, every other process waits.
fn alone(path: &Path) -> Result<Option<Connection>, DbError> {
    let connection = match open(path, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        Ok(connection) => connection,
        Err(_) => return Ok(None),
    };
    // The switch waits for nobody: with another process in it, it says at once that it is busy.
    let switched = connection.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get::<_, String>(0));
    match switched.and_then(|_| connection.execute_batch("BEGIN EXCLUSIVE")) {
        Ok(()) => Ok(Some(connection)),
        Err(error) => match DbError::from_sqlite(path, error) {
            DbError::Locked { path } => Err(DbError::InUse { path }),
            DbError::NotADatabase { .. } | DbError::Damaged { .. } => Ok(None),
            other => Err(other),
        },
    }
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, DbError> {
    let wrap = |source| DbError::from_sqlite(path, source);
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(wrap)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(wrap)?;
    Ok(connection)
}

/// Where a copy goes. SQLite removes what it takes for its own file beside a database, of any database: also of one
/// that is made later.
fn place_of(path: &Path) -> Result<PathBuf, DbError> {
    let place = files::place_of(path).map_err(|source| DbError::File { path: path.to_owned(), source })?;
    // Some systems make no difference between small and capital letters.
    let name = place.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match NAMES_OF_SQLITE.into_iter().find(|ending| name.ends_with(ending)) {
        Some(ending) => Err(DbError::NameOfSqlite { path: path.to_owned(), ending }),
        None => Ok(place),
    }
}

fn same_file(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn remove(path: &Path) -> Result<(), DbError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(DbError::File { path: path.to_owned(), source }),
        _ => Ok(()),
    }
}
