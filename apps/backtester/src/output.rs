//! Writes files whole or not at all.

use std::fs;
use std::path::Path;

use anyhow::Context;

/// Writes `text` to `path`: beside it first, then in its place, so that no reader sees half a file.
pub(crate) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let context = || format!("{} cannot be written", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(context)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".partial");
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // What is left of a failed write is of no use; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&beside);
    }
    written.with_context(context)
}
