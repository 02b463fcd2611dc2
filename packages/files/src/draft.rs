//! A file in the making: beside its place, under a name that nobody else has.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::permissions::{narrowed, private, usual};
use crate::{folder_of, place_of, with_ending};

/// How the name of a draft ends.
const PART: &str = ".part";
/// What SQLite may have beside a database.
const SIDE_FILES: [&str; 3] = ["-journal", "-wal", "-shm"];
/// So long ago a draft was last written to whose process was killed. One that is being made is written to all the time.
const ABANDONED: Duration = Duration::from_secs(24 * 3_600);
/// Most names that are tried.
const MOST_NAMES: u32 = 1_000;

/// A file in the making, which nobody but its owner may read. Nothing of it is left when it is dropped.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    place: PathBuf,
    /// What it gets in the end, unless there is a file then whose permissions it takes over.
    permissions: Permissions,
    /// More than these nobody but the owner gets.
    limit: Option<Permissions>,
    /// Whether `path` is ours: behind a rename, it is free for everybody.
    is_ours: bool,
}

impl Draft {
    /// An empty draft of the file at `place`, or of the one that a link there leads to, and the folders to it. Drafts
    /// of that file that killed processes left a day ago or earlier are removed.
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
        let permissions = match fs::metadata(&place) {
            Ok(there) => there.permissions(),
            Err(_) => permissions_of_new(&place, &begin)?,
        };
        let (path, there) = create(&place, &begin, &private())?;
        let draft = Draft { path, place, permissions, limit: None, is_ours: true };
        remove_abandoned(folder_of(&draft.place), &begin, there.modified()?);
        Ok(draft)
    }

    /// Where it is written.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives to others no more permissions in the end than the file at `path` gives them.
    ///
    /// # Errors
    /// When that file cannot be looked at.
    pub fn limit_to(&mut self, path: &Path) -> io::Result<()> {
        self.limit = Some(fs::metadata(path)?.permissions());
        Ok(())
    }

    /// Brings the draft to the disk, and gives it its name in one step, and the permissions of the file that had it.
    ///
    /// # Errors
    /// When the system refuses; then what was in the place is still there.
    pub fn take_place(mut self) -> io::Result<()> {
        self.finish()?;
        self.rename()
    }

    /// As [`Draft::take_place`], for a place that must be free. Where the file system cannot give a file a second name,
    /// one that another program makes there in the last moment is replaced.
    ///
    /// # Errors
    /// Of the kind `AlreadyExists` when the place is taken; and when the system refuses.
    pub fn take_free_place(mut self) -> io::Result<()> {
        self.finish()?;
        match fs::hard_link(&self.path, &self.place) {
            Ok(()) => {
                sync_folder(&self.place);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            Err(_) if self.place.exists() => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => self.rename(),
        }
    }

    /// Gives the draft its permissions, and brings it to the disk.
    fn finish(&self) -> io::Result<()> {
        // Opened first: its owner need not be allowed to read it afterwards.
        let file = File::open(&self.path)?;
        let permissions = fs::metadata(&self.place).map_or(self.permissions.clone(), |there| there.permissions());
        let permissions = self.limit.as_ref().map_or(permissions.clone(), |limit| narrowed(&permissions, limit));
        // Some file systems know one mode for all files, and refuse to set any.
        if file.metadata()?.permissions() != permissions {
            fs::set_permissions(&self.path, permissions)?;
        }
        file.sync_all()
    }

    fn rename(&mut self) -> io::Result<()> {
        fs::rename(&self.path, &self.place)?;
        self.is_ours = false;
        sync_folder(&self.place);
        Ok(())
    }
}

/// A name is on the disk when its folder is. The file is in its place already, so that it is no error where a folder
/// cannot be read, or a mount cannot bring one to the disk.
fn sync_folder(place: &Path) {
    if cfg!(unix) {
        let _ = File::open(folder_of(place)).and_then(|folder| folder.sync_all());
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_ours {
            return;
        }
        // What cannot be removed goes with what killed processes left. The draft itself is last: as long as it is
        // there, nobody else has files of these names.
        for ending in SIDE_FILES {
            let _ = fs::remove_file(with_ending(&self.path, ending));
        }
        let _ = fs::remove_file(&self.path);
    }
}

