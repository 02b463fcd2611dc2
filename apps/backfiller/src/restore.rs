//! `backfiller restore`: the store as a backup has it.

use std::path::PathBuf;

use anyhow::Result;
use db::Store;

use crate::args::DbArgs;
use crate::backup::{tell, watched};

/// Make the store what a backup is.
///
/// The backup is copied and checked before anything is replaced, and takes the place of the store in one
/// step: whatever happens, there is the old one or the new one. A store that is there is only
/// replaced with --force, and never while another program has it open.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller restore backup.db --db data/restored.db
  backfiller restore backup.db --force")]
pub(crate) struct Args {
    #[command(flatten)]
    db: DbArgs,
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace the store that is there, and all that is in it
    #[arg(long)]
    force: bool,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    let copied = watched("restore", |watch| Store::restore(&args.file, &args.db.db, args.force, watch))?;
    tell(&copied, &args.db.db, args.json)
}
