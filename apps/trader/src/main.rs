//! Trades a strategy on paper, from an exchange's live candles, by the same rules as a backtest.
//!
//! # Layout
//! - `config.rs`, `strategy_file.rs`: what to trade and how, read strictly.
//! - `account.rs`: who owns the account, and whether it is the same as before.
//! - `probe.rs`: whether the exchange has what a new account is to be traded on.
//! - `feed.rs`, `fill.rs`: candles into the store, from the stream and over REST, without a hole.
//! - `door.rs`: which candles are believed; the others are set aside.
//! - `agreement.rs`: whether stream and REST say the same, in the same units.
//! - `turn.rs`, `watchdog.rs`: a store that is locked, and a stop that must not wait for it.
//! - `decide.rs`: asks the strategy, which reads the store only, and books what comes of it.
//! - `run.rs`: the loop that ties them; `tell.rs`, `summary.rs`, `logs.rs`: what people see.

mod account;
mod agreement;
mod args;
mod check;
mod config;
mod decide;
mod door;
mod feed;
mod fill;
mod logs;
mod number;
mod probe;
mod run;
mod strategy_file;
mod summary;
mod tell;
mod turn;
mod watchdog;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    if !matches!(cli.command, Command::Run(_)) {
        terminal::init_logging(cli.verbose);
    }
    terminal::run(|| match cli.command {
        Command::Run(args) => run::run(&args, cli.verbose),
        Command::Check(args) => check::run(&args),
        Command::Completions(args) => Ok(terminal::completions::<Cli>(args.shell)?),
    })
}
