//! Results that go to a file, whole or not at all, or to the standard output.

use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use files::Out;

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

fn in_place(path: &Path, fill: impl FnOnce(&mut Out) -> anyhow::Result<()>) -> anyhow::Result<()> {
    files::write_whole(path, fill).with_context(|| format!("{} cannot be written", path.display()))
}
