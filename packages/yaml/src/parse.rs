//! From source to tree, within bounds.

use std::collections::HashSet;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::diagnose::{NOT_TAKEN, diagnose};
use crate::draft::{Draft, Edit};
use crate::line::Line;
use crate::{Node, Problems, Text, Value};

/// Largest file that is read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;
/// Deepest nesting of lists and mappings.
pub const MAX_DEPTH: usize = 16;
/// Most values in a file.
pub const MAX_NODES: usize = 20_000;

/// Largest file that is mended to be read on behind a mistake, in bytes: mending reads it again.
const MAX_MENDED_BYTES: usize = 32 * 1024;
/// Most mistakes that are mended.
const MAX_MENDED: usize = 20;

/// Reads one YAML document.
///
/// Anchors, aliases, tags and several documents are refused: they have no use in these files and
/// are how a small file becomes a huge one.
///
/// # Errors
/// Every mistake of the YAML itself, as [`Problems`].
pub fn parse(source: &str) -> Result<Node, Problems> {
    match read(source) {
        (Some(root), problems) if problems.is_empty() => Ok(root),
        (_, problems) => Err(problems),
    }
}

/// Reads one YAML document, and reads on behind its mistakes where what was meant is plain.
///
/// Gives what could be read, to be looked at for more mistakes, and the mistakes so far; there are some
/// wherever there is no tree.
#[must_use]
pub fn read(source: &str) -> (Option<Node>, Problems) {
    let mut problems = Problems::default();
    if source.len() > MAX_BYTES {
        let help = "a strategy or a configuration is a few KiB of text; is this the right file?".to_owned();
        problems.push(0..0, format!("the file is larger than {} KiB", MAX_BYTES / 1024), Some(help));
        return (None, problems);
    }
    let mut draft = Draft::new(source);
    for _ in 0..=MAX_MENDED {
        let found = match build(&draft, &mut problems) {
            Ok(root) => return (root, problems),
            Err(Stop::Told) => return (None, problems),
            Err(Stop::NotYaml(at, info)) => diagnose(draft.text(), at, &info),
        };
        let span = draft.place(&found.span);
        problems.push(span.clone(), found.message, Some(found.help));
        let Some(edits) = found.mended.filter(|_| source.len() <= MAX_MENDED_BYTES) else { break };
        problems.told_of(span);
        for Edit { part, .. } in edits.iter().filter(|edit| edit.with.is_empty()) {
            // A value that was left out: that there is none, which is noticed at its colon, follows.
            let colon = Line::at(draft.text(), part.start).colon().unwrap_or(part.start);
            problems.told_of(draft.place(&(colon..part.end + 1)));
        }
        draft.mend(&edits);
    }
    (None, problems)
}

/// Why no tree was built.
enum Stop {
    /// It is not YAML at this byte of the draft, for this reason.
    NotYaml(usize, String),
    /// What is wrong was told.
    Told,
}

/// The tree of the draft; `None`, with a problem, where there is nothing in it.
fn build(draft: &Draft, problems: &mut Problems) -> Result<Option<Node>, Stop> {
    let text = draft.text();
    let offsets = byte_offsets(text);
    let last = offsets.len() - 1;
    let mut builder = Builder { draft, stack: Vec::new(), root: None, nodes: 0, problems: Problems::default() };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = offsets[error.marker().index().min(last)];
            Stop::NotYaml(at, error.info().to_owned())
        })?;
        let place = offsets[span.start.index().min(last)]..offsets[span.end.index().min(last)];
        if let Err(stop) = builder.event(event, place) {
            problems.append(builder.problems);
            return Err(stop);
        }
    }
    problems.append(builder.problems);
    if builder.root.is_none() {
        problems.push(0..0, "the file is empty", None);
    }
    Ok(builder.root)
}

/// The byte offset of each character, and of the end.
fn byte_offsets(source: &str) -> Vec<usize> {
    source.char_indices().map(|(offset, _)| offset).chain([source.len()]).collect()
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
    Map(usize, Entries),
}

/// The entries of a mapping so far.
#[derive(Default)]
struct Entries {
    list: Vec<(Node, Node)>,
    names: HashSet<String>,
    /// The key whose value is next; with `false` where it was there before, and its value is left out.
    key: Option<(Node, bool)>,
}

