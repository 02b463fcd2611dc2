//! `fetch --archive`: months and days out of the exchange's public archive where that takes fewer requests, and the
//! rest over REST.
//!
//! A file is verified and stored by what `import` does. Whatever the archive does not have, or has broken, is a hole
//! then, and REST is asked for the holes that nobody has explained.

use anyhow::{Context, Result};
use db::{Inserted, Store};
use exchange::{Archive, ArchivePrice, ArchiveSpan, Exchange};
use market::{Hole, Series, Timeframe, format_utc};
use serde_json::json;
use tempfile::TempDir;

use super::holes::unexplained;
use super::newest_first::first_open_ms;
use super::{Done, Range, Source, Step, Watch, add, candles, named, summary};
use crate::args::{Kind, Target};
use crate::import::{self, Writer};

/// Candles that one request brings over REST.
const PAGE_CANDLES: u64 = 1_000;
/// Requests that a file takes: its checksum is one.
const FILE_REQUESTS: u64 = 2;
/// So many days in a row are not in the archive: then no later one of their month is asked for.
const MOST_ABSENT_DAYS: u32 = 3;
/// With more holes than this, one fetch over all of them is cheaper.
const MOST_HOLES: usize = 200;

/// What the archive gave.
#[derive(Debug, Default)]
struct Tally {
    months: u64,
    days: u64,
    /// Files that were not believed, and why.
    refused: Vec<String>,
}

/// What became of a file.
enum Brought {
    Stored,
    Absent,
    Refused,
}

/// Brings files of one series.
struct Carrier<'a> {
    archive: &'a Archive,
    target: &'a Target,
    series: &'a Series,
    writer: Writer,
    folder: TempDir,
    tally: Tally,
}

/// Fetches what is not stored yet of `target`, whose candles are `series`; over REST alone where no archive is wanted.
pub(super) async fn fetch(
    source: &Source<'_>,
    store: &mut Store,
    target: &Target,
    series: &Series,
    range: Range,
    inserted: &mut Inserted,
    watch: Watch<'_>,
) -> Result<Done> {
    let exchange = source.exchange;
    let Some(archive) = source.archive else {
        return candles::fetch(exchange, store, target, series, range, inserted, watch).await;
    };
    let first_ms = first_open_ms(exchange, target.kind(), series, range.since_ms).await?;
    let from_ms = first_ms.clamp(range.since_ms, range.until_ms);
    let mut carrier = Carrier {
        archive,
        target,
        series,
        writer: Writer::of_archive(Store::open(store.path())?, terminal::now_ms(), source.interrupt.clone()),
        folder: tempfile::tempdir().context("cannot make a folder for downloads")?,
        tally: Tally::default(),
    };
    let length_ms = span_ms(range.since_ms, range.until_ms);
    let mut on_file = |to_ms: i64, inserted: &Inserted| {
        watch(Step { length_ms, done_ms: span_ms(range.since_ms, to_ms.min(range.until_ms)), rows: inserted.new });
    };
    let used = carrier.bring(store, Range { since_ms: from_ms, ..range }, inserted, &mut on_file).await;
    let tally = match used {
        Ok(()) => carrier.tally,
        // An archive that is away costs nothing but time: REST has the same candles.
        Err(error) if error.is::<exchange::ExchangeError>() => {
            eprintln!("the archive cannot be used, and REST does the rest: {error:#}");
            carrier.tally
        }
        Err(error) => return Err(error),
    };
    top_up(exchange, store, target, series, range, inserted, watch).await?;
    done(store, target, series, range, *inserted, &tally)
}

