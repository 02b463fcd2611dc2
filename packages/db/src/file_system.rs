//! Refuses file systems on which processes do not see each other's writes as SQLite needs it. There a shared store works for a
//! while and is damaged then, often without any crash.

use std::fs;
use std::path::{Path, PathBuf};

use crate::DbError;

/// What Linux knows of its mounts. Other systems have no such file, and nothing is refused there.
const MOUNTS: &str = "/proc/self/mountinfo";
/// Network drives, and folders of the host inside a virtual machine: where Docker Desktop mounts them, and WSL.
const SHARED: [&str; 9] = ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "grpcfuse", "fakeowner"];
/// A program that stands for a file system.
const FUSE: &str = "fuse.";
/// The one of these that lies on a local disk: containers of a user without rights have it.
const LOCAL_FUSE: &str = "fuse.fuse-overlayfs";

/// Refuses a place for a database by the file system that it lies on.
pub(crate) fn check(path: &Path) -> Result<(), DbError> {
    let Ok(mounts) = fs::read_to_string(MOUNTS) else { return Ok(()) };
    let Some(place) = real_place(path) else { return Ok(()) };
    match kind_of(&mounts, &place).filter(|kind| is_shared(kind)) {
        Some(kind) => Err(DbError::UnsafeFileSystem { path: path.to_owned(), kind: kind.to_owned() }),
        None => Ok(()),
    }
}

/// The file itself, or the folder that it will be in; links followed.
fn real_place(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    path.canonicalize().or_else(|_| folder.canonicalize()).ok()
}

/// The kind of the file system that `place` lies on: of the mounts above it, the deepest, and of two at one place the later.
fn kind_of<'a>(mounts: &'a str, place: &Path) -> Option<&'a str> {
    let mount = |line: &'a str| {
        let (before, after) = line.split_once(" - ")?;
        let point = PathBuf::from(before.split(' ').nth(4)?.replace("\\040", " "));
        Some((point, after.split(' ').next()?))
    };
    let above = mounts.lines().filter_map(mount).filter(|(point, _)| place.starts_with(point));
    above.max_by_key(|(point, _)| point.components().count()).map(|(_, kind)| kind)
}

fn is_shared(kind: &str) -> bool {
    SHARED.contains(&kind) || (kind.starts_with(FUSE) && kind != LOCAL_FUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:25 / /tmp rw - tmpfs tmpfs rw
40 22 0:40 / /home/me/my\\040share rw shared:1 - nfs4 server:/x rw
41 22 0:41 / /host rw - virtiofs host rw
42 22 0:42 / /remote rw - fuse.sshfs me@there: rw
43 22 0:43 / /data rw - nfs server:/y rw
44 22 0:44 / /data rw - ext4 /dev/vdb rw
45 22 0:45 / /rootless rw - fuse.fuse-overlayfs fuse-overlayfs rw";

    #[track_caller]
    fn check_kind(place: &str, kind: &str, refused: bool) {
        assert_eq!(
            kind_of(HERE, Path::new(place)).map(|kind| (kind, is_shared(kind))),
            Some((kind, refused)),
            "{place}"
        );
    }

    #[test]
    fn network_drives_and_folders_of_the_host_are_refused() {
        check_kind("/home/me/x.db", "ext4", false);
        check_kind("/tmp/x.db", "tmpfs", false);
        check_kind("/tmpfoo/x.db", "ext4", false);
        check_kind("/home/me/my share/data/x.db", "nfs4", true);
        check_kind("/host/x.db", "virtiofs", true);
        check_kind("/remote/x.db", "fuse.sshfs", true);
        check_kind("/rootless/x.db", "fuse.fuse-overlayfs", false);
        check_kind("/data/x.db", "ext4", false);
        assert_eq!(kind_of("", Path::new("/x")), None);
    }

    #[test]
    fn this_machine_can_hold_a_store() {
        let folder = tempfile::tempdir().unwrap();
        check(&folder.path().join("new.db")).unwrap();
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let error = DbError::UnsafeFileSystem { path: "data/x.db".into(), kind: "nfs4".to_owned() }.to_string();
        assert!(error.starts_with("data/x.db lies on a file system (nfs4) that"), "{error}");
        assert!(error.contains("put the database on a local disk, in a container on a named volume"), "{error}");
    }
}
