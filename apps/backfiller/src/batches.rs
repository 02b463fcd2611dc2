//! Reads a file of records in batches, the next ones while the caller stores the last one.

use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread;

use anyhow::{Context, Result};
use terminal::Interrupt;

use crate::archive::Archive;
use crate::row::Format;

/// Records in one transaction: large enough to be fast, short enough for others to have their turn.
const BATCH: usize = 10_000;
/// Batches that wait for the store at most.
const AHEAD: usize = 2;

/// Final records of a file, and how far the file was read with them.
#[derive(Debug)]
pub(crate) struct Batch<R> {
    pub(crate) records: Vec<R>,
    pub(crate) bytes_read: u64,
    /// Rows so far that said again what the row above them said.
    pub(crate) duplicates: u64,
    /// Records so far that were left out because they are still forming, or were when the file was written.
    pub(crate) still_forming: u64,
}

/// Calls `store` with every batch of the file, in order, until someone asks to stop: tells whether
/// it came to the end. The first error ends it, whosever it is.
pub(crate) fn for_each_batch<F: Format>(
    archive: Archive<F>,
    now_ms: i64,
    interrupt: &Interrupt,
    mut store: impl FnMut(Batch<F::Record>) -> Result<()>,
) -> Result<bool> {
    // Unpacking and reading numbers takes as long as storing them: each has a thread.
    let (sender, batches) = sync_channel(AHEAD);
    let records = FinalRecords { archive, now_ms, next: None, still_forming: 0 };
    // Not waited for when it is not needed any more: it may wait for a pipe that says nothing.
    let reader = thread::spawn(move || send_batches(records, &sender));
    while !interrupt.is_asked() {
        match batches.recv_timeout(Interrupt::POLL) {
            Ok(batch) => store(batch?)?,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                reader.join().expect("reading does not panic");
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn send_batches<F: Format>(mut records: FinalRecords<F>, sender: &SyncSender<Result<Batch<F::Record>>>) {
    let mut is_first = true;
    loop {
        let batch = records.batch(is_first);
        let is_last = batch.as_ref().map_or(true, |batch| batch.records.len() < BATCH);
        if sender.send(batch).is_err() || is_last {
            return;
        }
        is_first = false;
    }
}

/// The records of a file that are final.
struct FinalRecords<F: Format> {
    archive: Archive<F>,
    now_ms: i64,
    /// Read already, to see whether anything follows.
    next: Option<F::Record>,
    still_forming: u64,
}

impl<F: Format> FinalRecords<F> {
    fn batch(&mut self, is_first: bool) -> Result<Batch<F::Record>> {
        let mut records = Vec::with_capacity(BATCH);
        while records.len() < BATCH
            && let Some(record) = self.record()?
        {
            records.push(record);
        }
        if is_first {
            let path = || self.archive.path().display().to_string();
            self.archive.format().check_first(&records).with_context(path)?;
        }
        let (bytes_read, duplicates) = (self.archive.bytes_read(), self.archive.duplicates());
        Ok(Batch { records, bytes_read, duplicates, still_forming: self.still_forming })
    }

    fn record(&mut self) -> Result<Option<F::Record>> {
        loop {
            let record = match self.next.take() {
                Some(record) => record,
                None => match self.archive.next()? {
                    Some(record) => record,
                    None => return Ok(None),
                },
            };
            if self.is_forming(&record)? {
                self.still_forming += 1;
            } else {
                return Ok(Some(record));
            }
        }
    }

    /// Whether a record is not final: now, or in the moment when the file was written. Of that moment
    /// only a last row can be; the times of copied files are odd, and no reason to doubt any other row.
    fn is_forming(&mut self, record: &F::Record) -> Result<bool> {
        let (time_ms, final_ms) = (F::time_ms(record), self.archive.format().final_ms(record));
        if final_ms > self.now_ms {
            return Ok(true);
        }
        let holds = |moment_ms: i64| time_ms < moment_ms && moment_ms < final_ms;
        if self.archive.written_ms().is_some_and(holds) {
            self.next = self.archive.next()?;
            return Ok(self.next.is_none());
        }
        Ok(false)
    }
}
