//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};
use market::{WhenError, parse_duration_ms};

const EXAMPLES: &str = "\
Examples:
  trader check --config trader.yaml
  trader run --config trader.yaml
  trader run --config trader.yaml --run-for 30s --json
  trader run --config trader.yaml --base-url http://127.0.0.1:8765 --ws-url ws://127.0.0.1:8765

A config file:
  exchange: binance
  symbol: BTC/USDT
  strategy: strategies/sma_cross.yaml   # beside the config file
  mode: paper
  cash: 10000

and what else it may say, with the defaults:
  db: data/chandler.db          # the store, shared with backfiller and backtester
  logs: logs                    # folder of system, trades and errors: a file of each a day, the last 14 days
  account: sma_cross BTC/USDT   # name of the ledger account; default: strategy and symbol
  size: 100%                    # or 250 quote, or risk 1%; default: as the strategy says
  taker_fee: 0.001
  maker_fee: 0.001
  slippage: 0                   # share of the price that market orders lose
  fee_charged_in: quote         # or received
  tick: 0                       # price step, 0 is none
  lot: 0                        # quantity step, 0 is none
  min_quantity: 0               # least quantity of an order, 0 is none
  min_notional: 0               # least price times quantity of an order, 0 is none
  warm_up: 500                  # candles fetched before the first decision; default: 500, or what the strategy needs
  silence: 90s                  # a stream that says nothing for so long is connected anew
  params: {length: 20}          # other values for the strategy's params
  base_url: https://api.binance.com
  ws_url: wss://stream.binance.com:9443

The account goes on where it stopped: stop the trader at any time, also with kill -9.
Exit codes: 0 done or stopped, 1 an error, 2 wrong usage, 130 stopped before there was anything to trade, or in the
midst of something that took longer than 4.5 seconds.";

/// Trades a strategy on paper from an exchange's live candles, by the same rules as a backtest.
#[derive(Debug, Parser)]
#[command(name = "trader", version, arg_required_else_help = true, after_long_help = EXAMPLES)]
pub(crate) struct Cli {
    /// Tell what is done (-v), in detail (-vv), everything (-vvv), on stderr
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the trader can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(RunArgs),
    Check(CheckArgs),
    Completions(CompletionsArgs),
}

/// Trade until stopped.
///
/// Candles come over REST and a stream into the store; at each close the strategy reads the store
/// and decides; orders fill on paper at the next open. One process trades an account.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct RunArgs {
    /// The config file
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Ask this address instead of the exchange's own
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Listen to this address instead of the exchange's own
    #[arg(long, value_name = "URL")]
    pub(crate) ws_url: Option<String>,
    /// Stop after this time, such as 30s or 12h
    #[arg(long, value_name = "SPAN", value_parser = parse_span)]
    pub(crate) run_for: Option<Duration>,
    /// Print the summary as JSON on stdout, and what happens on stderr
    #[arg(long)]
    pub(crate) json: bool,
}

/// Check a config file and its strategy, and tell what would be traded.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// The config file
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
}

/// Print completions for a shell, to be put where the shell looks for them.
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    pub(crate) shell: terminal::Shell,
}

fn parse_span(text: &str) -> Result<Duration, WhenError> {
    parse_duration_ms(text).map(|ms| Duration::from_millis(ms.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
