//! Brings candles, mark prices and funding rates into the store: from an exchange, from files; and does all else with
//! what is stored: tells, checks, folds, exports, copies and prunes it.

mod args;
mod asking;
mod backup;
mod check;
mod coverage;
mod export;
mod fetch;
mod filter;
mod gaps;
mod holes;
mod import;
mod origins;
mod prune;
mod repair;
mod resample;
mod restore;
mod room;
mod run;
mod set_aside;
mod stats;
mod status;
mod stored;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Brings candles into the store, from an exchange or from files, and looks after what is stored.
///
/// For perpetuals it brings mark prices and funding rates too, with --kind. The store is one SQLite
/// file that other programs may read and write at the same time. A closed candle that is stored never changes; every command can be stopped and run again at any time.
#[derive(Debug, Parser)]
#[command(name = "backfiller", version, arg_required_else_help = true, after_long_help = EXAMPLES)]
struct Cli {
    /// Tell what is done (-v), in detail (-vv), everything (-vvv), on stderr
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    verbose: u8,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  backfiller fetch --exchange binance --symbol BTC/USDT --timeframe 1h --since 90d
  backfiller run --config backfill.yaml
  backfiller import --exchange binance BTCUSDT-1h-2025-*.zip
  backfiller fetch --exchange binanceusdm --symbol BTC/USDT:USDT --since 90d --kind funding
  backfiller status
  backfiller status --html coverage.html
  backfiller gaps
  backfiller origins --symbol BTC/USDT --timeframe 1h --at 2025-01-31
  backfiller repair
  backfiller verify --sample 20
  backfiller export --format parquet --out candles
  backfiller backup backup.db

Dates are UTC; a date alone means its midnight; 90d means 90 days ago.
Exit codes: 0 done, 1 an error, 2 wrong usage, 3 something is wrong (check, repair, verify), 130 stopped by Ctrl-C.";

#[derive(Debug, Subcommand)]
enum Command {
    Fetch(fetch::Args),
    Run(run::Args),
    Import(import::Args),
    Resample(resample::Args),
    Export(export::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Gaps(gaps::Args),
    Repair(repair::Args),
    Verify(verify::Args),
    Check(check::Args),
    Stats(stats::Args),
    Origins(origins::Args),
    Prune(prune::Args),
    Status(status::Args),
    Completions(CompletionsArgs),
}

/// Print completions for a shell, to be put where the shell looks for them.
#[derive(Debug, clap::Args)]
struct CompletionsArgs {
    shell: terminal::Shell,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    terminal::init_logging(cli.verbose);
    terminal::run(|| match cli.command {
        Command::Fetch(args) => fetch::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Resample(args) => resample::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Gaps(args) => gaps::run(&args),
        Command::Repair(args) => repair::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Stats(args) => stats::run(&args),
        Command::Origins(args) => origins::run(&args),
        Command::Prune(args) => prune::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Completions(args) => Ok(terminal::completions::<Cli>(args.shell)?),
    })
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
