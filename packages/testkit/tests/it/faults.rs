//! The page of faults names tests that exist, and a test for each fault.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The project's root.
fn root() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).to_owned()
}

/// The names of all tests of the project: the function behind each attribute, and those that `proptest!` makes.
fn tests() -> BTreeSet<String> {
    let (mut names, mut folders) = (BTreeSet::new(), vec![root().join("apps"), root().join("packages")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                names.extend(tests_in(&fs::read_to_string(&path).expect("text")));
            }
        }
    }
    names
}

fn tests_in(text: &str) -> impl Iterator<Item = String> + '_ {
    let attributes = ["#[test]", "#[tokio::test"];
    let behind = attributes.into_iter().flat_map(|attribute| text.split(attribute).skip(1));
    behind.filter_map(|rest| {
        let name = rest.split_once("fn ")?.1;
        Some(name.split(['(', '<']).next()?.to_owned())
    })
}

#[test]
fn every_fault_of_the_page_has_tests_that_exist() {
    let (tests, page) = (tests(), fs::read_to_string(root().join("docs/faults.md")).expect("the page"));
    let mut ids = BTreeSet::new();
    for line in page.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let Some(id) = cells.first().filter(|id| id.len() == 3 && id[1..].bytes().all(|byte| byte.is_ascii_digit()))
        else {
            continue;
        };
        assert!(ids.insert((*id).to_owned()), "{id} is there twice");
        assert_eq!(cells.len(), 4, "{id}: expected an id, the fault, what happens, and tests");
        let named: Vec<&str> = cells[3].split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{id} names no test");
        for name in named {
            assert!(tests.contains(name), "{id}: there is no test `{name}`");
        }
    }
    assert!(ids.len() > 20, "only {} faults were found in the page", ids.len());
}
