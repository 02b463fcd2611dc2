//! The commonest mistakes of beginners: each file of `tests/mistakes`, and beside it what is said of it.
//!
//! `UPDATE_GOLDEN=1 cargo test -p strategy` writes the messages anew; read every one that changed.

use std::fs;
use std::path::{Path, PathBuf};

use strategy::load;

/// The files with mistakes, in the order of their names.
fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes");
    let paths = fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    files.sort();
    assert!(files.len() >= 30, "files are missing: {files:?}");
    files
}

/// What is said of a file.
#[track_caller]
fn message(path: &Path) -> String {
    let source = fs::read_to_string(path).expect("the file is text");
    let name = path.file_name().expect("a file").to_string_lossy();
    let Err(problems) = load(&source, &[]) else { panic!("{name} is taken without a word") };
    problems.render(&name, &source, false) + "\n"
}

#[test]
fn every_mistake_is_told_as_it_should_be() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut differ = Vec::new();
    for path in files() {
        let (told, golden) = (message(&path), path.with_extension("txt"));
        if update {
            fs::write(&golden, &told).expect("the folder can be written");
        }
        if fs::read_to_string(&golden).unwrap_or_default() != told {
            differ.push(format!("{}:\n{told}", golden.display()));
        }
    }
    assert!(differ.is_empty(), "what is said now differs from\n\n{}", differ.join("\n\n"));
}

#[test]
fn ten_mistakes_are_told_at_once() {
    let path = files().into_iter().find(|path| path.ends_with("ten_mistakes.yaml")).expect("the file is there");
    let count = message(&path).matches("error: ").count();
    assert!(count >= 10, "only {count}");
}
