//! Reads a candle file in batches, the next ones while the caller stores the last one.

use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread;

use anyhow::Result;
use market::{Candle, Timeframe};
use terminal::Interrupt;

use crate::archive::Archive;

/// Candles in one transaction: large enough to be fast, short enough for others to have their turn.
const BATCH: usize = 10_000;
/// Batches that wait for the store at most.
const AHEAD: usize = 2;

/// Closed candles of a file, and how far the file was read with them.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) candles: Vec<Candle>,
    pub(crate) bytes_read: u64,
    /// Rows so far that said again what the row above them said.
    pub(crate) duplicates: u64,
    /// Candles so far that were left out because they are still forming, or were when the file was written.
    pub(crate) still_forming: u64,
}

/// Calls `store` with every batch of the file, in order, until someone asks to stop: tells whether
/// it came to the end. The first error ends it, whosever it is.
pub(crate) fn for_each_batch(
    archive: Archive,
    timeframe: Timeframe,
    now_ms: i64,
    interrupt: &Interrupt,
    mut store: impl FnMut(Batch) -> Result<()>,
) -> Result<bool> {
    // Unpacking and reading numbers takes as long as storing them: each has a thread.
    let (sender, batches) = sync_channel(AHEAD);
    let closed = ClosedCandles { archive, timeframe, now_ms, next: None, still_forming: 0 };
    // Not waited for when it is not needed any more: it may wait for a pipe that says nothing.
    let reader = thread::spawn(move || send_batches(closed, &sender));
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

fn send_batches(mut closed: ClosedCandles, sender: &SyncSender<Result<Batch>>) {
    loop {
        let batch = closed.batch();
        let is_last = batch.as_ref().map_or(true, |batch| batch.candles.len() < BATCH);
        if sender.send(batch).is_err() || is_last {
            return;
        }
    }
}

/// The candles of a file that are final.
struct ClosedCandles {
    archive: Archive,
    timeframe: Timeframe,
    now_ms: i64,
    /// Read already, to see whether anything follows.
    next: Option<Candle>,
    still_forming: u64,
}

impl ClosedCandles {
    fn batch(&mut self) -> Result<Batch> {
        let mut candles = Vec::with_capacity(BATCH);
        while candles.len() < BATCH
            && let Some(candle) = self.candle()?
        {
            candles.push(candle);
        }
        let (bytes_read, duplicates) = (self.archive.bytes_read(), self.archive.duplicates());
        Ok(Batch { candles, bytes_read, duplicates, still_forming: self.still_forming })
    }

    fn candle(&mut self) -> Result<Option<Candle>> {
        loop {
            let candle = match self.next.take() {
                Some(candle) => candle,
                None => match self.archive.next()? {
                    Some(candle) => candle,
                    None => return Ok(None),
                },
            };
            if self.is_forming(&candle)? {
                self.still_forming += 1;
            } else {
                return Ok(Some(candle));
            }
        }
    }

    /// Whether a candle is not final: now, or in the moment when the file was written. Of that moment
    /// only a last row can be; the times of copied files are odd, and no reason to doubt any other row.
    fn is_forming(&mut self, candle: &Candle) -> Result<bool> {
        let close_ms = self.timeframe.next_open(candle.open_time_ms);
        if close_ms > self.now_ms {
            return Ok(true);
        }
        let holds = |time_ms: i64| candle.open_time_ms < time_ms && time_ms < close_ms;
        if self.archive.written_ms().is_some_and(holds) {
            self.next = self.archive.next()?;
            return Ok(self.next.is_none());
        }
        Ok(false)
    }
}
