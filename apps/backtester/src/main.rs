//! `backtester`: runs strategies over stored candles, and tells what came of it.

mod args;
mod around;
mod backtest;
mod brackets;
mod check;
mod coverage;
mod explain;
mod export;
mod honesty;
mod load;
mod manifest;
mod new;
mod optimise;
mod output;
mod page;
mod passage;
mod portfolio;
mod prepared;
mod provenance;
mod range;
mod read_ahead;
mod reference;
mod rerun;
mod run;
mod runs;
mod schema;
mod settings;
mod values;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command, FileCommand};

fn main() -> ExitCode {
    let args = Args::parse();
    terminal::init_logging(args.verbose);
    terminal::run(|| match &args.command {
        Command::Run(run) => run::run(run),
        Command::Optimise(args) => optimise::optimise(args),
        Command::Portfolio(args) => portfolio::portfolio(args),
        Command::Runs(args) => runs::runs(args),
        Command::Rerun(args) => rerun::rerun(args),
        Command::Honesty(command) => honesty::run(command),
        Command::File(command) | Command::Strategy(command) => about_file(command),
        Command::Completions { shell } => Ok(terminal::completions::<Args>(*shell)?),
    })
}

fn about_file(command: &FileCommand) -> anyhow::Result<()> {
    match command {
        FileCommand::New(args) => new::new(args),
        FileCommand::Check(args) => check::check(args),
        FileCommand::Explain(args) => explain::explain(args),
        FileCommand::Values(args) => values::values(args),
        FileCommand::Reference(args) => reference::reference(args),
        FileCommand::Schema => schema::schema(),
    }
}
