//! `backtester run`: a strategy over a range of stored candles.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use execution::{Ambiguity, Engine, Market, Recording, Runner, Settings};
use market::Candles;
use report::{Line, Pane, Report, Setup};
use strategy::{Description, Size};

use crate::args::{Fills, RunArgs};
use crate::prepared::{Prepared, prepare};
use crate::range::Range;
use crate::{coverage, output, provenance};

pub(crate) fn run(args: &RunArgs) -> anyhow::Result<()> {
    let Prepared { source, file, description, settings, series, store, mut range, surroundings } =
        prepare(&args.base, &args.account)?;
    let ambiguity = if args.fills == Fills::Optimistic { Ambiguity::Target } else { Ambiguity::Loss };
    let settings = Settings { ambiguity, ..settings };
    let mut runner =
        Runner::new(file.strategy, series.symbol.clone(), settings, range.from_ms).recording().around(surroundings);
    if args.fills == Fills::Both {
        runner = runner.with_optimist(settings);
    }
    runner
        .advance(&store.of_exchange(&series.exchange), Some(range.to_ms))
        .map_err(|error| anyhow!(error))
        .context("the candles cannot be read")?;
    let at_best = runner.optimist().map(Engine::result);
    let (engine, recording) = runner.finish();
    let (result, recording) = (engine.finish(), recording.unwrap_or_default());
    if result.equity.is_empty() {
        bail!("no candle of {series} lies in the range: it falls into a hole of the stored candles");
    }
    range.warnings.extend(coverage::of_others(&series, &description, &recording));
    let provenance = provenance::of(&recording, &source, &description.params)?;
    let candles = recording.candles.slice(recording.start..recording.candles.len());
    let report = Report {
        name: &description.name,
        about: &description.about,
        series: &series,
        candles,
        result: &result,
        at_best: at_best.as_ref(),
        setup: setup(args, &description, &settings, &range),
        lines: lines(&description, &recording),
        holes: coverage::holes(candles.open_time_ms, series.timeframe, &range),
        warm_up_candles: description.warm_up,
        warm_up_read: recording.start,
        unclosed_candles: 0,
        warnings: range.warnings.clone(),
        provenance,
    };
    tell(args, &report)
}

fn setup(args: &RunArgs, description: &Description, settings: &Settings, range: &Range) -> Setup {
    Setup {
        strategy_file: args.base.strategy.display().to_string(),
        params: description.params.clone(),
        cash: settings.cash,
        size: match settings.size {
            Size::Equity(share) => report::Size::Equity(share),
            other => report::Size::Text(other.to_string()),
        },
        taker_fee: settings.taker_fee,
        maker_fee: settings.maker_fee,
        slippage: settings.slippage,
        fee_charged_in: match settings.fee_charged_in {
            execution::FeeChargedIn::Quote => "quote",
            execution::FeeChargedIn::Received => "received",
        },
        market: settings.market.name(),
        leverage: settings.market.leverage(),
        maintenance_tiers: match &settings.market {
            Market::Spot => Vec::new(),
            Market::Perpetual(margin) => margin.tiers.list().collect(),
        },
        detail: args.base.detail,
        tick: settings.tick,
        lot: settings.lot,
        from_ms: range.from_ms,
        to_ms: range.to_ms,
    }
}

fn lines<'a>(description: &'a Description, recording: &'a Recording) -> Vec<Line<'a>> {
    description
        .lines
        .iter()
        .zip(&recording.lines)
        .map(|(name, values)| Line { name, values: &values[recording.start..], pane: pane(values, &recording.candles) })
        .collect()
}

/// A line that stays within half and twice the close is a price and belongs over the candles.
fn pane(values: &[f64], candles: &Candles) -> Pane {
    let known = || values.iter().zip(&candles.close).filter(|(value, _)| !value.is_nan());
    let near = known().filter(|(value, close)| (0.5..=2.0).contains(&(*value / *close))).count();
    if near * 20 >= known().count() * 19 { Pane::Price } else { Pane::Own }
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
    Ok(())
}
