//! What is wrong with a file, drawn with its line and a caret.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// One mistake of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, in bytes of the source.
    pub span: Range<usize>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// The mistakes of a file, in the order of their places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    list: Vec<Problem>,
    /// Where all was told that there is to tell.
    told: Vec<Range<usize>>,
}

/// How many mistakes of a file are drawn; a file with more is wrong in some larger way.
const MAX_SHOWN: usize = 50;
/// How many mistakes of a file are kept.
const MAX_KEPT: usize = 200;

impl Problems {
    /// Adds a mistake, unless it follows from one that was told.
    pub fn push(&mut self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        let follows = self.told.iter().any(|told| told.contains(&span.start));
        if !follows && !self.is_full() {
            self.list.push(Problem { span, message: message.into(), help });
        }
    }

    /// Adds the mistakes of another list.
    pub(crate) fn append(&mut self, other: Problems) {
        for problem in other.list {
            self.push(problem.span, problem.message, problem.help);
        }
    }

    /// What is wrong in this part was told: any further mistake in it follows from that.
    pub(crate) fn told_of(&mut self, part: Range<usize>) {
        self.told.push(part);
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether there are so many that no more are kept; whoever looks for mistakes can stop.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.list.len() >= MAX_KEPT
    }

    /// The mistakes, in the order of their places.
    #[must_use]
    pub fn list(&self) -> Vec<&Problem> {
        let mut list: Vec<_> = self.list.iter().collect();
        list.sort_by_key(|problem| (problem.span.start, problem.span.end));
        list
    }

    /// The mistakes as text: path, line and column, the line itself, a caret, help.
    #[must_use]
    pub fn render(&self, path: &str, source: &str, colour: bool) -> String {
        self.render_at(&Level::ERROR, path, source, colour)
    }

    /// The same where they are no mistakes, but hardly meant.
    #[must_use]
    pub fn render_as_warnings(&self, path: &str, source: &str, colour: bool) -> String {
        self.render_at(&Level::WARNING, path, source, colour)
    }

    /// A line of text for each: its line in the file, what is wrong, what to do about it.
    #[must_use]
    pub fn lines(&self, source: &str) -> Vec<String> {
        let line = |problem: &&Problem| {
            let help = problem.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
            format!("line {}: {}{help}", line_number(source, problem.span.start), problem.message)
        };
        self.list().iter().map(line).collect()
    }

    fn render_at(&self, level: &Level<'_>, path: &str, source: &str, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let list = self.list();
        let mut parts: Vec<String> = list
            .iter()
            .take(MAX_SHOWN)
            .map(|problem| renderer.render(&[draw(problem, level, path, source)]).to_string())
            .collect();
        if list.len() > MAX_SHOWN {
            let or_more = if self.is_full() { " or more" } else { "" };
            parts.push(format!("… and {}{or_more} more mistakes", list.len() - MAX_SHOWN));
        }
        parts.join("\n\n")
    }
}

/// The line of a place, from 1.
fn line_number(source: &str, at: usize) -> usize {
    1 + source[..at.min(source.len())].bytes().filter(|byte| *byte == b'\n').count()
}

fn draw<'a>(problem: &'a Problem, level: &Level<'a>, path: &'a str, source: &'a str) -> Group<'a> {
    // Only the lines it is about: a file may be long, and have many mistakes.
    let start = problem.span.start.min(source.len());
    let end = problem.span.end.clamp(start, source.len());
    let first = source[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let last = source[end..].find('\n').map_or(source.len(), |newline| end + newline);
    let span = AnnotationKind::Primary.span(start - first..end - first);
    let snippet =
        Snippet::source(&source[first..last]).line_start(line_number(source, first)).path(path).annotation(span);
    let group = level.clone().primary_title(&problem.message).element(snippet);
    match &problem.help {
        Some(help) => group.element(Level::HELP.message(help)),
        None => group,
    }
}
