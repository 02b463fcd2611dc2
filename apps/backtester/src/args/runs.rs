//! Arguments of what is about stored runs.

use std::path::PathBuf;

use clap::Subcommand;

/// Arguments of `runs`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backtester runs --last 5
  backtester runs show 17")]
pub(crate) struct RunsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<RunsCommand>,
    /// The store, in which `backtester run` keeps its runs.
    #[arg(long, default_value = "data/chandler.db", global = true)]
    pub(crate) db: PathBuf,
    /// How many of the newest.
    #[arg(long, default_value_t = 30, value_name = "COUNT")]
    pub(crate) last: usize,
    /// Print it as JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What of a run.
#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// Print everything that a run follows from, and its figures.
    Show {
        /// The number of the run.
        id: i64,
    },
}

/// Arguments of `rerun`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:
  backtester rerun 17

Exit codes: 0 where it came to the same, 3 where it did not.")]
pub(crate) struct RerunArgs {
    /// The number of the run, as `backtester run` printed it and `backtester runs` lists it.
    pub(crate) id: i64,
    /// The store, in which the run and its candles are.
    #[arg(long, default_value = "data/chandler.db")]
    pub(crate) db: PathBuf,
    /// Print the comparison as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
