//! Files that are there whole or not at all, whatever happens to the process, and whoever writes the same file beside
//! it.

mod draft;
mod permissions;
mod place;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

pub use draft::Draft;
pub use place::place_of;

/// What is written to: Parquet asks that it can be sent to a thread.
pub type Out = dyn Write + Send;

/// Lets `fill` write the file at `path` and the folders to it. Who reads it meanwhile finds what was there before; who
/// may read it stays the same. What is no file, such as a pipe or a terminal, is written as it comes.
///
/// # Errors
/// What `fill` says, or when the file cannot be written; then it is as it was before.
pub fn write_whole<E: From<io::Error>>(path: &Path, fill: impl FnOnce(&mut Out) -> Result<(), E>) -> Result<(), E> {
    if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return fill_file(File::options().write(true).open(path)?, fill);
    }
    let draft = Draft::of(path)?;
    fill_file(File::create(draft.path())?, fill)?;
    Ok(draft.take_place()?)
}

fn fill_file<E: From<io::Error>>(file: File, fill: impl FnOnce(&mut Out) -> Result<(), E>) -> Result<(), E> {
    let mut out = BufWriter::new(file);
    fill(&mut out)?;
    Ok(out.flush()?)
}

/// The folder that `path` is in.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// `path` with `ending` behind its name.
#[must_use]
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/folder/a.txt");
        write_whole(&path, |out| out.write_all(b"first")).unwrap();
        let failed = write_whole(&path, |out| {
            out.write_all(b"half")?;
            assert_eq!(fs::read(&path)?, b"first", "nobody sees what is not done");
            Err(io::Error::other("no more"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "no more");
        assert_eq!(fs::read(&path).unwrap(), b"first");
        write_whole(&path, |out| out.write_all(b"second")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_is_no_place_for_a_file() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write_whole(folder.path(), |out| out.write_all(b"x")).is_err());
        assert!(folder.path().is_dir());
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_and_stays_one() {
        use std::os::unix::fs::FileTypeExt;

        write_whole(Path::new("/dev/null"), |out| out.write_all(b"x")).unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    }
}