struct Builder<'a> {
    draft: &'a Draft,
    stack: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    /// What is wrong and yet can be read.
    problems: Problems,
}

impl Builder<'_> {
    /// Takes the next event; its place is in the draft, and all that is kept is in the source.
    fn event(&mut self, event: Event<'_>, part: Range<usize>) -> Result<(), Stop> {
        match event {
            Event::Alias(_) => Err(Stop::NotYaml(part.start, NOT_TAKEN.to_owned())),
            Event::Scalar(_, _, anchor, ref tag)
            | Event::SequenceStart(anchor, ref tag)
            | Event::MappingStart(anchor, ref tag)
                if anchor != 0 || tag.is_some() =>
            {
                Err(Stop::NotYaml(part.start, NOT_TAKEN.to_owned()))
            }
            Event::Scalar(text, style, _, _) => {
                let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
                let empty = text.is_empty() && !quoted;
                let part = if quoted { part.start..quote_end(self.draft.text(), &part) } else { part };
                let text = if empty || (!quoted && text == "~") { String::new() } else { text.into_owned() };
                self.add(Node { span: self.draft.place(&part), value: Value::Text(Text { text, quoted }) })
            }
            Event::SequenceStart(..) => self.open(Open::List(part.start, Vec::new()), &part),
            Event::MappingStart(..) => self.open(Open::Map(part.start, Entries::default()), &part),
            Event::SequenceEnd | Event::MappingEnd => self.close(part.end),
            Event::DocumentStart(_) if self.root.is_some() => {
                self.refuse(&part, "a second document starts here; one file holds one".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Tells why the rest is not read.
    fn refuse(&mut self, part: &Range<usize>, message: String) -> Result<(), Stop> {
        self.problems.push(self.draft.place(part), message, None);
        Err(Stop::Told)
    }

    fn open(&mut self, open: Open, part: &Range<usize>) -> Result<(), Stop> {
        if self.stack.len() == MAX_DEPTH {
            return self.refuse(part, format!("this is nested more than {MAX_DEPTH} levels deep"));
        }
        self.stack.push(open);
        Ok(())
    }

    fn close(&mut self, end: usize) -> Result<(), Stop> {
        let (start, value) = match self.stack.pop() {
            Some(Open::List(start, nodes)) => (start, Value::List(nodes)),
            Some(Open::Map(start, entries)) => (start, Value::Map(entries.list)),
            None => return Ok(()),
        };
        let end = start + self.draft.text()[start..end.max(start)].trim_end().len();
        self.add(Node { span: self.draft.place(&(start..end)), value })
    }

    fn add(&mut self, node: Node) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            // Whatever else is wrong is nothing beside this.
            self.problems = Problems::default();
            self.problems.push(node.span, format!("the file holds more than {MAX_NODES} values"), None);
            return Err(Stop::Told);
        }
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(_, nodes)) => nodes.push(node),
            Some(Open::Map(_, entries)) => match entries.key.take() {
                Some((key, true)) => entries.list.push((key, node)),
                Some((_, false)) => {}
                None => {
                    let name = node.text().unwrap_or_default().to_owned();
                    let is_name = node.text().is_some();
                    if !is_name {
                        self.problems.push(node.span.clone(), "a key must be a plain name", None);
                    }
                    let is_new = is_name && entries.names.insert(name.clone());
                    if is_name && !is_new {
                        let help = "keep one of the two; here the first one counts".to_owned();
                        self.problems.push(node.span.clone(), format!("`{name}` is given twice"), Some(help));
                    }
                    entries.key = Some((node, is_new));
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
        fails("a: [1, 2", "not closed");
        fails("a:\n\tb: 1", "a tab");
        fails("a: 1\na: 2", "given twice");
        fails("a: &x 1\nb: *x", "cannot start with `&`");
        fails("b: {c: !x 1}", "tag");
        fails("a: 1\n---\nb: 1", "second document");
        fails("[1]: 2", "plain name");
        fails(&"[".repeat(100), "levels deep");
        fails(&"a".repeat(MAX_BYTES + 1), "larger than");
        fails(&format!("[{}]", "1,".repeat(MAX_NODES + 1)), "more than");
    }
}
