//! `backtester new`: a strategy file to start from.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, bail};

use crate::args::NewArgs;

/// A strategy that runs as it is, explained line by line.
const TEMPLATE: &str = include_str!("template.yaml");

pub(crate) fn new(args: &NewArgs) -> anyhow::Result<()> {
    let path = &args.file;
    let name = name_of(path)?;
    let text = TEMPLATE
        .replace("\nname: my_strategy\n", &format!("\nname: {name}\n"))
        .replace("\ntimeframe: 1h\n", &format!("\ntimeframe: {}\n", args.timeframe));
    create(path, &text)?;
    let shown = path.display();
    let next = format!(
        "{shown} is written: a strategy that runs, explained line by line. Next:\n  \
         backtester check {shown}\n  backtester run {shown} --symbol BTC/USDT"
    );
    Ok(terminal::print(&next)?)
}

/// The name of the strategy: that of the file, without `.yaml`.
fn name_of(path: &Path) -> anyhow::Result<&str> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let shown = path.display();
    if !matches!(ending, Some("yaml" | "yml")) {
        bail!("{shown} is no strategy file: its name must end in .yaml, as in my_strategy.yaml");
    }
    let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let good = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if !name.starts_with(char::is_alphabetic) || !name.chars().all(good) {
        bail!("{shown} gives no good name: a letter, then letters, digits, `_` and `-`, as in my_strategy.yaml");
    }
    Ok(name)
}

/// Writes a file that is not there yet; what is there stays as it is.
fn create(path: &Path, text: &str) -> anyhow::Result<()> {
    let context = || format!("{} cannot be written", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(context)?;
    }
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} is there already, and stays as it is; choose another name", path.display());
        }
        opened => opened.with_context(context)?,
    };
    let written = file.write_all(text.as_bytes());
    if written.is_err() {
        // Half a file is of no use; that it cannot be removed changes nothing.
        let _ = fs::remove_file(path);
    }
    written.with_context(context)
}
