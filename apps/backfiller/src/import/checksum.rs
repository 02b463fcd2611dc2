//! The checksum that an archive publishes beside a file: `NAME.CHECKSUM`, as `sha256sum` writes it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// What the name of a checksum's file ends in.
pub(crate) const SUFFIX: &str = ".CHECKSUM";
/// Hexadecimal digits of a SHA-256.
const HEX_DIGITS: usize = 64;
const EXPECTED: &str = "expected a SHA-256 in hexadecimal, two spaces, and the name of the file";

/// Holds the content of a file against the checksum beside it, where there is one, and gives that.
pub(crate) fn check(path: &Path, content: &[u8]) -> Result<Option<String>> {
    let beside = beside(path);
    // A name with odd bytes has none: archives are named in UTF-8.
    if !beside.is_file() {
        return Ok(None);
    }
    let text = fs::read_to_string(&beside).with_context(|| format!("cannot read {}", beside.display()))?;
    let Some((expected, name)) = parse(&text) else {
        bail!("{} is not a checksum; {EXPECTED}", beside.display());
    };
    if path.file_name().is_none_or(|own| own.to_string_lossy() != name) {
        bail!("{} is the checksum of {name}, not of {}", beside.display(), path.display());
    }
    let found = sha256(content);
    if !found.eq_ignore_ascii_case(expected) {
        bail!(
            "{} is not what its checksum says: its SHA-256 is {found}, {} has {expected}; download both again",
            path.display(),
            beside.display()
        );
    }
    Ok(Some(found))
}

/// The SHA-256 of the content of a file, in small hexadecimal digits.
pub(crate) fn sha256(content: &[u8]) -> String {
    hex(&Sha256::digest(content))
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(SUFFIX);
    PathBuf::from(name)
}

/// The sum and the name. A star before the name says that the file was read as bytes.
fn parse(text: &str) -> Option<(&str, &str)> {
    let (sum, name) = text.trim().split_once(char::is_whitespace)?;
    let name = name.trim_start();
    let is_sum = sum.len() == HEX_DIGITS && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_sum && !name.is_empty() && !name.contains('\n')).then(|| (sum, name.strip_prefix('*').unwrap_or(name)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_parsed(text: &str, name: Option<&str>) {
        assert_eq!(parse(text).map(|(_, name)| name), name, "{text:?}");
    }

    #[test]
    fn as_sha256sum_writes_it() {
        let sum = "a".repeat(64);
        check_parsed(&format!("{sum}  a.zip\n"), Some("a.zip"));
        check_parsed(&format!("{sum} *a b.zip"), Some("a b.zip"));
        check_parsed(&format!("{}  a.zip", sum.to_uppercase()), Some("a.zip"));
        check_parsed(&sum, None);
        check_parsed(&format!("{}  a.zip", &sum[1..]), None);
        check_parsed(&format!("{}x  a.zip", &sum[1..]), None);
        check_parsed(&format!("{sum}  a.zip\n{sum}  b.zip\n"), None);
        check_parsed("", None);
    }

    #[test]
    fn sums_are_sha256() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), empty);
    }
}
