//! `backtester run`: a strategy over a range of stored candles.

use std::path::Path;

use report::Report;

use crate::args::RunArgs;
use crate::backtest::Backtest;
use crate::prepared::prepare;
use crate::{export, output, runs};

pub(crate) fn run(args: &RunArgs) -> anyhow::Result<()> {
    let prepared = prepare(&args.base, &args.account)?;
    let (backtest, mut store) = Backtest::carry_out(args, prepared)?;
    let mut report = backtest.report()?;
    if !args.no_record {
        report.run = runs::record(&mut store, &backtest, &report)?;
    }
    if let Some(folder) = &args.out {
        export::write(folder, &backtest)?;
    }
    tell(args, &report)
}

fn tell(args: &RunArgs, report: &Report<'_>) -> anyhow::Result<()> {
    let to_stdout = |path: &Path| path.as_os_str() == "-";
    if let Some(path) = &args.json {
        let json = serde_json::to_string(&report.json())?;
        if to_stdout(path) {
            terminal::print(&json)?;
        } else {
            output::write(path, &json)?;
        }
    }
    if let Some(path) = &args.html {
        output::write(path, &report.html())?;
    }
    if args.json.as_deref().is_some_and(to_stdout) {
        return Ok(());
    }
    terminal::print(report.table().trim_end())?;
    if let Some(path) = &args.html {
        terminal::print(&format!("\nThe report is in {}", path.display()))?;
    }
    if let Some(folder) = &args.out {
        terminal::print(&format!("\nTrades, equity and signals are in {}", folder.display()))?;
    }
    if let Some(run) = report.run {
        terminal::print(&format!("\nRun {run}"))?;
    }
    Ok(())
}
