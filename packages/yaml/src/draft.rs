//! A source that is mended while it is read, so that reading goes on behind a mistake.

use std::ops::Range;

/// The text as it would be without the mistakes told so far, and where each of its bytes comes from.
pub(crate) struct Draft {
    text: String,
    /// For each byte of `text`, and for its end, the place in the source.
    places: Vec<usize>,
}

/// A part of the text and what stands in its place; blanks where it is just left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) part: Range<usize>,
    pub(crate) with: String,
}

impl Draft {
    pub(crate) fn new(source: &str) -> Self {
        Draft { text: source.to_owned(), places: (0..=source.len()).collect() }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Where a part of the text stands in the source.
    pub(crate) fn place(&self, part: &Range<usize>) -> Range<usize> {
        let last = self.places.len() - 1;
        let (start, end) = (self.places[part.start.min(last)], self.places[part.end.min(last)]);
        start..end.max(start)
    }

    /// Makes the edits, which are in the order of their parts and do not overlap.
    pub(crate) fn mend(&mut self, edits: &[Edit]) {
        for Edit { part, with } in edits.iter().rev() {
            let from = self.places[part.start];
            self.places.splice(part.clone(), std::iter::repeat_n(from, with.len()));
            self.text.replace_range(part.clone(), with);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_hold_through_edits() {
        let mut draft = Draft::new("a:b\n\tc");
        let edit = |part, with: &str| Edit { part, with: with.to_owned() };
        draft.mend(&[edit(2..2, " "), edit(4..5, "  ")]);
        assert_eq!(draft.text(), "a: b\n  c");
        assert_eq!(draft.place(&(3..4)), 2..3);
        assert_eq!(draft.place(&(7..8)), 5..6);
        assert_eq!(draft.place(&(8..8)), 6..6);
    }
}
