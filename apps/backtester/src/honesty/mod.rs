//! The commands that ask how much of a result is true. Each ends in a verdict; a bad one exits with 3.

mod replay;
mod telling;

mod compare;
mod lookahead;
mod monte_carlo;
mod sensitivity;
mod walk_forward;
mod warmup;

pub(crate) use replay::Replay;
pub(crate) use telling::{Verdict, figure_table, figures_json, percent, shown_figures, written};

use crate::args::HonestyCommand;

pub(crate) fn run(command: &HonestyCommand) -> anyhow::Result<()> {
    match command {
        HonestyCommand::WalkForward(args) => walk_forward::walk_forward(args),
        HonestyCommand::MonteCarlo(args) => monte_carlo::monte_carlo(args),
        HonestyCommand::Lookahead(args) => lookahead::lookahead(args),
        HonestyCommand::Warmup(args) => warmup::warmup(args),
        HonestyCommand::Sensitivity(args) => sensitivity::sensitivity(args),
        HonestyCommand::Compare(args) => compare::compare(args),
    }
}
