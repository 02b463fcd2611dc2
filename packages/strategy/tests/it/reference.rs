//! The pages that are made from the code are as the code would make them now.

use std::path::Path;

use strategy::{Gives, functions, reference};

use super::loaded;

/// Fails where a committed file of `docs` is not what the code gives.
#[track_caller]
pub(super) fn is_up_to_date(file: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(file);
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let line = committed.lines().zip(made.lines()).position(|(old, new)| old != new);
    let line = line.map_or_else(|| "one ends before the other".to_owned(), |line| format!("from line {}", line + 1));
    assert!(committed.trim_end() == made.trim_end(), "docs/{file} lags behind the code, {line}: run `make docs`");
}

#[test]
fn the_page_of_functions_is_up_to_date() {
    is_up_to_date("functions.md", &reference::page());
}

#[test]
fn the_page_has_every_function_and_leads_to_it() {
    let page = reference::page();
    for function in functions() {
        let heading = format!("\n### `{}`\n", function.signature());
        assert_eq!(page.matches(&heading).count(), 1, "{} has no place of its own", function.name);
        assert!(page.contains(&format!("[`{}`](#", function.name)), "{} is not in the list", function.name);
        assert!(!reference::heading(function.family).is_empty(), "the family of {}", function.name);
    }
    // Where a link leads is made of the heading, as GitHub makes it.
    assert!(page.contains("[`macd_hist`](#macd_histx-fast-slow-signal)"), "{page}");
}

#[test]
fn every_example_can_be_called() {
    for function in functions() {
        let call = reference::example(function);
        let rule = if function.gives == Gives::Number { format!("{call} > 0") } else { call };
        let file = loaded(&format!("name: t\ntimeframe: 1h\nlong:\n  enter: \"{rule}\"\n"));
        assert_eq!(
            reference::example_warm_up(function),
            Some(file.strategy.description().warm_up),
            "{}",
            function.name
        );
        let told = reference::describe(function);
        assert!(told.starts_with(&function.signature()) && !told.contains('`'), "{told}");
    }
}
