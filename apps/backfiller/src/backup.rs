//! `backfiller backup`: a whole copy of the store while others write.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use db::{Copied, Store};
use serde_json::json;
use terminal::{Interrupt, Interrupted, Progress, thousands};

use crate::args::DbArgs;

/// Copy the whole store to a file, while traders and others read and write it.
///
/// The copy is the store as it is in one moment. It is opened again, checked and counted before it gets
/// its name, so that a file of that name is always a whole one. `backfiller restore FILE` brings it back.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller backup backup.db
  backfiller backup --force /mnt/nightly.db")]
pub(crate) struct Args {
    #[command(flatten)]
    db: DbArgs,
    /// The file to copy to
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace the file where there is one
    #[arg(long)]
    force: bool,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    let store = Store::open_existing(&args.db.db)?;
    let copied = watched("backup", |watch| store.backup(&args.file, args.force, watch))?;
    tell(&copied, &args.file, args.json)
}

/// Copies with progress, until it is done or someone asks to stop.
pub(crate) fn watched(
    what: &str,
    copy: impl FnOnce(&mut db::Watch<'_>) -> Result<Option<Copied>, db::DbError>,
) -> Result<Copied> {
    let interrupt = Interrupt::listen()?;
    let mut progress: Option<Progress> = None;
    let copied = copy(&mut |done, total| {
        progress.get_or_insert_with(|| Progress::start(format!("{what}, pages"), total)).set(done, done);
        !interrupt.is_asked()
    });
    drop(progress);
    copied?.ok_or_else(|| Interrupted("nothing was replaced, and nothing is left of the copy".to_owned()).into())
}

/// Says what a copy holds.
pub(crate) fn tell(copied: &Copied, file: &Path, json: bool) -> Result<()> {
    let Copied { tables, bytes } = copied;
    let text = if json {
        let tables: serde_json::Map<_, _> = tables.iter().map(|(name, rows)| (name.clone(), json!(rows))).collect();
        serde_json::to_string_pretty(&json!({ "file": file.display().to_string(), "bytes": bytes, "rows": tables }))?
    } else {
        let candles = tables.iter().find(|(name, _)| name == "ohlcv_data").map_or(0, |(_, rows)| *rows);
        let rows = tables.iter().map(|(_, rows)| rows).sum::<u64>();
        let megabytes = *bytes as f64 / 1e6;
        let (candles, others) = (thousands(candles), thousands(rows - candles));
        format!("{}: {megabytes:.1} MB, {candles} candles and {others} other rows, whole", file.display())
    };
    terminal::print(&text).context("cannot write the result")
}
