//! Files that people name: text of a bounded size, whatever is behind the name.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The text of the file at `path`, of which never more than `most_bytes` and one are read.
///
/// # Errors
/// When it cannot be read, is larger, or is not text in UTF-8.
pub fn read_text(path: &Path, most_bytes: usize) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most_bytes as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > most_bytes {
        let message = format!("it is larger than {} KiB; is it the right file?", most_bytes / 1024);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
        let message = format!("line {line} is not text in UTF-8; save it in that encoding");
        io::Error::new(io::ErrorKind::InvalidData, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Result<&str, &str>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        let read = read_text(&path, 1024).map_err(|error| error.to_string());
        match (expected, &read) {
            (Ok(text), Ok(read)) => assert_eq!(read, text),
            (Err(part), Err(message)) => assert!(message.contains(part), "{message}"),
            _ => panic!("{read:?}"),
        }
    }

    #[test]
    fn only_text_of_a_bounded_size_is_read() {
        check("é: 1\n".as_bytes(), Ok("é: 1\n"));
        check(&[b'a'; 1024], Ok(&"a".repeat(1024)));
        check(&[b'a'; 1025], Err("larger than 1 KiB"));
        check(b"a: 1\nb: \xff\n", Err("line 2 is not text"));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_without_an_end_is_refused() {
        assert!(read_text(Path::new("/dev/zero"), 1024).is_err());
    }
}
