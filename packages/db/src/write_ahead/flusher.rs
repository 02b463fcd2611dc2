//! Brings the log to the disk beside the work: whoever copies it into the database has to wait for that, and one who writes
//! many rows would sit idle meanwhile.
//!
//! Nothing hangs on it: SQLite brings the log to the disk itself before it copies it, and finds less to do. The log is
//! opened here apart from SQLite, which holds its locks on other files.

use std::fs::File;
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

/// A thread that flushes a log when it is told to. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Flusher(SyncSender<()>);

impl Flusher {
    /// Of the log at `path`.
    pub(super) fn start(path: PathBuf) -> Self {
        let (sender, receiver) = sync_channel(1);
        thread::spawn(move || {
            while receiver.recv().is_ok() {
                // What fails here fails again where it counts.
                let _ = File::open(&path).and_then(|log| log.sync_data());
            }
        });
        Flusher(sender)
    }

    /// Tells it to flush; where it has been told already, that one will do.
    pub(super) fn flush(&self) {
        let _ = self.0.try_send(());
    }
}
