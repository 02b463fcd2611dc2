//! An exchange on your desk: speaks Binance spot's public REST and WebSocket, replays candles of a
//! file or of a generated market on a virtual clock, and breaks on command.
//!
//! The core is pure: `replay` (candles and a virtual now give klines), `clock`, `faults`, `book`, `day`,
//! the replies in `rest` and the events in `stream`. `serve` and `stream::connection` touch sockets.

mod book;
mod cli;
mod clock;
mod day;
mod exchange;
mod faults;

mod number;
mod replay;
mod rest;
mod serve;
mod stream;

use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    terminal::init_logging(cli.verbose);
    terminal::run(|| match cli.command {
        Command::Serve(args) => serve::run(&args),
        Command::Completions { shell } => Ok(terminal::completions::<Cli>(shell)?),
    })
}
