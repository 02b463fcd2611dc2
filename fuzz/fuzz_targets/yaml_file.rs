//! Any YAML: a tree whose places lie in the source, or mistakes that do.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yaml::{Node, Value};

fuzz_target!(|source: &str| {
    match yaml::parse(source) {
        Ok(root) => check(source, &root),
        Err(problems) => fuzz::check_places(source, &problems),
    }
});

fn check(source: &str, node: &Node) {
    assert!(source.get(node.span.clone()).is_some(), "{:?} is no place of the file", node.span);
    match &node.value {
        Value::Text(text) => {
            for at in (0..text.text.len()).step_by(1 + text.text.len() / 8) {
                assert!(source.get(node.locate(source, at..at + 1)).is_some(), "a part is no place of the file");
            }
        }
        Value::List(nodes) => nodes.iter().for_each(|node| check(source, node)),
        Value::Map(entries) => entries.iter().for_each(|(key, value)| {
            check(source, key);
            check(source, value);
        }),
    }
}
