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
pub struct Problems(Vec<Problem>);

/// How many mistakes of a file are drawn; a file with more is wrong in some larger way.
const MAX_SHOWN: usize = 50;

impl Problems {
    /// Adds a mistake.
    pub fn push(&mut self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        self.0.push(Problem { span, message: message.into(), help });
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The mistakes, in the order of their places.
    #[must_use]
    pub fn list(&self) -> Vec<&Problem> {
        let mut list: Vec<_> = self.0.iter().collect();
        list.sort_by_key(|problem| (problem.span.start, problem.span.end));
        list
    }

    /// The mistakes as text: path, line and column, the line itself, a caret, help.
    #[must_use]
    pub fn render(&self, path: &str, source: &str, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let list = self.list();
        let mut parts: Vec<String> = list
            .iter()
            .take(MAX_SHOWN)
            .map(|problem| renderer.render(&[draw(problem, path, source)]).to_string())
            .collect();
        if list.len() > MAX_SHOWN {
            parts.push(format!("… and {} more mistakes", list.len() - MAX_SHOWN));
        }
        parts.join("\n\n")
    }
}

fn draw<'a>(problem: &'a Problem, path: &'a str, source: &'a str) -> Group<'a> {
    let start = problem.span.start.min(source.len());
    let end = problem.span.end.clamp(start, source.len());
    let snippet = Snippet::source(source).path(path).annotation(AnnotationKind::Primary.span(start..end));
    let group = Level::ERROR.primary_title(&problem.message).element(snippet);
    match &problem.help {
        Some(help) => group.element(Level::HELP.message(help)),
        None => group,
    }
}
