//! Arguments of the commands that ask how much of a result is true.

use std::path::PathBuf;

use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use market::Timeframe;
use report::FIGURES;

use super::{AccountArgs, RunBase, SourceArgs};
use crate::optimise::{Condition, Values};
use crate::page;

/// What asks how much of a result is true; each ends in a verdict, and exits with 3 where it is bad.
#[derive(Debug, Subcommand)]
pub(crate) enum HonestyCommand {
    /// Search params on one stretch, trade them on the next, and so on: what is left of the promise?
    WalkForward(Box<WalkForwardArgs>),
    /// Draw the trades and the days of a run again: how much of it was luck?
    MonteCarlo(Box<MonteCarloArgs>),
    /// Cut the future off at many candles: does any value change?
    Lookahead(Box<LookaheadArgs>),
    /// Read more and less history before some candles: does any value change?
    Warmup(Box<WarmupArgs>),
    /// Make trading dearer and later: what does the profit hang on?
    Sensitivity(Box<SensitivityArgs>),
    /// Run several strategies over the same candles and set their figures side by side.
    Compare(Box<CompareArgs>),
}

/// Arguments of `walk-forward`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backtester walk-forward strategies/rsi_pullback.yaml --symbol BTC/USDT --train 180d --test 30d
  backtester walk-forward strategies/sma_cross.yaml --symbol BTC/USDT --train 1000d --test 90d --anchored \\
      --goal calmar --param fast=5:30:5 --param slow=20:120:10 --where 'fast < slow' --where 'trades >= 10'

Exit code 3: the strategy lost out of sample, or earned less than half of what the search promised.")]
pub(crate) struct WalkForwardArgs {
    #[command(flatten)]
    pub(crate) base: RunBase,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    /// How long each training window is, such as 180d; with --anchored the first one.
    #[arg(long, value_parser = market::parse_duration_ms, value_name = "SPAN")]
    pub(crate) train: i64,
    /// How long each test window is, such as 30d.
    #[arg(long, value_parser = market::parse_duration_ms, value_name = "SPAN")]
    pub(crate) test: i64,
    /// Let all training windows begin with the range, instead of moving on.
    #[arg(long)]
    pub(crate) anchored: bool,
    /// The figure by which params are chosen, as it is called in JSON; the highest is the best.
    #[arg(long, default_value = "sharpe", value_parser = figure_parser(), value_name = "FIGURE")]
    pub(crate) goal: &'static str,
    /// Values to try for a param, instead of the file's range; may be given several times.
    #[arg(long, value_name = "NAME=LOW:HIGH[:STEP]")]
    pub(crate) param: Vec<Values>,
    /// What must hold of params or figures in training: 'fast < slow', 'trades >= 10'; may be given several times.
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) conditions: Vec<Condition>,
    /// Try so many sets by chance in each window, instead of all.
    #[arg(long)]
    pub(crate) trials: Option<usize>,
    /// The seed of chance: the same seed tries the same sets.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many processors work; all where it is left out.
    #[arg(long)]
    pub(crate) jobs: Option<usize>,
    /// Write windows, figures, equity and verdict as JSON; - prints it instead of the text.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write a page: equity of all tests, every window inside and outside, and its params.
    #[arg(long, value_parser = page::parse_file, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

/// Arguments of `monte-carlo`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:
  backtester monte-carlo strategies/sma_cross.yaml --symbol BTC/USDT --runs 5000 --block-days 20

Exit code 3: the order of the trades was lucky, or the account loses in more than 5 % of the drawn runs.")]
pub(crate) struct MonteCarloArgs {
    #[command(flatten)]
    pub(crate) base: RunBase,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    /// How often trades and days are drawn.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) runs: usize,
    /// The seed of chance: the same seed draws the same.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many days in a row are drawn together, on average.
    #[arg(long, default_value_t = 10.0)]
    pub(crate) block_days: f64,
    /// Write quantiles, bands and verdict as JSON; - prints it instead of the text.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write a page: the fan of drawn runs, and histograms of their ends and falls.
    #[arg(long, value_parser = page::parse_file, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

/// Arguments of `lookahead`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:
  backtester lookahead strategies/rsi_pullback.yaml --symbol BTC/USDT --cuts 100

Exit code 3: a value or a decision was another one once the future was cut off.")]
pub(crate) struct LookaheadArgs {
    #[command(flatten)]
    pub(crate) base: RunBase,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    /// At how many candles the future is cut off, spread over the range; as many again where something was decided.
    #[arg(long, default_value_t = 40)]
    pub(crate) cuts: usize,
    /// Write the verdict as JSON; - prints it instead of the text.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// Arguments of `warmup`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:
  backtester warmup strategies/rsi_pullback.yaml --symbol BTC/USDT

Exit code 3: a value still changes where more history is read than the program reads.")]
pub(crate) struct WarmupArgs {
    #[command(flatten)]
    pub(crate) base: RunBase,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    /// At how many candles values are looked at, spread over the range.
    #[arg(long, default_value_t = 20)]
    pub(crate) candles: usize,
    /// Write the changes and the verdict as JSON; - prints it instead of the text.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// Arguments of `sensitivity`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:
  backtester sensitivity strategies/sma_cross.yaml --symbol BTC/USDT --taker-fee 0.0005

Exit code 3: there is no profit, or it is gone with twice the fees, 5 basis points of slippage more, or one candle late.")]
pub(crate) struct SensitivityArgs {
    #[command(flatten)]
    pub(crate) base: RunBase,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    /// Write the runs and the verdict as JSON; - prints it instead of the text.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write a page: the return at every cost and delay.
    #[arg(long, value_parser = page::parse_file, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

/// Arguments of `compare`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:
  backtester compare strategies/sma_cross.yaml strategies/rsi_pullback.yaml --symbol BTC/USDT --from 2024-01-01

All run over the candles that all of them have. Exit code 3: none has a better Sharpe ratio than buying and holding.")]
pub(crate) struct CompareArgs {
    /// The strategy files.
    #[arg(required = true)]
    pub(crate) strategies: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    /// First candle; the first stored one where it is left out.
    #[arg(long, value_parser = terminal::parse_time, value_name = "TIME")]
    pub(crate) from: Option<i64>,
    /// End, exclusive; the last stored candle's close where it is left out.
    #[arg(long, value_parser = terminal::parse_time, value_name = "TIME")]
    pub(crate) to: Option<i64>,
    /// Walk finer candles of this timeframe where loss and target are both reached: they tell which came first.
    #[arg(long, value_parser = terminal::timeframe_parser(), value_name = "TIMEFRAME")]
    pub(crate) detail: Option<Timeframe>,
    /// Write figures, correlations and the verdict as JSON; - prints it instead of the text.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write a page: equity of all strategies, and their figures side by side.
    #[arg(long, value_parser = page::parse_file, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

/// Reads the name of a figure; help, completions and errors list them all.
fn figure_parser() -> impl TypedValueParser<Value = &'static str> {
    let names = || FIGURES.iter().map(|figure| figure.name);
    PossibleValuesParser::new(names()).try_map(move |name| names().find(|known| *known == name).ok_or("no figure"))
}
