//! The command line.

mod account;
mod honesty;
mod optimise;
mod portfolio;
mod runs;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use market::{Symbol, Timeframe};
use serde::{Deserialize, Serialize};

pub(crate) use account::{AccountArgs, FeeChargedIn, MarketKind, MissingFunding};
pub(crate) use honesty::{
    CompareArgs, HonestyCommand, LookaheadArgs, MonteCarloArgs, SensitivityArgs, WalkForwardArgs, WarmupArgs,
};
pub(crate) use optimise::{OptimiseArgs, SamplerKind};
pub(crate) use portfolio::PortfolioArgs;
pub(crate) use runs::{RerunArgs, RunsArgs, RunsCommand};

/// Runs strategies over stored candles.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Say more: -v for information, -vv for details.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a strategy over a range of stored candles and report.
    Run(Box<RunArgs>),
    /// Try the params of a strategy over their ranges: the best, the plateau around it, and what is likely luck.
    Optimise(Box<OptimiseArgs>),
    /// Run a strategy on several symbols out of one purse.
    Portfolio(Box<PortfolioArgs>),
    /// List the runs that are stored, or print one of them.
    Runs(RunsArgs),
    /// Make a stored run again: the same to the byte, or what has changed and by how much.
    Rerun(RerunArgs),
    #[command(flatten)]
    Honesty(HonestyCommand),
    #[command(flatten)]
    File(FileCommand),
    /// The commands that are about a strategy file: `backtester strategy check` is `backtester check`.
    #[command(subcommand)]
    Strategy(FileCommand),
    /// Print the completions of a shell: source them, or put them where the shell looks for them.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// What is about a strategy file, not about a run.
#[derive(Debug, Subcommand)]
pub(crate) enum FileCommand {
    /// Write a strategy file to start from: it runs as it is, and explains itself.
    New(NewArgs),
    /// Read a strategy file: its mistakes, or what it reads, its warm-up and its plan.
    Check(CheckArgs),
    /// Tell why a strategy does what it does at one candle: every value, which rule fired, and if none why not.
    Explain(ExplainArgs),
    /// Write the value of every name of `let` at every candle, as CSV.
    Values(ValuesArgs),
    /// Tell what the functions of strategy files do: all as Markdown, or one of them.
    Reference(ReferenceArgs),
    /// Print the JSON Schema of strategy files, with which editors help while you type.
    Schema,
}

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backtester run strategies/sma_cross.yaml --symbol BTC/USDT
  backtester run strategies/sma_cross.yaml --symbol BTC/USDT --from 2024-01-01 --to 2025-01-01 --html report.html
  backtester run strategies/sma_cross.yaml --symbol ETH/USDT --from 365d --set fast=5 --set slow=50 --size 50%
  backtester run swing.yaml --exchange binanceusdm --symbol BTC/USDT:USDT --leverage 3 --maintenance-margin-rate 0.004

Dates are UTC; a date alone means its midnight; 90d means 90 days ago. A range takes the candles that open
at or after --from and before --to. What the indicators need from before --from is read too where it is stored.")]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) base: RunBase,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    /// What is taken where loss and target are both reached in one candle: the loss, the target, or the figures of both.
    #[arg(long, value_enum, default_value_t = Fills::Pessimistic)]
    pub(crate) fills: Fills,
    /// Write setup, figures, trades and more as JSON; - prints it instead of the table.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the report as one self-contained HTML file.
    #[arg(long, value_parser = crate::page::parse_file, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write trades, equity and signals into this folder, each as CSV and as Parquet.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    /// Do not store the run: it is not listed by `backtester runs`, and `backtester rerun` cannot repeat it.
    #[arg(long)]
    pub(crate) no_record: bool,
}

/// Which strategy, over which candles: of every command that runs one.
#[derive(Debug, clap::Args)]
pub(crate) struct RunBase {
    /// The strategy file.
    pub(crate) strategy: PathBuf,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// First candle; the first stored one where it is left out.
    #[arg(long, value_parser = terminal::parse_time, value_name = "TIME")]
    pub(crate) from: Option<i64>,
    /// End, exclusive; the last stored candle's close where it is left out.
    #[arg(long, value_parser = terminal::parse_time, value_name = "TIME")]
    pub(crate) to: Option<i64>,
    /// Another value for a param of the file; may be given several times.
    #[arg(long, value_name = "NAME=NUMBER", value_parser = parse_set)]
    pub(crate) set: Vec<(String, f64)>,
    /// Walk finer candles of this timeframe where loss and target are both reached: they tell which came first.
    #[arg(long, value_parser = terminal::timeframe_parser(), value_name = "TIMEFRAME")]
    pub(crate) detail: Option<Timeframe>,
}

