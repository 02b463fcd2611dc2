//! What an honesty tool tells: a text for people, JSON for scripts, a page, and a verdict for all of them.

use std::path::{Path, PathBuf};

use report::{FIGURES, Figure, Figures};
use serde_json::{Map, Value, json};
use terminal::BadVerdict;

use crate::output;
use crate::page::Page;

/// What is not known, in a table.
const UNKNOWN: &str = "-";

/// What came of a tool.
pub(crate) struct Telling {
    /// Everything for people but the verdict.
    pub(crate) text: String,
    /// Everything for scripts but the verdict.
    pub(crate) json: Map<String, Value>,
    pub(crate) verdict: Verdict,
    /// A page, and the file it goes to.
    pub(crate) page: Option<(Page, PathBuf)>,
}

/// What it comes down to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Verdict {
    /// `None` where nothing can be said.
    pub(crate) is_good: Option<bool>,
    /// In a sentence or two.
    pub(crate) text: String,
}

impl Verdict {
    pub(crate) fn of(is_good: bool, text: impl Into<String>) -> Self {
        Verdict { is_good: Some(is_good), text: text.into() }
    }

    pub(crate) fn none(text: impl Into<String>) -> Self {
        Verdict { is_good: None, text: text.into() }
    }
}

/// Tells it, as JSON to `path` and as a page too; `-` prints that instead of the text. A bad verdict is an error of its own kind.
pub(crate) fn tell(mut telling: Telling, path: Option<&Path>, warnings: &[String]) -> anyhow::Result<()> {
    warnings.iter().for_each(|warning| terminal::tell(&format!("warning: {warning}")));
    let verdict = &telling.verdict;
    telling.json.insert("verdict".to_owned(), json!({ "good": verdict.is_good, "text": verdict.text }));
    let to_stdout = path.is_some_and(|path| path.as_os_str() == "-");
    let text = match path {
        Some(_) => serde_json::to_string(&telling.json)?,
        None => String::new(),
    };
    if let Some(path) = path.filter(|_| !to_stdout) {
        output::write(path, &text)?;
    }
    if let Some((page, path)) = &telling.page {
        page.write(path, verdict, warnings)?;
        telling.text = format!("{}\n\nThe page is in {}", telling.text.trim_end(), path.display());
    }
    if to_stdout {
        terminal::print(&text)?;
    } else {
        terminal::print(&format!("{}\n\nVerdict: {}", telling.text.trim_end(), verdict.text))?;
    }
    if verdict.is_good == Some(false) { Err(BadVerdict.into()) } else { Ok(()) }
}

/// An object of JSON.
pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => Map::from_iter([("value".to_owned(), other)]),
    }
}

/// A figure as people read it.
pub(crate) fn written(name: &str, value: Option<f64>) -> String {
    let unit = FIGURES.iter().find(|figure| figure.name == name).map(|figure| figure.unit);
    match (value, unit) {
        (Some(value), Some(unit)) => unit.written(value),
        (Some(value), None) => value.to_string(),
        (None, _) => UNKNOWN.to_owned(),
    }
}

/// A share of one as a percentage.
pub(crate) fn percent(share: f64) -> String {
    report::Unit::Share.written(share)
}

/// All figures as JSON, by name.
pub(crate) fn figures_json(figures: &Figures) -> Value {
    FIGURES.iter().map(|figure| (figure.name.to_owned(), json!(figures.get(figure.name)))).collect::<Map<_, _>>().into()
}

/// The figures that are shown of some runs: one that none has is left out.
pub(crate) fn shown_figures(columns: &[&Figures]) -> impl Iterator<Item = &'static Figure> {
    let has = |name: &str| columns.iter().any(|figures| figures.get(name).is_some_and(|value| value != 0.0));
    FIGURES.iter().filter(move |figure| figure.of_equity || has(figure.name))
}

/// A table of figures, a column for each run.
pub(crate) fn figure_table(heads: &[&str], columns: &[&Figures]) -> String {
    let rows = shown_figures(columns).map(|figure| {
        let cells = columns.iter().map(|figures| written(figure.name, figures.get(figure.name)));
        std::iter::once(figure.title.to_owned()).chain(cells).collect()
    });
    let heads: Vec<&str> = std::iter::once("").chain(heads.iter().copied()).collect();
    let right: Vec<usize> = (1..heads.len()).collect();
    terminal::table(&heads, rows.collect(), &right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_in_their_units() {
        assert_eq!(written("total_return", Some(-0.123)), "-12.30 %");
        assert_eq!(written("final_equity", Some(1_234.5)), "1,234.50");
        assert_eq!(written("sharpe", None), "-");
        assert_eq!(percent(0.5), "50.00 %");
    }
}
