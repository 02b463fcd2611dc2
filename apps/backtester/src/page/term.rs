//! Words with their definitions.

use report::FIGURES;
use terminal::escape_html as escape;

/// A word, and what it means where that is not plain.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    word: String,
    definition: &'static str,
}

impl Term {
    /// A word that is explained when it is pointed at.
    pub(crate) fn new(word: impl Into<String>, definition: &'static str) -> Self {
        Term { word: word.into(), definition }
    }

    /// A word that needs no definition.
    pub(crate) fn plain(word: impl Into<String>) -> Self {
        Term::new(word, "")
    }

    /// A figure of the report by its name there, with its definition.
    pub(crate) fn of(name: &str) -> Self {
        Term::of_as(name, "{}")
    }

    /// As [`Term::of`], the title being put where `{}` stands: `{} in sample`.
    pub(crate) fn of_as(name: &str, words: &str) -> Self {
        match FIGURES.iter().find(|figure| figure.name == name) {
            Some(figure) => Term::new(words.replace("{}", figure.title), figure.definition),
            None => Term::plain(words.replace("{}", name)),
        }
    }

    /// The word alone.
    pub(crate) fn word(&self) -> &str {
        &self.word
    }

    /// HTML of it.
    pub(crate) fn html(&self) -> String {
        let word = escape(&self.word);
        match self.definition {
            "" => word,
            definition => {
                format!("<button type=\"button\" class=\"tip\" title=\"{}\">{word}</button>", escape(definition))
            }
        }
    }
}
