//! Arguments of `optimise`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{AccountArgs, RunBase};
use crate::optimise::{Condition, Values};
use crate::page;

/// Arguments of `optimise`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backtester optimise strategies/sma_cross.yaml --symbol BTC/USDT
  backtester optimise strategies/sma_cross.yaml --symbol BTC/USDT --param fast=2:46 --param slow=2:46 --where 'fast < slow'
  backtester optimise strategies/rsi_pullback.yaml --symbol BTC/USDT --sampler tpe --trials 500 --goal calmar --where 'trades >= 50'

The values that are tried are those of the file's params with a range, or of --param. The same search over the same
candles goes on where it was cancelled: what was tried is kept in the store.")]
pub(crate) struct OptimiseArgs {
    #[command(flatten)]
    pub(crate) base: RunBase,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    /// Values to try for a param, instead of the file's range; may be given several times.
    #[arg(long, value_name = "NAME=LOW:HIGH[:STEP]")]
    pub(crate) param: Vec<Values>,
    /// The figure to search for, as it is called in JSON.
    #[arg(long, default_value = "sharpe", value_name = "FIGURE")]
    pub(crate) goal: String,
    /// The lowest value of the goal is the best, not the highest.
    #[arg(long)]
    pub(crate) lowest: bool,
    /// What must hold of params or figures: 'fast < slow', 'trades >= 50'; may be given several times.
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) conditions: Vec<Condition>,
    /// How points are chosen: all of them, by chance, or where good ones were (tree-structured Parzen estimator).
    #[arg(long, value_enum, default_value_t = SamplerKind::Grid)]
    pub(crate) sampler: SamplerKind,
    /// How many points are tried by chance or by estimate.
    #[arg(long, default_value_t = 500)]
    pub(crate) trials: usize,
    /// The seed of chance: the same seed tries the same points.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many processors work; all where it is left out.
    #[arg(long)]
    pub(crate) jobs: Option<usize>,
    /// How many of the best are listed.
    #[arg(long, default_value_t = 10)]
    pub(crate) top: usize,
    /// Keep nothing in the store, and take nothing from it.
    #[arg(long)]
    pub(crate) no_record: bool,
    /// Write every trial and the verdict as JSON; - prints it instead of the table.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write a page with a heat map and parallel coordinates.
    #[arg(long, value_parser = page::parse_file, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

/// How points are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SamplerKind {
    Grid,
    Random,
    Tpe,
}