/// What a file gets that any program makes here: one is made to see. It is not the draft, for who has that open in the
/// moment in which all may read it could read on.
fn permissions_of_new(place: &Path, begin: &str) -> io::Result<Permissions> {
    let (path, there) = create(place, begin, &usual())?;
    fs::remove_file(path)?;
    Ok(there.permissions())
}

/// A new file whose name begins so, beside `place`, and what its file system tells of it. Whoever asks for the same
/// name at the same time gets another: two containers on one volume may have the same process number.
fn create(place: &Path, begin: &str, options: &OpenOptions) -> io::Result<(PathBuf, Metadata)> {
    let mut taken = io::Error::from(io::ErrorKind::AlreadyExists);
    for number in 0..MOST_NAMES {
        let path = place.with_file_name(format!("{begin}{}-{number}{PART}", std::process::id()));
        match options.open(&path).and_then(|file| file.metadata()) {
            Ok(there) => return Ok((path, there)),
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

    #[test]
    fn a_name_that_was_given_up_is_no_longer_ours() {
        let folder = tempfile::tempdir().unwrap();
        let mut draft = Draft::of(&folder.path().join("a.txt")).unwrap();
        draft.rename().unwrap();
        fs::write(draft.path(), "of another container").unwrap();
        let other = draft.path().to_owned();
        drop(draft);
        assert_eq!(fs::read_to_string(other).unwrap(), "of another container");
    }

    #[test]
    fn a_place_that_is_taken_stays_if_it_must_be_free() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.txt");
        let (first, second) = (Draft::of(&place).unwrap(), Draft::of(&place).unwrap());
        fs::write(first.path(), "first").unwrap();
        first.take_free_place().unwrap();
        assert_eq!(second.take_free_place().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&place).unwrap(), "first");
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    /// With `there` in the place or nothing, and so much at most for others: what the file has in the end.
    #[cfg(unix)]
    #[track_caller]
    fn check_mode(there: Option<u32>, limit: Option<u32>, expected: u32) {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let made = |name: &str, mode: u32| {
            let path = folder.path().join(name);
            fs::write(&path, "").unwrap();
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            path
        };
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let place = there.map_or(folder.path().join("a.txt"), |mode| made("a.txt", mode));
        let limit = limit.map(|mode| made("limit", mode));
        for is_free in [false, there.is_none()] {
            if is_free {
                fs::remove_file(&place).unwrap();
            }
            let mut draft = Draft::of(&place).unwrap();
            limit.iter().for_each(|limit| draft.limit_to(limit).unwrap());
            assert_eq!(mode(draft.path()), 0o600, "nobody else reads what is not done");
            if is_free { draft.take_free_place() } else { draft.take_place() }.unwrap();
            assert_eq!(mode(&place), expected);
        }
    }

    #[cfg(unix)]
    #[test]
    fn who_may_read_a_file_stays_the_same() {
        use std::os::unix::fs::PermissionsExt;

        let probe = tempfile::tempdir().unwrap();
        let usual = File::create_new(probe.path().join("a")).unwrap().metadata().unwrap().permissions().mode() & 0o777;
        check_mode(None, None, usual);
        check_mode(None, Some(0o600), 0o600);
        check_mode(None, Some(0o440), (usual & 0o440) | 0o600);
        check_mode(None, Some(0o666), usual);
        check_mode(Some(0o600), None, 0o600);
        check_mode(Some(0o664), None, 0o664);
        check_mode(Some(0o444), None, 0o444);
        check_mode(Some(0o200), None, 0o200);
        check_mode(Some(0o664), Some(0o640), 0o640);
        check_mode(Some(0o600), Some(0o644), 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_read_is_written_to() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.txt");
        let set = |mode| fs::set_permissions(folder.path(), Permissions::from_mode(mode)).unwrap();
        set(0o300);
        if File::open(folder.path()).is_ok() {
            eprintln!("left out: root reads every folder");
            return;
        }
        let done = Draft::of(&place).and_then(Draft::take_place);
        set(0o700);
        done.unwrap();
        assert_eq!(names(folder.path()), ["a.txt"]);
    }
}
