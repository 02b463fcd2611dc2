//! The tree of a YAML document.

use std::ops::Range;

/// A value and where it stands in the source, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where the value stands.
    pub span: Range<usize>,
    /// The value.
    pub value: Value,
}

/// A YAML value. Scalars stay text: whoever reads them knows what they should be.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A scalar, also an empty one.
    Text(Text),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file; keys are scalars and unique.
    Map(Vec<(Node, Node)>),
}

/// A scalar.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// The text, unquoted.
    pub text: String,
    /// Whether it stood in quotes.
    pub quoted: bool,
}

impl Node {
    /// The text of a scalar.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(&text.text),
            _ => None,
        }
    }

    /// Whether nothing was written: `key:` and no more.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(&self.value, Value::Text(text) if text.text.is_empty() && !text.quoted)
    }

    /// The key and the value of a mapping that is none because no blank stands behind its colon: `enter:close > x`.
    #[must_use]
    pub fn glued(&self) -> Option<(&str, &str)> {
        let Value::Text(Text { text, quoted: false }) = &self.value else { return None };
        let (key, value) = text.split_once(':')?;
        let is_name = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
        (is_name && value.starts_with(|c: char| !c.is_whitespace())).then_some((key, value))
    }

    /// What kind of value it is, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Text(text) if text.text.is_empty() => "nothing",
            Value::Text(_) => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// Where a part of a scalar's text, in bytes, stands in `source`.
    ///
    /// Quotes, escapes and folded lines make source and text differ; the text is followed through
    /// the source character by character, blanks standing for any run of blanks and line breaks.
    #[must_use]
    pub fn locate(&self, source: &str, part: Range<usize>) -> Range<usize> {
        let Some(text) = self.text() else { return self.span.clone() };
        let mut places = Vec::with_capacity(text.len() + 1);
        let mut at = self.span.start;
        for wanted in text.chars() {
            let rest = source.get(at..self.span.end).unwrap_or("");
            let found = rest.char_indices().find(|(_, c)| *c == wanted || (wanted == ' ' && c.is_whitespace()));
            let Some((offset, c)) = found else { return self.span.clone() };
            places.extend(std::iter::repeat_n(at + offset, wanted.len_utf8()));
            at += offset + c.len_utf8();
        }
        places.push(at);
        let start = places.get(part.start).copied().unwrap_or(at);
        let end = match part.end.checked_sub(1).and_then(|last| places.get(last)) {
            Some(&last) if part.end > part.start => {
                last + source.get(last..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
            }
            _ => start,
        };
        start..end.max(start)
    }
}
