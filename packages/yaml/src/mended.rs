//! What is not YAML and what is told of it; reading goes on behind it.

use crate::{Node, Value, read};

/// The tree as a line of text.
fn show(node: &Node) -> String {
    let list = |parts: Vec<String>| parts.join(", ");
    match &node.value {
        Value::Text(text) => text.text.clone(),
        Value::List(nodes) => format!("[{}]", list(nodes.iter().map(show).collect())),
        Value::Map(entries) => {
            format!(
                "{{{}}}",
                list(entries.iter().map(|(key, value)| format!("{}: {}", show(key), show(value))).collect())
            )
        }
    }
}

/// Expects one mistake at `line:column` whose message and help hold the parts, and this tree.
#[track_caller]
fn check(source: &str, place: &str, parts: [&str; 2], tree: &str) {
    let (root, problems) = read(source);
    let text = problems.render("t", source, false);
    assert_eq!(problems.list().len(), 1, "{text}");
    for part in parts.into_iter().chain([format!("t:{place}\n").as_str()]) {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    assert_eq!(root.as_ref().map(show).unwrap_or_default(), tree);
}

#[test]
fn indentation() {
    check("a:\n\tb: 1\n\tc: 2\n", "2:1", ["a tab", "with spaces"], "{a: {b: 1, c: 2}}");
    check("a:\n   b: 1\n  c: 2\n", "3:1", ["further out than `b`", "3 blanks, not by 2"], "{a: {b: 1, c: 2}}");
    check("a:\n  b: 1\n   c: 2\n", "3:1", ["further in than `b`", "2 blanks, not by 3"], "{a: {b: 1, c: 2}}");
    check("a: 1\n  b: 2\n", "2:1", ["further in than `a`", "0 blanks, not by 2"], "{a: 1, b: 2}");
    check("a:\n  b: 1\n  - c: 2\n", "3:3", ["a dash starts a list", "`c: 2`"], "{a: {b: 1, c: 2}}");
}

#[test]
fn colons() {
    check("a:\n  b:1\n  c: 2\n", "2:4", ["a blank is missing", "`b: 1`"], "{a: {b: 1, c: 2}}");
    check("a:\n  b: 1\n  c:2\n", "3:4", ["a blank is missing", "`c: 2`"], "{a: {b: 1, c: 2}}");
    check("a: 1\r\nb:2\r\n", "2:2", ["a blank is missing", "`b: 2`"], "{a: 1, b: 2}");
    check("a\n  b: 1\n", "1:2", ["a colon is missing behind `a`", "write `a:`"], "{a: {b: 1}}");
    check("a = 1\nb: 2\n", "1:2", ["a colon is missing behind `a`", "write `a: 1`"], "{a: 1, b: 2}");
    check("a: x ? y : z\nb: 2\n", "1:6", ["… ? … : …", "write `if(x, y, z)`"], "{a: x ? y : z, b: 2}");
    for (choice, instead) in [
        ("true : false", "`x`"),
        ("False : true", "`not x`"),
        ("true : y", "`x or y`"),
        ("y : false", "`x and y`"),
        ("y : true", "`not x or y`"),
        ("false : y or z", "`not x and (y or z)`"),
    ] {
        let source = format!("a: x ? {choice}\nb: 2\n");
        check(&source, "1:6", [&format!("write {instead}"), ""], &format!("{{a: x ? {choice}, b: 2}}"));
    }
    check("a: b: 'c\n", "1:5", ["a second colon", "in quotes: 'b: ''c'"], "{a: b: 'c}");
}

#[test]
fn values_that_start_with_a_sign_of_yaml() {
    check("a: !b\nc: 1\n", "1:4", ["start with `!`", "write `not`"], "{a: !b, c: 1}");
    for sign in ['%', '@', '`', '&', '*'] {
        let source = format!("a: {sign}b\nc: 1\n");
        let (message, help) = (format!("start with `{sign}`"), format!("in quotes: '{sign}b'"));
        check(&source, "1:4", [&message, &help], &format!("{{a: {sign}b, c: 1}}"));
    }
    check("a: > b\nc: 1\n", "1:4", ["begins on the next line", "leave it out: b"], "{a: b, c: 1}");
    check("a: - b\nc: 1\n", "1:4", ["`- ` cannot start a value", "leave it out"], "{a: b, c: 1}");
    check("a: 'b\nc: 1\n", "1:4", ["this quote is not closed", "'b'"], "{a: b, c: 1}");
    check("a: 'b' > d\nc: 1\n", "1:8", ["goes on behind its closing quote", ": b > d"], "{a: , c: 1}");
    check("a: \"\\q\"\nc: 1\n", "1:4", ["cannot be read", "single quotes"], "{a: , c: 1}");
    check("a: [b\nc: 1\n", "1:4", ["`[` is not closed", "cannot start with `[`"], "{a: , c: 1}");
    check("a: {b\nc: 1\n", "1:4", ["`{` is not closed", "cannot start with `{`"], "{a: , c: 1}");
    check("a: [b] + 1\nc: 1\n", "1:7", ["goes on behind its `]`", "cannot start with `[`"], "{a: , c: 1}");
    check("a: ]\nc: 1\n", "1:4", ["no open bracket", "leave it out"], "{a: , c: 1}");
}

#[test]
fn what_cannot_be_mended_ends_the_file() {
    check("a: {b: *c}", "1:8", ["not YAML", ""], "");
    check("a: {b: &c d}", "1:8", ["anchors", "write the value out"], "");
    check("a: 1\0\n", "1:5", ["cannot be printed", "the right file"], "");
    let tabs = "a: 1\n".repeat(8_000) + "\tb: 1\n";
    assert!(read(&tabs).0.is_none(), "a long file is not read twice");
}

#[test]
fn several_mistakes_are_told_at_once() {
    let source = "a:1\nb:\n\tc: !x\n  d: \"y\ne: 1\ne: 2\n";
    let (root, problems) = read(source);
    let text = problems.render("t", source, false);
    assert_eq!(problems.list().len(), 5, "{text}");
    assert_eq!(root.as_ref().map(show).unwrap_or_default(), "{a: 1, b: {c: !x, d: y}, e: 1}");
    for (index, problem) in problems.list().iter().enumerate().skip(1) {
        assert!(problem.span.start > problems.list()[index - 1].span.start, "{text}");
    }
}

#[test]
fn the_number_of_mistakes_is_bounded() {
    let source: String = ["b: 1\n".to_owned()].into_iter().chain((0..100).map(|n| format!("a{n}:1\n"))).collect();
    let (root, problems) = read(&source);
    assert!(root.is_none());
    assert!(problems.list().len() <= 21, "{}", problems.list().len());
    let twice = "a: 1\n".repeat(5_000);
    assert!(read(&twice).1.is_full());
}

#[test]
fn every_place_lies_in_the_file() {
    for source in ["a\nlong>\n  ente", "a\nb>\n c\n", "a: >\n", "a:\n  b", "a: 'b", "a: [", "\t", "a:b", "é:é"] {
        for problem in read(source).1.list() {
            assert!(source.get(problem.span.clone()).is_some(), "{:?} in {source:?}", problem.span);
        }
    }
}
