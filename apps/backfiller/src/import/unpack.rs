//! The text of one file, plain, gzip or zip, checked against the checksum beside it.
//!
//! A file is read whole before any of it is stored: only so can it be refused whole.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use super::checksum;

/// The longest text: ten years of one-minute candles are half of it.
const MOST_BYTES: u64 = 1 << 30;
/// How many times its packed size a text may have. Candles that never change pack to a hundredth.
const MOST_RATIO: u64 = 300;
/// What even the smallest file may unpack to.
const LEAST_LIMIT: u64 = 1 << 20;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const ZIP_MAGIC: [u8; 2] = *b"PK";

/// The text of a file.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) bytes: Vec<u8>,
    /// What it is called in the archive that it was packed in.
    pub(crate) inner: Option<PathBuf>,
    /// When the file was written last, Unix milliseconds; `None` for a pipe.
    pub(crate) written_ms: Option<i64>,
    /// The SHA-256 of the file as it lies there, in hexadecimal, where it was cheap to have.
    pub(crate) sha256: Option<String>,
}

/// Reads a file to its end. How it is packed is known by its first bytes, not by its name.
pub(crate) fn read(path: &Path) -> Result<Text> {
    let cannot = || format!("cannot read {}", path.display());
    let file = File::open(path).with_context(cannot)?;
    let metadata = file.metadata().with_context(cannot)?;
    let content = read_all(path, file, metadata.len(), MOST_BYTES).with_context(cannot)?;
    let verified = checksum::check(path, &content)?;
    // A packed file is short for the rows that are in it. Of a plain one it would take as long as reading it.
    let sha256 = verified.or_else(|| is_packed(&content).then(|| checksum::sha256(&content)));
    let since_1970 = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    // A system without such times has none of the trouble that they tell of: 1970 is before every candle.
    let written = metadata.modified().map(since_1970).unwrap_or_default();
    let written_ms = metadata.is_file().then(|| i64::try_from(written.as_millis()).unwrap_or(i64::MAX));
    let (bytes, inner) = unpack(path, content)?;
    Ok(Text { bytes, inner, written_ms, sha256 })
}

fn is_packed(content: &[u8]) -> bool {
    content.starts_with(&GZIP_MAGIC) || content.starts_with(&ZIP_MAGIC)
}

/// The text, and what it is called in a zip.
fn unpack(path: &Path, content: Vec<u8>) -> Result<(Vec<u8>, Option<PathBuf>)> {
    let limit = (content.len() as u64).saturating_mul(MOST_RATIO).clamp(LEAST_LIMIT, MOST_BYTES);
    let damaged = || format!("cannot read {} to its end: it is cut short or damaged", path.display());
    if content.starts_with(&GZIP_MAGIC) {
        return Ok((read_all(path, MultiGzDecoder::new(&content[..]), 0, limit).with_context(damaged)?, None));
    }
    if !content.starts_with(&ZIP_MAGIC) {
        return Ok((content, None));
    }
    let mut archive = ZipArchive::new(Cursor::new(&content)).with_context(damaged)?;
    if archive.len() != 1 {
        bail!("{} holds {} files; expected one, with rows", path.display(), archive.len());
    }
    let file = archive.by_index(0).with_context(damaged)?;
    // Nothing is written under this name, but what has such a one was made to do harm.
    let name = file.name().unwrap_or_default();
    let Some(inner) = file.enclosed_name().filter(|_| !name.starts_with(['/', '\\']) && file.is_file()) else {
        bail!("{} holds {name:?}; expected a file with a name inside the archive", path.display());
    };
    let size = file.size();
    Ok((read_all(path, file, size, limit).with_context(damaged)?, Some(inner)))
}

/// Reads to the end, or past the limit, whichever comes first.
fn read_all(path: &Path, source: impl Read, size: u64, limit: u64) -> Result<Vec<u8>> {
    let capacity = usize::try_from(size.min(limit)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(capacity);
    source.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        bail!("{} has more than {limit} bytes of text; split it into smaller files", path.display());
    }
    Ok(bytes)
}
