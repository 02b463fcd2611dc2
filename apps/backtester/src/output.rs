//! Writes files whole or not at all.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;

/// What is written to: Parquet asks that it can be sent to a thread.
pub(crate) type Out = dyn Write + Send;

/// Writes `text` to `path`, so that no reader sees half a file.
pub(crate) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    in_place(path, |out| Ok(out.write_all(text.as_bytes())?))
}

/// Lets `fill` write to `path`, so that no reader sees half a file; `-` is the standard output.
pub(crate) fn write_with(path: &Path, fill: impl FnOnce(&mut Out) -> anyhow::Result<()>) -> anyhow::Result<()> {
    if path.as_os_str() != "-" {
        return in_place(path, fill);
    }
    let mut out = BufWriter::new(std::io::stdout());
    fill(&mut out)?;
    Ok(out.flush()?)
}

/// Writes beside `path` first, then in its place.
fn in_place(path: &Path, fill: impl FnOnce(&mut Out) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let context = || format!("{} cannot be written", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(context)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".partial");
    let written = fill_file(Path::new(&beside), fill).and_then(|()| Ok(fs::rename(&beside, path)?));
    if written.is_err() {
        // What is left of a failed write is of no use; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&beside);
    }
    written.with_context(context)
}

fn fill_file(path: &Path, fill: impl FnOnce(&mut Out) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    fill(&mut out)?;
    Ok(out.flush()?)
}