impl Carrier<'_> {
    /// Stores every month and day of `range` that is past, is cheaper than REST, and is there.
    async fn bring(
        &mut self,
        store: &Store,
        range: Range,
        inserted: &mut Inserted,
        on_file: &mut dyn FnMut(i64, &Inserted),
    ) -> Result<()> {
        for month in stretches(Timeframe::Month1, range) {
            if !self.is_cheaper(store, month)? {
                continue;
            }
            let open_ms = Timeframe::Month1.open_of(month.since_ms);
            let is_past = Timeframe::Month1.next_open(open_ms) <= range.until_ms;
            let brought = match is_past {
                true => self.file(ArchiveSpan::Month, open_ms, inserted).await?,
                false => Brought::Absent,
            };
            if let Brought::Absent = brought {
                self.days(store, month, inserted).await?;
            }
            on_file(month.until_ms, inserted);
        }
        Ok(())
    }

    async fn days(&mut self, store: &Store, month: Range, inserted: &mut Inserted) -> Result<()> {
        let mut absent = 0;
        for day in stretches(Timeframe::D1, month) {
            let open_ms = Timeframe::D1.open_of(day.since_ms);
            let is_past = Timeframe::D1.next_open(open_ms) <= month.until_ms;
            if !is_past || absent >= MOST_ABSENT_DAYS || !self.is_cheaper(store, day)? {
                continue;
            }
            let brought = self.file(ArchiveSpan::Day, open_ms, inserted).await?;
            absent = if matches!(brought, Brought::Absent) { absent + 1 } else { 0 };
        }
        Ok(())
    }

    /// Whether REST would need more requests for what is missing than a file does.
    fn is_cheaper(&self, store: &Store, stretch: Range) -> Result<bool> {
        let holes = unexplained(store, self.target.kind(), self.series, stretch)?;
        let missing: u64 = holes.iter().map(|hole| hole.missing).sum();
        Ok(missing.div_ceil(PAGE_CANDLES) >= FILE_REQUESTS)
    }

    /// Downloads a file with its checksum, verifies it and stores it.
    async fn file(&mut self, span: ArchiveSpan, open_ms: i64, inserted: &mut Inserted) -> Result<Brought> {
        let Series { symbol, timeframe, .. } = self.series;
        let price = if self.target.kind() == Kind::Mark { ArchivePrice::Mark } else { ArchivePrice::Trades };
        let path = self.archive.path(symbol, *timeframe, price, span, open_ms);
        let Some(bytes) = self.archive.download(&path).await? else { return Ok(Brought::Absent) };
        let Some(checksum) = self.archive.download(&format!("{path}{}", import::CHECKSUM_SUFFIX)).await? else {
            return Ok(self.refuse(format!("{path} has no checksum")));
        };
        let name = path.rsplit('/').next().unwrap_or(&path);
        let file = self.folder.path().join(name);
        let beside = self.folder.path().join(format!("{name}{}", import::CHECKSUM_SUFFIX));
        std::fs::write(&file, &bytes).context("cannot keep a download")?;
        std::fs::write(&beside, &checksum).context("cannot keep a download")?;
        let content = import::read(&file, self.target.clone(), terminal::now_ms());
        let brought = match content {
            Ok(content) => {
                add(inserted, self.writer.store(&file, bytes.len() as u64, content)?.inserted);
                tracing::info!("{path} is stored");
                match span {
                    ArchiveSpan::Month => self.tally.months += 1,
                    ArchiveSpan::Day => self.tally.days += 1,
                }
                Brought::Stored
            }
            Err(error) => {
                // The folder it lay in is gone soon, and nobody's concern.
                let folder = format!("{}/", self.folder.path().display());
                self.refuse(format!("{error:#}").replace(&folder, ""))
            }
        };
        for path in [&file, &beside] {
            std::fs::remove_file(path).context("cannot remove a download")?;
        }
        Ok(brought)
    }

    fn refuse(&mut self, why: String) -> Brought {
        self.tally.refused.push(why);
        Brought::Refused
    }
}

/// Asks REST for every hole that is left, and for what is newer than the archive.
async fn top_up(
    exchange: &dyn Exchange,
    store: &mut Store,
    target: &Target,
    series: &Series,
    range: Range,
    inserted: &mut Inserted,
    watch: Watch<'_>,
) -> Result<()> {
    let mut holes = Vec::new();
    for month in stretches(Timeframe::Month1, range) {
        for hole in unexplained(store, target.kind(), series, month)? {
            join(&mut holes, hole);
        }
    }
    let length_ms = span_ms(range.since_ms, range.until_ms);
    if holes.len() > MOST_HOLES {
        candles::fetch(exchange, store, target, series, range, inserted, watch).await?;
        return Ok(());
    }
    let mut rows = inserted.new;
    for Hole { from_ms, to_ms, .. } in holes {
        // With the candle behind it, so that the hole is seen to end.
        let hole = Range { since_ms: from_ms, until_ms: series.timeframe.next_open(to_ms).min(range.until_ms) };
        let before = rows;
        let mut within = |step: Step| {
            rows = before + step.rows;
            watch(Step { length_ms, done_ms: span_ms(range.since_ms, from_ms) + step.done_ms, rows });
        };
        candles::fetch(exchange, store, target, series, hole, inserted, &mut within).await?;
    }
    Ok(())
}

/// Adds a hole, to the last one where that ends where it begins.
fn join(holes: &mut Vec<Hole>, hole: Hole) {
    match holes.last_mut().filter(|last| last.to_ms == hole.from_ms) {
        Some(last) => (last.to_ms, last.missing) = (hole.to_ms, last.missing + hole.missing),
        None => holes.push(hole),
    }
}

/// The months or days of a range, the first and the last one cut to it.
fn stretches(length: Timeframe, range: Range) -> impl Iterator<Item = Range> {
    let first = Some(range.since_ms).filter(|since_ms| *since_ms < range.until_ms);
    let next =
        move |since_ms: &i64| Some(length.next_open(length.open_of(*since_ms))).filter(|at| *at < range.until_ms);
    std::iter::successors(first, next).map(move |since_ms| {
        let until_ms = length.next_open(length.open_of(since_ms)).min(range.until_ms);
        Range { since_ms, until_ms }
    })
}

fn span_ms(from_ms: i64, to_ms: i64) -> u64 {
    (to_ms - from_ms).max(0).unsigned_abs()
}

fn done(
    store: &Store,
    target: &Target,
    series: &Series,
    range: Range,
    inserted: Inserted,
    tally: &Tally,
) -> Result<Done> {
    let mut holes = Vec::new();
    for month in stretches(Timeframe::Month1, range) {
        unexplained(store, target.kind(), series, month)?.into_iter().for_each(|hole| join(&mut holes, hole));
    }
    let (months, days) = (tally.months, tally.days);
    let mut text = format!("{target}: {}", summary(inserted, Some(range.since_ms), Some(range.until_ms), "candles"));
    text += &format!("\nfrom the archive: {months} months and {days} days; the rest over REST");
    for refused in &tally.refused {
        text += &format!("\nnot believed, and asked for over REST: {refused}");
    }
    let json = json!({
        "since": format_utc(range.since_ms), "until": format_utc(range.until_ms),
        "new": inserted.new, "completed": inserted.completed, "known": inserted.known,
        "archive": {"months": months, "days": days, "refused": tally.refused},
        "unexplained": holes.iter().map(|hole| hole.missing).sum::<u64>(),
    });
    Ok(Done { text, json: named(target, json) })
}