/// Where the candles are.
#[derive(Debug, clap::Args)]
pub(crate) struct SourceArgs {
    /// The store, filled by `backfiller`.
    #[arg(long, default_value = "data/chandler.db")]
    pub(crate) db: PathBuf,
    /// The exchange whose candles are read, as ccxt names it.
    #[arg(long, default_value = "binance")]
    pub(crate) exchange: String,
    /// The symbol, as ccxt names it.
    #[arg(long)]
    pub(crate) symbol: Symbol,
}

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:
  backtester explain strategies/rsi_pullback.yaml --symbol BTC/USDT --at 2024-03-05T14:00

Dates are UTC. The candle is the one in which TIME lies; the last closed one where --at is left out.")]
pub(crate) struct ExplainArgs {
    /// The strategy file.
    pub(crate) strategy: PathBuf,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// A moment of the candle; the last closed candle where it is left out.
    #[arg(long, value_parser = terminal::parse_time, value_name = "TIME")]
    pub(crate) at: Option<i64>,
    /// Another value for a param of the file; may be given several times.
    #[arg(long, value_name = "NAME=NUMBER", value_parser = parse_set)]
    pub(crate) set: Vec<(String, f64)>,
    /// Print it as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `values`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:
  backtester values strategies/rsi_pullback.yaml --symbol BTC/USDT --from 2024-01-01 --csv values.csv

One row per candle: open_time_ms, open, high, low, close, volume, then the names of `let` in order. A condition
is 1 or 0; what is unknown is empty. Dates are UTC.")]
pub(crate) struct ValuesArgs {
    /// The strategy file.
    pub(crate) strategy: PathBuf,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// First candle; the first stored one where it is left out.
    #[arg(long, value_parser = terminal::parse_time, value_name = "TIME")]
    pub(crate) from: Option<i64>,
    /// End, exclusive; the last stored candle's close where it is left out.
    #[arg(long, value_parser = terminal::parse_time, value_name = "TIME")]
    pub(crate) to: Option<i64>,
    /// Another value for a param of the file; may be given several times.
    #[arg(long, value_name = "NAME=NUMBER", value_parser = parse_set)]
    pub(crate) set: Vec<(String, f64)>,
    /// The file to write; - prints it.
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) csv: PathBuf,
}

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:
  backtester check strategies/sma_cross.yaml --set fast=5")]
pub(crate) struct CheckArgs {
    /// The strategy file.
    pub(crate) strategy: PathBuf,
    /// Another value for a param of the file; may be given several times.
    #[arg(long, value_name = "NAME=NUMBER", value_parser = parse_set)]
    pub(crate) set: Vec<(String, f64)>,
    /// Print what was found, or the mistakes with their places, as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `new`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:
  backtester new strategies/my_strategy.yaml --timeframe 4h")]
pub(crate) struct NewArgs {
    /// The file to write; the strategy is called like it.
    pub(crate) file: PathBuf,
    /// The timeframe of its candles.
    #[arg(long, default_value = "1h", value_parser = terminal::timeframe_parser())]
    pub(crate) timeframe: Timeframe,
}

/// Arguments of `reference`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backtester reference supertrend
  backtester reference ta.stdev")]
pub(crate) struct ReferenceArgs {
    /// The function: its name here, in TA-Lib or in Pine; all where it is left out.
    pub(crate) name: Option<String>,
    /// Print it as JSON: a list of functions.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is taken in ambiguous candles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Fills {
    Pessimistic,
    Optimistic,
    Both,
}

fn parse_set(text: &str) -> Result<(String, f64), String> {
    let wrong = || format!("`{text}` is not NAME=NUMBER; for example length=20");
    let (name, number) = text.split_once('=').ok_or_else(wrong)?;
    let number = number.trim().parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(wrong)?;
    Ok((name.trim().to_owned(), number))
}
