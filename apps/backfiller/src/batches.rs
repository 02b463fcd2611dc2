//! Reads a candle file in batches, the next ones while the caller stores the last one.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use anyhow::Result;
use market::{Candle, Timeframe};

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
    /// Candles so far that were left out because they are still forming.
    pub(crate) still_forming: u64,
}

/// Calls `store` with every batch of the file, in order. The first error ends it, whosever it is.
pub(crate) fn for_each_batch(
    archive: Archive,
    timeframe: Timeframe,
    now_ms: i64,
    mut store: impl FnMut(Batch) -> Result<()>,
) -> Result<()> {
    // Unpacking and reading numbers takes as long as storing them: each has a thread.
    thread::scope(|scope| {
        let (sender, batches) = sync_channel(AHEAD);
        scope.spawn(move || send_batches(archive, timeframe, now_ms, &sender));
        // Returning drops the receiver, which ends the sender.
        batches.into_iter().try_for_each(|batch| store(batch?))
    })
}

fn send_batches(mut archive: Archive, timeframe: Timeframe, now_ms: i64, sender: &SyncSender<Result<Batch>>) {
    let mut still_forming = 0;
    loop {
        let batch = next_batch(&mut archive, timeframe, now_ms, &mut still_forming);
        let is_last = batch.as_ref().map_or(true, |batch| batch.candles.len() < BATCH);
        if sender.send(batch).is_err() || is_last {
            return;
        }
    }
}

fn next_batch(archive: &mut Archive, timeframe: Timeframe, now_ms: i64, still_forming: &mut u64) -> Result<Batch> {
    let mut candles = Vec::with_capacity(BATCH);
    while candles.len() < BATCH
        && let Some(candle) = archive.next()?
    {
        if timeframe.next_open(candle.open_time_ms) > now_ms {
            *still_forming += 1;
        } else {
            candles.push(candle);
        }
    }
    let (bytes_read, duplicates) = (archive.bytes_read(), archive.duplicates());
    Ok(Batch { candles, bytes_read, duplicates, still_forming: *still_forming })
}
