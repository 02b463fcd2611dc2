//! `backtester run`: a strategy over a range of stored candles.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use db::Store;
use execution::{Market, Recording, RunResult, Runner, Settings};
use market::{Candles, Series};
use report::{Line, Pane, Report, Setup};
use strategy::{Description, Size, Strategy};

use crate::args::{FeeChargedIn, RunArgs};
use crate::load::load;
use crate::range::Range;
use crate::{coverage, output, provenance, range};

pub(crate) fn run(args: &RunArgs) -> anyhow::Result<()> {
    let loaded = load(&args.strategy, &args.set)?;
    let description = loaded.file.strategy.description().clone();
    let settings = settings(args, &description)?;
    let series = Series::new(args.source.exchange.clone(), args.source.symbol.clone(), description.timeframe);
    let store = Store::open_existing(&args.source.db)?;
    let mut range = range::find(&store, &series, args.from, args.to)?;
    range::check_others(&store, &series, &description, range.from_ms)?;
    range.warnings.extend(loaded.file.warnings.lines(&loaded.source).iter().map(|line| in_file(args, line)));
    range.warnings.extend(spot_warnings(&description));
    let (result, recording) = backtest(loaded.file.strategy, &store, &series, settings, &range)?;
    if result.equity.is_empty() {
        bail!("no candle of {series} lies in the range: it falls into a hole of the stored candles");
    }
    range.warnings.extend(coverage::of_others(&series, &description, &recording));
    let provenance = provenance::of(&recording, &loaded.source, &description.params)?;
    let candles = recording.candles.slice(recording.start..recording.candles.len());
    let report = Report {
        name: &description.name,
        about: &description.about,
        series: &series,
        candles,
        result: &result,
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

fn settings(args: &RunArgs, description: &Description) -> anyhow::Result<Settings> {
    if !args.source.symbol.is_spot() {
        bail!(
            "{} is a perpetual; this version backtests spot only, for example {}/{}",
            args.source.symbol,
            args.source.symbol.base(),
            args.source.symbol.quote()
        );
    }
    let size = args.size.unwrap_or(description.orders.size);
    if matches!(size, Size::Risk(_)) && description.orders.protection.stop.is_none() {
        bail!("--size {} needs a stop, and {} has none", size, description.name);
    }
    if !description.long {
        bail!("{} only goes short, which a spot market does not allow", description.name);
    }
    let settings = Settings {
        cash: args.cash,
        size,
        taker_fee: args.taker_fee,
        maker_fee: args.maker_fee,
        slippage: args.slippage,
        fee_charged_in: match args.fee_charged_in {
            FeeChargedIn::Quote => execution::FeeChargedIn::Quote,
            FeeChargedIn::Received => execution::FeeChargedIn::Received,
        },
        market: Market::Spot,
        ambiguity: execution::Ambiguity::Loss,
        tick: args.tick,
        lot: args.lot,
        min_quantity: args.min_quantity,
        min_notional: args.min_notional,
    };
    settings.check()?;
    Ok(settings)
}

fn in_file(args: &RunArgs, line: &str) -> String {
    format!("{}, {line}.", args.strategy.display())
}

fn spot_warnings(description: &Description) -> Vec<String> {
    let mut warnings = Vec::new();
    if description.short {
        warnings.push("The rules of `short` take no part: a spot market cannot be sold short.".to_owned());
    }
    if description.orders.leverage != 1.0 {
        warnings.push("`leverage` takes no part: a spot market has none.".to_owned());
    }
    warnings
}

fn backtest(
    strategy: Box<dyn Strategy>,
    store: &Store,
    series: &Series,
    settings: Settings,
    range: &Range,
) -> anyhow::Result<(RunResult, Recording)> {
    let mut runner = Runner::new(strategy, series.symbol.clone(), settings, range.from_ms).recording();
    runner
        .advance(&store.of_exchange(&series.exchange), Some(range.to_ms))
        .map_err(|error| anyhow!(error))
        .context("the candles cannot be read")?;
    let (engine, recording) = runner.finish();
    Ok((engine.finish(), recording.unwrap_or_default()))
}

fn setup(args: &RunArgs, description: &Description, settings: &Settings, range: &Range) -> Setup {
    Setup {
        strategy_file: args.strategy.display().to_string(),
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
        leverage: 1.0,
        maintenance_margin_rate: 0.0,
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
