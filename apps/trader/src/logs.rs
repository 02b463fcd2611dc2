//! The log files: what a trader did, day by day, beside what it says at the terminal.

use std::path::Path;

use anyhow::{Context, Result};
use tracing::Subscriber;
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// What people are told at the terminal anyway.
pub(crate) const TOLD: &str = "told";
/// Entries, exits, signals that came to nothing, equity.
pub(crate) const TRADES: &str = "trades";

/// Files of each log that are kept: one is begun at each midnight UTC.
const DAYS: usize = 14;

/// Starts the logs: to stderr as any command does, and to files in `folder`: `system` has everything,
/// `trades` the account, `errors` what went wrong.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn start(folder: &Path, verbose: u8) -> Result<()> {
    let cannot =
        || format!("cannot write logs in {}; name another folder with `logs:` in the config file", folder.display());
    std::fs::create_dir_all(folder).with_context(cannot)?;
    // A link leads from where it lies: a path from the working directory would lead nowhere.
    let folder = &folder.canonicalize().with_context(cannot)?;
    let system = file(folder, "system", everything(LevelFilter::INFO)).with_context(cannot)?;
    let trades = file(folder, "trades", Targets::new().with_target(TRADES, LevelFilter::INFO)).with_context(cannot)?;
    let errors = file(folder, "errors", everything(LevelFilter::WARN)).with_context(cannot)?;
    let files = system.and_then(trades).and_then(errors);
    tracing_subscriber::registry().with(terminal::stderr_logs(verbose, &[TOLD, TRADES])).with(files).init();
    Ok(())
}

fn everything(level: LevelFilter) -> Targets {
    Targets::new().with_default(level)
}

/// A log with a file for each day. It is written without a queue: a line that was logged is in the file.
fn file<S>(folder: &Path, name: &str, filter: Targets) -> Result<impl Layer<S> + use<S>, InitError>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let builder = || {
        let builder = RollingFileAppender::builder().rotation(Rotation::DAILY).max_log_files(DAYS);
        builder.filename_prefix(name).filename_suffix("log")
    };
    // `system.log` leads to the file of the day, unless another trader makes that link at this very moment.
    let linked = builder().latest_symlink(format!("{name}.log")).build(folder);
    let writer = linked.or_else(|_| builder().build(folder))?;
    Ok(fmt::layer().with_writer(writer).with_ansi(false).with_filter(filter))
}
