//! Whether the database at a path is still the one that was opened.
//!
//! Who removes or replaces a database that is open, or its write-ahead log, takes nothing from the programs that have it
//! open: they go on, and all that they write is gone when they end. So every write looks first.

use std::fs;
use std::path::{Path, PathBuf};

use crate::DbError;

/// The file and its log, as they were found.
#[derive(Debug)]
pub(crate) struct Identity {
    path: PathBuf,
    file: Option<Id>,
    log_path: PathBuf,
    log: Option<Id>,
}

/// Device and number of a file; nothing where the system has no such thing.
type Id = (u64, u64);

impl Identity {
    /// Of a database that has just been opened and read, so that its log is there.
    pub(crate) fn of(path: &Path, log_path: PathBuf) -> Self {
        Identity { path: path.to_owned(), file: id_of(path), log: id_of(&log_path), log_path }
    }

    /// # Errors
    /// [`DbError::Moved`] when there is another file now, or none.
    pub(crate) fn check(&self) -> Result<(), DbError> {
        let is_same = |path: &Path, known: Option<Id>| known.is_none() || id_of(path) == known;
        if is_same(&self.path, self.file) && is_same(&self.log_path, self.log) {
            return Ok(());
        }
        Err(DbError::Moved { path: self.path.clone() })
    }
}

#[cfg(unix)]
fn id_of(path: &Path) -> Option<Id> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn id_of(_: &Path) -> Option<Id> {
    None
}
