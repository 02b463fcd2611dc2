//! Brings the files of months and days out of an archive into the store: each is verified and stored as `import` does.

use anyhow::{Context, Result};
use db::{Inserted, Store};
use exchange::{Archive, ArchivePrice, ArchiveSpan};
use market::{Series, Timeframe};
use tempfile::TempDir;

use super::{Tally, is_cheaper, span_ms, stretches};
use crate::args::{Kind, Target};
use crate::fetch::holes::unexplained;
use crate::fetch::{Range, add};
use crate::import::{self, Writer};

/// So many days in a row are not in the archive: then no later one of their month is asked for.
const MOST_ABSENT_DAYS: u32 = 3;

/// What became of a file.
enum Brought {
    Stored,
    Absent,
    Refused,
}

/// Brings files of one series.
pub(super) struct Carrier<'a> {
    pub(super) archive: &'a Archive,
    pub(super) target: &'a Target,
    pub(super) series: &'a Series,
    pub(super) writer: Writer,
    pub(super) folder: TempDir,
    pub(super) tally: Tally,
}

impl Carrier<'_> {
    /// Stores every one of these months, or its days, that is past at `until_ms`, is cheaper than REST, and is there.
    /// `on_files` is told how many milliseconds are done, and rows stored.
    pub(super) async fn bring(
        &mut self,
        store: &Store,
        months: &[Range],
        until_ms: i64,
        inserted: &mut Inserted,
        on_files: &mut dyn FnMut(u64, u64),
    ) -> Result<()> {
        let mut done_ms = 0;
        for &month in months {
            done_ms += span_ms(month.since_ms, month.until_ms);
            if !self.is_cheaper(store, month)? {
                continue;
            }
            let open_ms = Timeframe::Month1.open_of(month.since_ms);
            let is_past = Timeframe::Month1.next_open(open_ms) <= until_ms;
            let brought = match is_past {
                true => self.file(ArchiveSpan::Month, open_ms, inserted).await?,
                false => Brought::Absent,
            };
            if let Brought::Absent = brought {
                self.days(store, month, inserted).await?;
            }
            on_files(done_ms, inserted.new);
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

    /// Whether a file is cheaper than REST for what is missing.
    fn is_cheaper(&self, store: &Store, stretch: Range) -> Result<bool> {
        let holes = unexplained(store, self.target.kind(), self.series, stretch)?;
        let missing: u64 = holes.iter().map(|hole| hole.missing).sum();
        Ok(is_cheaper(missing))
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
