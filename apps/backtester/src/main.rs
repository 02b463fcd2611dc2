//! `backtester`: runs strategies over stored candles, and tells what came of it.

mod args;
mod check;
mod coverage;
mod load;
mod new;
mod output;
mod provenance;
mod range;
mod reference;
mod run;
mod schema;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};

fn main() -> ExitCode {
    let args = Args::parse();
    terminal::init_logging(args.verbose);
    terminal::run(|| match &args.command {
        Command::Run(run) => run::run(run),
        Command::Check(check) => check::check(check),
        Command::New(args) => new::new(args),
        Command::Reference(args) => reference::reference(args),
        Command::Schema => schema::schema(),
        Command::Completions { shell } => Ok(terminal::completions::<Args>(*shell)?),
    })
}
