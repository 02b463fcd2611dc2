//! A file in the making: beside its place, under a name that nobody else has.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::{folder_of, with_ending};

/// How the name of a draft ends.
const PART: &str = ".part";
/// What SQLite may have beside a database.
const SIDE_FILES: [&str; 3] = ["-journal", "-wal", "-shm"];
/// So long ago a draft was last written to whose process was killed. One that is being made is written to all the time.
const ABANDONED: Duration = Duration::from_secs(24 * 3_600);
/// Most names that are tried.
const MOST_NAMES: u32 = 1_000;

/// A file in the making. Nothing of it is left when it is dropped.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    place: PathBuf,
}

impl Draft {
    /// An empty draft of the file at `place`, or of the one that a link there leads to, and the folders to it. Drafts of that
    /// file that killed processes left a day ago or earlier are removed.
    ///
    /// # Errors
    /// When `place` is a folder, a device or a pipe, or nothing can be written there.
    pub fn of(place: &Path) -> io::Result<Self> {
        let place = place_of(place)?;
        let Some(name) = place.file_name() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it names no file"));
        };
        fs::create_dir_all(folder_of(&place))?;
        // Who reads whole folders leaves out names that begin with a dot.
        let begin = format!(".{}.", name.to_string_lossy());
        let (path, written) = create(&place, &begin)?;
        remove_abandoned(folder_of(&place), &begin, written);
        Ok(Draft { path, place })
    }

    /// Where it is written.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Brings the draft to the disk, and gives it its name in one step.
    ///
    /// # Errors
    /// When the system refuses; then what was in the place is still there.
    pub fn take_place(self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()?;
        fs::rename(&self.path, &self.place)?;
        // A name is on the disk when its folder is.
        if cfg!(unix) { File::open(folder_of(&self.place))?.sync_all() } else { Ok(()) }
    }
}

/// Where a file goes that is written to `path`: to what a link leads to, and never in the place of a device or a pipe.
///
/// # Errors
/// When there is something else than a file.
pub fn place_of(path: &Path) -> io::Result<PathBuf> {
    match fs::metadata(path) {
        Ok(there) if !there.is_file() => {
            let told = "it is no regular file; expected one, or a new name";
            Err(io::Error::new(io::ErrorKind::InvalidInput, told))
        }
        Ok(_) => path.canonicalize(),
        Err(_) => Ok(path.to_owned()),
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // What cannot be removed goes with what killed processes left.
        let _ = fs::remove_file(&self.path);
        for ending in SIDE_FILES {
            let _ = fs::remove_file(with_ending(&self.path, ending));
        }
    }
}

/// A new file whose name begins so, beside `place`, and when it was written by the clock of its file system. Whoever asks
/// for the same name at the same time gets another: two containers on one volume may have the same process number.
fn create(place: &Path, begin: &str) -> io::Result<(PathBuf, SystemTime)> {
    let mut taken = io::Error::from(io::ErrorKind::AlreadyExists);
    for number in 0..MOST_NAMES {
        let path = place.with_file_name(format!("{begin}{}-{number}{PART}", std::process::id()));
        match File::create_new(&path).and_then(|file| file.metadata()?.modified()) {
            Ok(written) => return Ok((path, written)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = error,
            Err(error) => return Err(error),
        }
    }
    Err(taken)
}

fn remove_abandoned(folder: &Path, begin: &str, now: SystemTime) {
    let Ok(files) = fs::read_dir(folder) else { return };
    for file in files.flatten() {
        let is_draft = file.file_name().to_str().and_then(|name| name.strip_prefix(begin)).is_some_and(is_of_draft);
        let written = file.metadata().and_then(|about| about.modified());
        if is_draft && written.is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > ABANDONED)) {
            // What cannot be removed takes room, and does nothing else.
            let _ = fs::remove_file(file.path());
        }
    }
}

/// Whether a name ends as those of drafts do, behind that of their file: nothing else is to be removed.
fn is_of_draft(ending: &str) -> bool {
    let ending = SIDE_FILES.iter().find_map(|side| ending.strip_suffix(side)).unwrap_or(ending);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    ending.strip_suffix(PART).is_some_and(|mark| mark.split('-').count() == 2 && mark.split('-').all(is_number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn two_drafts_of_one_file_do_not_meet() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.txt");
        let (first, second) = (Draft::of(&place).unwrap(), Draft::of(&place).unwrap());
        fs::write(first.path(), "first").unwrap();
        fs::write(second.path(), "sec").unwrap();
        first.take_place().unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "first");
        fs::write(second.path(), "second").unwrap();
        second.take_place().unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "second");
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    #[test]
    fn a_name_that_is_taken_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let other = folder.path().join(format!(".a.txt.{}-0.part", std::process::id()));
        fs::write(&other, "of another container").unwrap();
        let draft = Draft::of(&folder.path().join("a.txt")).unwrap();
        fs::write(draft.path(), "ours").unwrap();
        drop(draft);
        assert_eq!(fs::read_to_string(&other).unwrap(), "of another container");
    }

    #[test]
    fn what_is_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let draft = Draft::of(&folder.path().join("a.db")).unwrap();
        fs::write(draft.path(), "half").unwrap();
        fs::write(with_ending(draft.path(), "-journal"), "half").unwrap();
        drop(draft);
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn old_drafts_go_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, age: Duration| {
            let path = folder.path().join(name);
            fs::write(&path, "half").unwrap();
            let file = File::options().write(true).open(&path).unwrap();
            file.set_modified(file.metadata().unwrap().modified().unwrap() - age).unwrap();
        };
        let (hour, day) = (Duration::from_secs(3_600), Duration::from_secs(25 * 3_600));
        write(".a.db.7-1.part", hour);
        let others = [".a.db.7-1.txt", ".a.db.7.part", ".a.db.part", ".a.db.x-1.part", ".b.db.7-1.part", "a.db"];
        for name in [".a.db.7-2.part", ".a.db.7-2.part-journal"].iter().chain(&others) {
            write(name, day);
        }
        drop(Draft::of(&folder.path().join("a.db")).unwrap());
        let mut expected = [&[".a.db.7-1.part"], &others[..]].concat();
        expected.sort_unstable();
        assert_eq!(names(folder.path()), expected, "the young one may be in the making");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a.txt"), folder.path().join("link"));
        fs::write(&file, "before").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let draft = Draft::of(&link).unwrap();
        fs::write(draft.path(), "after").unwrap();
        draft.take_place().unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "after");
        assert!(link.is_symlink());
    }
}
