//! A file of records, plain or gzip, read row by row in bounded memory.

use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use csv::ByteRecord;
use flate2::bufread::MultiGzDecoder;
use market::format_utc;

use crate::row::{Format, is_header};

const BUFFER_BYTES: usize = 256 * 1_024;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The records of one file, in rising order, each once.
pub(crate) struct Archive<F: Format> {
    path: PathBuf,
    bytes: u64,
    written_ms: Option<i64>,
    bytes_read: Arc<AtomicU64>,
    reader: csv::Reader<Box<dyn Read + Send>>,
    row: ByteRecord,
    first_row_waits: bool,
    format: F,
    last: Option<F::Record>,
    duplicates: u64,
}

impl<F: Format> Archive<F> {
    /// Opens a file and looks at its first row.
    pub(crate) fn open(path: &Path, format: F) -> Result<Self> {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let metadata = file.metadata().with_context(|| format!("cannot read {}", path.display()))?;
        let (bytes, written_ms) = (metadata.len(), written_ms(&metadata));
        let bytes_read = Arc::new(AtomicU64::new(0));
        let counted = Counted { file, read: Arc::clone(&bytes_read) };
        let text = unpacked(counted).with_context(|| format!("cannot read {}", path.display()))?;
        let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        let mut archive = Archive {
            path: path.to_owned(),
            bytes,
            written_ms,
            bytes_read,
            reader,
            row: ByteRecord::new(),
            first_row_waits: false,
            format,
            last: None,
            duplicates: 0,
        };
        archive.read_first_row()?;
        Ok(archive)
    }

    pub(crate) fn format(&self) -> &F {
        &self.format
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The size of the file as it lies on the disk.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// When the file was written last, Unix milliseconds; `None` for a pipe, which can be read only once.
    pub(crate) fn written_ms(&self) -> Option<i64> {
        self.written_ms
    }

    /// How much of [`Archive::bytes`] was read.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// Rows that said again what the row above them said.
    pub(crate) fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// The next record; `None` at the end of the file.
    pub(crate) fn next(&mut self) -> Result<Option<F::Record>> {
        while self.read_row()? {
            let record = self.format.read(&self.row).with_context(|| self.place())?;
            match self.last {
                Some(last) if last == record => self.duplicates += 1,
                Some(last) if F::time_ms(&last) >= F::time_ms(&record) => return self.out_of_order(&last, &record),
                _ => {
                    self.last = Some(record);
                    return Ok(Some(record));
                }
            }
        }
        Ok(None)
    }

    fn read_first_row(&mut self) -> Result<()> {
        if !self.read_row()? {
            bail!("{} is empty; expected rows of {}", self.path.display(), F::COLUMNS);
        }
        if is_header(&self.row) {
            return self.format.check_header(&self.row).with_context(|| self.place());
        }
        self.first_row_waits = true;
        Ok(())
    }

    fn read_row(&mut self) -> Result<bool> {
        if std::mem::take(&mut self.first_row_waits) {
            return Ok(true);
        }
        self.reader
            .read_byte_record(&mut self.row)
            .with_context(|| format!("cannot read {} to its end: it is cut short or damaged", self.path.display()))
    }

    fn out_of_order(&self, last: &F::Record, record: &F::Record) -> Result<Option<F::Record>> {
        let (name, time_name, place) = (F::RECORD, F::TIME, self.place());
        let (last_ms, time_ms) = (F::time_ms(last), F::time_ms(record));
        let time = format_utc(time_ms);
        if last_ms == time_ms {
            bail!("{place}: another {name} of {time}, unlike the one above; expected one {name} for each {time_name}");
        }
        bail!(
            "{place}: the {name} of {time} comes after that of {}; expected rising {time_name}s: sort the file by its first column",
            format_utc(last_ms)
        );
    }

    /// The file and the line of the current row.
    fn place(&self) -> String {
        let line = self.row.position().map_or(0, csv::Position::line);
        format!("{}, line {line}", self.path.display())
    }
}

fn written_ms(metadata: &Metadata) -> Option<i64> {
    let since_1970 = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    // A system without such times has none of the trouble that they tell of: 1970 is before every candle.
    let written = metadata.modified().map(since_1970).unwrap_or_default();
    metadata.is_file().then(|| i64::try_from(written.as_millis()).unwrap_or(i64::MAX))
}

/// Gzip is known by its first bytes, not by the name of the file.
fn unpacked(file: Counted) -> io::Result<Box<dyn Read + Send>> {
    let mut buffered = BufReader::with_capacity(BUFFER_BYTES, file);
    if buffered.fill_buf()?.starts_with(&GZIP_MAGIC) {
        return Ok(Box::new(MultiGzDecoder::new(buffered)));
    }
    Ok(Box::new(buffered))
}

/// A file that tells how much of it was read.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
