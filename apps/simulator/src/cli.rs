//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use market::{Symbol, Timeframe};
use terminal::{Shell, parse_time, timeframe_parser};

/// The fastest clock.
const HIGHEST_SPEED: f64 = 1_000_000.0;
/// The slowest clock.
const LOWEST_SPEED: f64 = 0.001;

const EXAMPLES: &str = "\
Examples:
  A market made from a seed, a minute of it in a real second:
    simulator serve --generate --seed 7 --port 8765 --speed 60

  Stored candles, an hour of them in a real second, beginning in the middle:
    simulator serve --candles btc.csv.gz --symbol BTC/USDT --timeframe 1h --port 8765 --speed 3600

  Ask it what one asks Binance:
    curl 'http://127.0.0.1:8765/api/v3/klines?symbol=BTCUSDT&interval=1h&limit=2'
    websocat ws://127.0.0.1:8765/ws/btcusdt@kline_1h

Breaking things, with curl -X POST 'http://127.0.0.1:8765/simulator/COMMAND':
  disconnect                     cut every stream
  silence?seconds=30             streams stay open and say nothing
  refuse?seconds=10              cut requests and new streams without an answer
  swap_volumes?seconds=10        streams tell volumes in quote instead of base
  stale?seconds=10               klines over REST stay as they are
  fail?status=503&count=3        the next requests get this status; also
                                 &retry_after=5 (seconds) and &route=klines (end of the path)
  stall?seconds=20&count=1       answer the next requests late
  short_pages?percent=30         so many of a hundred pages of klines lack a row; 0 ends it
  drop_closes?count=2            the next events of closed candles are not sent

How it is:
    curl http://127.0.0.1:8765/simulator/status";

/// An exchange on your desk: speaks Binance's public REST and WebSocket, replays candles, breaks on command.
#[derive(Debug, Parser)]
#[command(name = "simulator", version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    /// Log more to stderr; twice for details.
    #[arg(short, long, action = clap::ArgAction::Count, global = true, display_order = 100)]
    pub(crate) verbose: u8,

    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the simulator can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve a market until SIGINT or SIGTERM.
    Serve(ServeArgs),
    /// Print a completion script for a shell: `simulator completions bash > /etc/bash_completion.d/simulator`.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// Which market to serve, and how.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ServeArgs {
    /// Replay the candles of this file: CSV, plain or gzipped, of open time (s, ms or µs), open, high, low,
    /// close, volume; a header is optional.
    #[arg(long, value_name = "FILE", required_unless_present = "generate", requires_all = ["symbol", "timeframe"])]
    pub(crate) candles: Option<PathBuf>,

    /// Generate a market: the same candles for the same seed and timeframe, for ever.
    #[arg(long, conflicts_with = "candles")]
    pub(crate) generate: bool,

    /// Seed of the generated market.
    #[arg(long, default_value_t = 7, conflicts_with = "candles")]
    pub(crate) seed: u64,

    /// Days of history that the generated market has before the start.
    #[arg(long, default_value_t = 400, conflicts_with = "candles", value_parser = clap::value_parser!(u32).range(0..=36_525))]
    pub(crate) days: u32,

    /// Symbol in ccxt's notation.
    #[arg(long, default_value = "BTC/USDT")]
    pub(crate) symbol: Symbol,

    /// Timeframe of the candles; longer ones are folded from them.
    #[arg(long, default_value = "1m", value_parser = timeframe_parser())]
    pub(crate) timeframe: Timeframe,

    /// Port to listen on; 0 takes a free one, which the first line of the output names.
    #[arg(long, default_value_t = 8765)]
    pub(crate) port: u16,

    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) host: String,

    /// Virtual seconds in a real second, up to 1000000.
    #[arg(long, default_value_t = 1.0, value_parser = speed)]
    pub(crate) speed: f64,

    /// Virtual time at which the exchange begins: candles before it are history, those after it unfold.
    /// A date, a time or a span back from now (90d). By default the end of a file's first half, or now
    /// for a generated market.
    #[arg(long, value_name = "WHEN", value_parser = parse_time)]
    pub(crate) start: Option<i64>,
}

fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse::<f64>().ok().filter(|speed| (LOWEST_SPEED..=HIGHEST_SPEED).contains(speed));
    speed.ok_or_else(|| format!("expected a number from {LOWEST_SPEED} to {HIGHEST_SPEED}"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[track_caller]
    fn refused(line: &str, part: &str) {
        let error = Cli::try_parse_from(line.split(' ')).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }

    #[test]
    fn bad_arguments_are_named() {
        refused("simulator serve", "--candles <FILE>");
        refused("simulator serve --candles x.csv", "--symbol");
        refused("simulator serve --candles x.csv --generate --symbol A/B --timeframe 1h", "cannot be used with");
        refused("simulator serve --generate --speed 0", "expected a number from 0.001 to 1000000");
        refused("simulator serve --generate --timeframe 1H", "invalid value '1H'");
    }
}
