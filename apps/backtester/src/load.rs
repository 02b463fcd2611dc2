//! Reads a strategy file from disk.

use std::io::IsTerminal;
use std::path::Path;

use anyhow::{Context, anyhow};
use strategy::{Inspector, StrategyFile};
use yaml::Problems;

/// A strategy file, compiled, with its text.
pub(crate) struct Loaded {
    pub(crate) source: String,
    pub(crate) file: StrategyFile,
}

/// Reads and compiles the file at `path`; an error shows every mistake of it.
pub(crate) fn load(path: &Path, set: &[(String, f64)]) -> anyhow::Result<Loaded> {
    compile(path, read(path)?, set)
}

/// Compiles the text `source`, which is that of the file at `path`, or once was; an error shows every mistake of it.
pub(crate) fn compile(path: &Path, source: String, set: &[(String, f64)]) -> anyhow::Result<Loaded> {
    match strategy::load(&source, set) {
        Ok(file) => Ok(Loaded { source, file }),
        Err(problems) => Err(describe(path, &source, &problems)),
    }
}

/// Reads and compiles the file at `path` to look inside, and tells what is hardly meant, of which it gives a line
/// each; an error shows every mistake of it.
pub(crate) fn inspect(path: &Path, set: &[(String, f64)]) -> anyhow::Result<(Inspector, Vec<String>)> {
    let source = read(path)?;
    let inspector = strategy::inspect(&source, set).map_err(|problems| describe(path, &source, &problems))?;
    warn(path, &source, inspector.warnings());
    let lines = inspector.warnings().lines(&source);
    Ok((inspector, lines))
}

/// The text of the file at `path`.
pub(crate) fn read(path: &Path) -> anyhow::Result<String> {
    terminal::read_text(path, yaml::MAX_BYTES)
        .with_context(|| format!("the strategy file {} cannot be read", path.display()))
}

/// Tells what is no mistake of a file but hardly meant, with its line and a caret.
pub(crate) fn warn(path: &Path, source: &str, warnings: &Problems) {
    if !warnings.is_empty() {
        let colour = std::io::stderr().is_terminal();
        terminal::tell(&format!("\n{}", warnings.render_as_warnings(&path.display().to_string(), source, colour)));
    }
}

/// Every mistake of a file, with its line and a caret.
pub(crate) fn describe(path: &Path, source: &str, problems: &Problems) -> anyhow::Error {
    let colour = std::io::stderr().is_terminal();
    let count = match problems.list().len() {
        1 => "a mistake".to_owned(),
        n => format!("{n} mistakes"),
    };
    let drawn = problems.render(&path.display().to_string(), source, colour);
    anyhow!("{} has {count}\n\n{drawn}", path.display())
}
