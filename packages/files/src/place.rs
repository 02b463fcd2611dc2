//! Where a file goes that is written to a path.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::folder_of;

/// Most links that are followed one after the other: as many as Linux follows.
const MOST_LINKS: u32 = 40;

/// Where a file goes that is written to `path`: to what a link leads to, there or not, and never in the place of a
/// device or a pipe.
///
/// # Errors
/// When there is something else than a file, or links lead in a circle.
pub fn place_of(path: &Path) -> io::Result<PathBuf> {
    match fs::metadata(path) {
        Ok(there) if !there.is_file() => Err(refused("it is no regular file; expected one, or a new name")),
        Ok(_) => path.canonicalize(),
        Err(_) => end_of_links(path),
    }
}

/// The name at the end of links, where there is no file yet.
fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    let mut end = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&end) {
            Ok(next) => end = folder_of(&end).join(next),
            Err(_) => return Ok(end),
        }
    }
    Err(refused("links lead from it to no file, but in a circle; expected a file, or a new name"))
}

fn refused(told: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, told)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::write_whole;

    #[test]
    fn a_link_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a.txt"), folder.path().join("link"));
        fs::write(&file, "before").unwrap();
        symlink(&file, &link).unwrap();
        write_whole(&link, |out| out.write_all(b"after")).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "after");
        assert!(link.is_symlink());
    }

    #[test]
    fn the_file_is_made_that_a_link_names() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("first"), folder.path().join("second"));
        symlink("second", &first).unwrap();
        symlink("new/a.txt", &second).unwrap();
        write_whole(&first, |out| out.write_all(b"made")).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("new/a.txt")).unwrap(), "made");
        assert!(first.is_symlink() && second.is_symlink());
    }

    #[test]
    fn links_in_a_circle_lead_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        symlink("link", &link).unwrap();
        let error = write_whole(&link, |out| out.write_all(b"x")).unwrap_err();
        assert!(error.to_string().contains("in a circle"), "{error}");
        assert!(link.is_symlink());
    }
}
