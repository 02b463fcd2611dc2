//! From source to tree, within bounds.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::{Node, Problems, Text, Value};

/// Largest file that is read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;
/// Deepest nesting of lists and mappings.
pub const MAX_DEPTH: usize = 16;
/// Most values in a file.
pub const MAX_NODES: usize = 20_000;

/// Reads one YAML document.
///
/// Anchors, aliases, tags and several documents are refused: they have no use in these files and
/// are how a small file becomes a huge one.
///
/// # Errors
/// The first mistake of the YAML itself, as [`Problems`].
pub fn parse(source: &str) -> Result<Node, Problems> {
    if source.len() > MAX_BYTES {
        return Err(problem(0..0, &format!("the file is larger than {} KiB", MAX_BYTES / 1024), None));
    }
    let offsets = byte_offsets(source);
    let mut builder = Builder { source, stack: Vec::new(), root: None, nodes: 0 };
    for event in Parser::new_from_str(source) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                let at = offsets[error.marker().index().min(offsets.len() - 1)];
                return Err(problem(at..at, &format!("this is not YAML: {}", error.info()), yaml_help(source, at)));
            }
        };
        let last = offsets.len() - 1;
        let place = offsets[span.start.index().min(last)]..offsets[span.end.index().min(last)];
        builder.event(event, place)?;
    }
    builder.root.ok_or_else(|| problem(0..0, "the file is empty", None))
}

/// The byte offset of each character, and of the end.
fn byte_offsets(source: &str) -> Vec<usize> {
    source.char_indices().map(|(offset, _)| offset).chain([source.len()]).collect()
}

fn problem(span: Range<usize>, message: &str, help: Option<String>) -> Problems {
    let mut problems = Problems::default();
    problems.push(span, message, help);
    problems
}

fn yaml_help(source: &str, at: usize) -> Option<String> {
    let line_start = source[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let indent: String = source[line_start..].chars().take_while(|c| c.is_whitespace() && *c != '\n').collect();
    let help = if indent.contains('\t') {
        "indent with spaces, not with tabs"
    } else {
        "entries of one mapping start in the same column, and a colon is followed by a blank"
    };
    Some(help.to_owned())
}

/// Where the quoted scalar that starts `span` ends: the scanner counts a comment behind it as part of it.
fn quote_end(source: &str, span: &Range<usize>) -> usize {
    let bytes = &source.as_bytes()[span.clone()];
    let quote = bytes.first().copied().unwrap_or(b'\'');
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            b'\'' if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 1,
            byte if byte == quote => return span.start + at + 1,
            _ => {}
        }
        at += 1;
    }
    span.end
}

enum Open {
    List(usize, Vec<Node>),
    Map(usize, Vec<(Node, Node)>, Option<Node>),
}

struct Builder<'a> {
    source: &'a str,
    stack: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: Range<usize>) -> Result<(), Problems> {
        match event {
            Event::Alias(_) => Err(problem(span, "aliases are not taken here", Some("write the value out".into()))),
            Event::Scalar(_, _, anchor, _) | Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _)
                if anchor != 0 =>
            {
                Err(problem(span, "anchors are not taken here", Some("write the value out".into())))
            }
            Event::Scalar(text, style, _, _) => {
                let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
                let empty = text.is_empty() && !quoted;
                let span = if quoted { span.start..quote_end(self.source, &span) } else { span };
                let text = if empty || (!quoted && text == "~") { String::new() } else { text.into_owned() };
                self.add(Node { span, value: Value::Text(Text { text, quoted }) })
            }
            Event::SequenceStart(..) => self.open(Open::List(span.start, Vec::new()), span),
            Event::MappingStart(..) => self.open(Open::Map(span.start, Vec::new(), None), span),
            Event::SequenceEnd | Event::MappingEnd => self.close(span.end),
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(problem(span, "a second document starts here; one file holds one", None))
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, open: Open, span: Range<usize>) -> Result<(), Problems> {
        if self.stack.len() == MAX_DEPTH {
            return Err(problem(span, &format!("this is nested more than {MAX_DEPTH} levels deep"), None));
        }
        self.stack.push(open);
        Ok(())
    }

    fn close(&mut self, end: usize) -> Result<(), Problems> {
        let (start, value) = match self.stack.pop() {
            Some(Open::List(start, nodes)) => (start, Value::List(nodes)),
            Some(Open::Map(start, entries, _)) => (start, Value::Map(entries)),
            None => return Ok(()),
        };
        let end = start + self.source[start..end.max(start)].trim_end().len();
        self.add(Node { span: start..end, value })
    }

    fn add(&mut self, node: Node) -> Result<(), Problems> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(problem(node.span, &format!("the file holds more than {MAX_NODES} values"), None));
        }
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(_, nodes)) => nodes.push(node),
            Some(Open::Map(_, entries, key)) => match key.take() {
                Some(key) => entries.push((key, node)),
                None => {
                    let Some(name) = node.text() else {
                        return Err(problem(node.span, "a key must be a plain name", None));
                    };
                    if entries.iter().any(|(other, _)| other.text() == Some(name)) {
                        return Err(problem(node.span.clone(), &format!("`{name}` is given twice"), None));
                    }
                    *key = Some(node);
                }
            },
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn fails(source: &str, part: &str) {
        let problems = parse(source).expect_err(source);
        assert!(problems.list()[0].message.contains(part), "{problems:?}");
    }

    #[test]
    fn values_know_their_places() {
        let source = "a: 1\nb:\n  c: 'it''s' # why\n  d: [x, \"y z\"]\n";
        let root = parse(source).unwrap();
        let Value::Map(entries) = &root.value else { panic!("{root:?}") };
        let Value::Map(inner) = &entries[1].1.value else { panic!() };
        assert_eq!(&source[entries[0].1.span.clone()], "1");
        assert_eq!(inner[0].1.text(), Some("it's"));
        assert_eq!(&source[inner[0].1.span.clone()], "'it''s'");
        let place = inner[0].1.locate(source, 3..4);
        assert_eq!(place, source.find("s' #").unwrap()..source.find("s' #").unwrap() + 1);
        assert_eq!(&source[entries[1].1.span.clone()], "c: 'it''s' # why\n  d: [x, \"y z\"]");
    }

    #[test]
    fn places_hold_through_folded_lines() {
        let source = "é: >\n  close >\n  bogus + 1\n";
        let root = parse(source).unwrap();
        let Value::Map(entries) = &root.value else { panic!() };
        let text = entries[0].1.text().unwrap();
        let at = text.find("bogus").unwrap();
        assert_eq!(&source[entries[0].1.locate(source, at..at + 5)], "bogus");
    }

    #[test]
    fn what_is_not_taken_is_told() {
        fails("", "empty");
        fails("a: [1, 2", "not YAML");
        fails("a:\n\tb: 1", "not YAML");
        fails("a: 1\na: 2", "given twice");
        fails("a: &x 1\nb: *x", "anchors");
        fails("a: 1\n---\nb: 1", "second document");
        fails("[1]: 2", "plain name");
        fails(&"[".repeat(100), "levels deep");
        fails(&"a".repeat(MAX_BYTES + 1), "larger than");
        fails(&format!("[{}]", "1,".repeat(MAX_NODES + 1)), "more than");
    }
}
