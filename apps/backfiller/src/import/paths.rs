//! Which files are meant: files, folders and patterns.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::checksum;
use crate::export::layout;

/// What the names of files in a folder end in; the rest of a folder is not for us.
const ENDINGS: [&str; 4] = [".zip", ".csv", ".gz", PARQUET];
/// What Parquet files are named.
pub(crate) const PARQUET: &str = ".parquet";
/// The most files of one import: the whole archive of one market in one timeframe is a hundredth of it.
const MOST_FILES: usize = 100_000;
/// How deep a folder is searched: the archive itself is seven deep.
const MOST_DEEP: usize = 16;

/// All files that are meant, each once, in order: those of a folder or of a pattern by their names. Checksums are
/// left out, they belong to the files beside them.
pub(crate) fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let (mut files, mut seen) = (Vec::new(), BTreeSet::new());
    for path in paths {
        for file in meant(path)? {
            if !is_checksum(&file) && seen.insert(file.clone()) {
                files.push(file);
            }
        }
    }
    if files.is_empty() {
        bail!("these are checksums only; expected the files beside them");
    }
    if files.len() > MOST_FILES {
        bail!("{} files; expected {MOST_FILES} at most: import them in parts", files.len());
    }
    Ok(files)
}

fn meant(path: &Path) -> Result<Vec<PathBuf>> {
    let error = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return in_folder(path),
        Ok(_) => return Ok(vec![path.to_owned()]),
        Err(error) => error,
    };
    let pattern = path.to_str().filter(|text| text.contains(['*', '?', '[']));
    let Some(pattern) = pattern else {
        return Err(error).with_context(|| format!("cannot read {}", path.display()));
    };
    let found = glob::glob(pattern).with_context(|| format!("{pattern} is not a pattern of names"))?;
    let found = found.collect::<Result<Vec<_>, _>>().with_context(|| format!("cannot search for {pattern}"))?;
    if found.is_empty() {
        bail!("no file has a name like {pattern}");
    }
    let mut files = Vec::new();
    for path in found {
        if path.is_dir() {
            files.extend(in_folder(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

/// The files of a folder and of those in it, by name.
fn in_folder(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let cannot = || format!("cannot read the folder {}", folder.display());
        if depth > MOST_DEEP {
            bail!("{} lies more than {MOST_DEEP} folders deep; name the folder that is meant", folder.display());
        }
        for entry in fs::read_dir(&folder).with_context(cannot)? {
            let entry = entry.with_context(cannot)?;
            // Links to folders are not followed: they can lead in a circle, or out of the folder.
            if entry.file_type().with_context(cannot)?.is_dir() {
                folders.push((entry.path(), depth + 1));
            } else if has_ending(&entry.path()) {
                files.push(entry.path());
            }
        }
    }
    if files.is_empty() {
        bail!("{} has no files with names in {}", folder.display(), ENDINGS.join(", "));
    }
    files.sort_unstable();
    Ok(files)
}

fn has_ending(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    // Parquet is read where it was exported; any other is some program's own.
    let is_ours = !name.ends_with(PARQUET) || !matches!(layout::read(path), Ok(None));
    ENDINGS.iter().any(|ending| name.ends_with(ending)) && is_ours && path.is_file()
}

fn is_checksum(path: &Path) -> bool {
    path.to_string_lossy().ends_with(checksum::SUFFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files that are meant by a path in a folder with some.
    #[track_caller]
    fn check(path: &str, expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("in/deep")).unwrap();
        let exported = "exchange=a/symbol=A%2FB/timeframe=1m/month=2025-01";
        fs::create_dir_all(root.join("out").join(exported)).unwrap();
        fs::write(root.join("out").join(exported).join("candles.parquet"), "").unwrap();
        fs::write(root.join("out/equity.parquet"), "").unwrap();
        let files = ["b.zip", "b.zip.CHECKSUM", "a.csv", "note.txt", "in/c.csv.gz", "in/deep/d.CSV", "in/[x].csv"];
        for file in files {
            fs::write(root.join(file), "").unwrap();
        }
        let found = expand(&[root.join(path)]).map_err(|error| error.to_string().replace(root.to_str().unwrap(), "."));
        let name = |path: &PathBuf| path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        let found = found.map_or_else(|error| vec![error], |found| found.iter().map(name).collect());
        assert_eq!(found, expected);
    }

    #[test]
    fn files_folders_and_patterns() {
        check("a.csv", &["a.csv"]);
        check("note.txt", &["note.txt"]);
        let exported = "out/exchange=a/symbol=A%2FB/timeframe=1m/month=2025-01/candles.parquet";
        check("", &["a.csv", "b.zip", "in/[x].csv", "in/c.csv.gz", "in/deep/d.CSV", exported]);
        check("out", &[exported]);
        check("out/equity.parquet", &["out/equity.parquet"]);
        check("in", &["in/[x].csv", "in/c.csv.gz", "in/deep/d.CSV"]);
        check("b.*", &["b.zip"]);
        check("i?", &["in/[x].csv", "in/c.csv.gz", "in/deep/d.CSV"]);
        check("in/[x].csv", &["in/[x].csv"]);
        check("*.xyz", &["no file has a name like ./*.xyz"]);
        check("missing.csv", &["cannot read ./missing.csv"]);
        check("b.zip.CHECKSUM", &["these are checksums only; expected the files beside them"]);
    }
}
