//! Stores what was read, file by file, in batches; the only one that writes.

use std::path::Path;
use std::sync::mpsc::RecvTimeoutError;

use anyhow::{Result, anyhow};
use db::{Data, DbError, Merged, Origin, Place, Store};
use market::{Candle, Objection, Rule, Series};
use terminal::{Interrupt, Interrupted, Progress, thousands};

use super::content::{Content, Records};
use super::lanes::Lanes;
use super::parse::Parsed;
use super::report::Counts;
use super::row::Record;
use crate::room;

/// Records in one transaction: large enough to be fast, short enough for others to have their turn.
const BATCH: usize = 10_000;

/// Puts the content of files into the store.
pub(crate) struct Writer {
    store: Store,
    /// Where rows came from, by the file and the time.
    origin: fn(String, i64) -> Origin,
    now_ms: i64,
    interrupt: Interrupt,
    progress: Option<Progress>,
    /// Bytes of the files that are done.
    bytes: u64,
    /// Rows of all files that are in the store.
    rows: u64,
}

impl Writer {
    /// A writer for files of so many `bytes` together.
    pub(crate) fn new(store: Store, bytes: u64, now_ms: i64, interrupt: Interrupt) -> Self {
        let progress = Some(Progress::start("import", bytes));
        Writer { store, origin: Origin::file, now_ms, interrupt, progress, bytes: 0, rows: 0 }
    }

    /// A writer for files that are downloaded from an exchange's archive, which shows nothing.
    pub(crate) fn of_archive(store: Store, now_ms: i64, interrupt: Interrupt) -> Self {
        Writer { store, origin: Origin::archive, now_ms, interrupt, progress: None, bytes: 0, rows: 0 }
    }

    fn show(&mut self, bytes: u64, rows: u64) {
        if let Some(progress) = &mut self.progress {
            progress.set(bytes, rows);
        }
    }

    /// Waits for the next result, or for someone who asks to stop.
    pub(crate) fn wait_for<T: Send + 'static>(&self, lanes: &mut Lanes<T>) -> Result<T> {
        while !self.interrupt.is_asked() {
            match lanes.next(Interrupt::POLL) {
                Ok(result) => return Ok(result),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(anyhow!("a file could not be read: its thread ended"));
                }
            }
        }
        Err(Interrupted(format!(
            "{} rows of whole files are stored; run the same command again to go on",
            thousands(self.rows)
        ))
        .into())
    }

    /// Stores a file of so many `bytes`; an error is one of the store, or that someone asked to stop.
    pub(crate) fn store(&mut self, path: &Path, bytes: u64, content: Content) -> Result<Counts> {
        let (origin, file) = (self.origin, content.file);
        // A long file takes minutes, and may wait for room: each batch is stored at its own time.
        let origin = || origin(file.clone(), terminal::now_ms());
        let counts = match content.records {
            Records::Candles(series, mut parsed) => {
                let place = Place::of(&series, Data::Candles);
                settle_first(&self.store, &series, Data::Candles, &mut parsed)?;
                let merge = |store: &mut Store, candles: &[_]| store.merge_closed(&series, candles, &origin());
                self.store_all(path, bytes, &place, parsed, merge)
            }
            Records::Marks(series, mut parsed) => {
                let place = Place::of(&series, Data::Mark);
                settle_first(&self.store, &series, Data::Mark, &mut parsed)?;
                let merge = |store: &mut Store, marks: &[_]| store.merge_marks(&series, marks, &origin());
                self.store_all(path, bytes, &place, parsed, merge)
            }
            Records::Funding(exchange, symbol, parsed) => {
                let place = Place::of_funding(&exchange, &symbol);
                let merge = |store: &mut Store, rates: &[_]| store.merge_funding(&exchange, &symbol, rates, &origin());
                self.store_all(path, bytes, &place, parsed, merge)
            }
        }?;
        self.skip(bytes);
        self.rows += counts.stored();
        Ok(counts)
    }

    /// Goes on behind a file of so many `bytes`.
    pub(crate) fn skip(&mut self, bytes: u64) {
        self.bytes += bytes;
        self.show(self.bytes, self.rows);
    }

    fn store_all<R: Record>(
        &mut self,
        path: &Path,
        bytes: u64,
        place: &Place,
        mut parsed: Parsed<R>,
        mut merge: impl FnMut(&mut Store, &[R]) -> Result<Merged<R>, DbError>,
    ) -> Result<Counts> {
        let mut counts = Counts::default();
        let length = parsed.found.records.len();
        for start in (0..length).step_by(BATCH) {
            if self.interrupt.is_asked() {
                return Err(stopped(path, &counts));
            }
            let end = length.min(start + BATCH);
            let batch = &parsed.found.records[start..end];
            let merged = match room::write(&mut self.store, |store| merge(store, batch)) {
                Err(_) if self.interrupt.is_asked() => return Err(stopped(path, &counts)),
                merged => merged.map_err(|error| explain(error, path, &counts))?,
            };
            counts.add_inserted(merged.inserted);
            for differing in merged.differing {
                let why = format!("the store has {}", differing.stored.told());
                parsed.set_aside(start + differing.index, Objection { rule: Rule::Conflict, why });
            }
            let share = (u128::from(bytes) * end as u128 / length as u128) as u64;
            self.show(self.bytes + share, self.rows + counts.stored());
        }
        let found = parsed.found;
        self.store.set_aside(place, found.asides.kept(), self.now_ms).map_err(|error| explain(error, path, &counts))?;
        let set_aside = found.asides.counts().clone();
        Ok(Counts { duplicates: found.duplicates, still_forming: found.still_forming, set_aside, ..counts })
    }
}

/// Holds the first candle of a file, which has none before it there, against what is stored beside it.
fn settle_first(store: &Store, series: &Series, data: Data, parsed: &mut Parsed<Candle>) -> Result<(), DbError> {
    parsed.settle_first(|candles| {
        let objection = store.judge_of(series, data, candles)?.judge(&candles[0]);
        Ok(objection.filter(|objection| objection.rule == Rule::Jump))
    })
}

/// Somebody asked to stop in mid-file.
fn stopped(path: &Path, counts: &Counts) -> anyhow::Error {
    let kept = format!("{} rows of {} are stored", thousands(counts.stored()), path.display());
    Interrupted(format!("{kept}; run the same command again to go on")).into()
}

/// Adds to an error of the store what the file gave before it.
fn explain(error: DbError, path: &Path, counts: &Counts) -> anyhow::Error {
    if counts.stored() == 0 {
        return error.into();
    }
    let (kept, error) = (thousands(counts.stored()), anyhow::Error::from(error));
    anyhow!("{error:#}; {kept} rows of {} are stored, and the same command goes on once this is mended", path.display())
}
