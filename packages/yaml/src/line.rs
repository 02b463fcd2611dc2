//! A line of a YAML file as people mean it: indentation, key, value, comment.

use std::ops::Range;

/// A line that holds something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    text: &'a str,
    /// Where it starts.
    pub(crate) start: usize,
    /// Where it ends, without the blanks at its end.
    pub(crate) end: usize,
    /// Where its first sign stands that is no blank.
    pub(crate) body: usize,
}

impl<'a> Line<'a> {
    /// The line at `at`, which may be an empty one.
    pub(crate) fn at(text: &'a str, at: usize) -> Self {
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[start..].split('\n').next().unwrap_or_default();
        let end = start + line.trim_end().len();
        let body = (start + line.len() - line.trim_start().len()).min(end);
        Line { text, start, end, body }
    }

    /// The nearest line above that is neither empty nor a comment.
    pub(crate) fn above(self) -> Option<Self> {
        let mut line = self;
        while line.start > 0 {
            line = Line::at(self.text, line.start - 1);
            if !line.is_idle() {
                return Some(line);
            }
        }
        None
    }

    /// Whether it is empty or a comment.
    pub(crate) fn is_idle(self) -> bool {
        self.body().is_empty() || self.body().starts_with('#')
    }

    pub(crate) fn indent(self) -> usize {
        self.body - self.start
    }

    /// All but the indentation.
    pub(crate) fn body(self) -> &'a str {
        &self.text[self.body..self.end]
    }

    /// The name it begins with, be it a key or not.
    pub(crate) fn word(self) -> Range<usize> {
        let word = self.body().find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.end - self.body);
        self.body..self.body + word
    }

    /// Where the colon behind that name stands.
    pub(crate) fn colon(self) -> Option<usize> {
        let word = self.word();
        (!word.is_empty() && self.text[word.end..self.end].starts_with(':')).then_some(word.end)
    }

    /// What stands behind the colon, without a comment; empty where there is nothing.
    pub(crate) fn value(self) -> Option<Range<usize>> {
        let colon = self.colon()?;
        let rest = &self.text[colon + 1..self.end];
        let rest = if rest.trim_start().starts_with('#') { "" } else { rest };
        let rest = rest.split(" #").next().unwrap_or_default().trim_end();
        let blanks = rest.len() - rest.trim_start().len();
        Some(colon + 1 + blanks..colon + 1 + rest.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_knows_its_parts() {
        let text = "# idea\nlet:\n\n  a: b > 1 # why\n";
        let line = Line::at(text, text.find("b >").unwrap());
        assert_eq!((line.indent(), line.body()), (2, "a: b > 1 # why"));
        assert_eq!(&text[line.word()], "a");
        assert_eq!(&text[line.value().unwrap()], "b > 1");
        let above = line.above().unwrap();
        assert_eq!((above.body(), above.value()), ("let:", Some(11..11)));
        assert!(above.above().is_none());
        assert!(Line::at("a b: 1", 0).colon().is_none());
    }
}
