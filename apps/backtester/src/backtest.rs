//! One run, carried out: what came of it, what it follows from, and the report of both.

use anyhow::{Context, anyhow, bail};
use db::Store;
use execution::{Ambiguity, Engine, Market, Recording, RunResult, Runner, Settings};
use market::{Candles, Series};
use report::{Line, Pane, Provenance, Report, Setup};
use strategy::{Description, Size};

use crate::args::{Fills, RunArgs};
use crate::manifest::{Manifest, Strategy, TimeRange};
use crate::prepared::Prepared;
use crate::range::Range;
use crate::{coverage, provenance};

/// A run that was carried out.
pub(crate) struct Backtest {
    pub(crate) series: Series,
    pub(crate) recording: Recording,
    pub(crate) result: RunResult,
    pub(crate) manifest: Manifest,
    at_best: Option<RunResult>,
    description: Description,
    settings: Settings,
    range: Range,
}

impl Backtest {
    /// Runs what is prepared, and gives its store back.
    pub(crate) fn carry_out(args: &RunArgs, prepared: Prepared) -> anyhow::Result<(Self, Store)> {
        let Prepared { source, file, description, settings, series, store, mut range, surroundings } = prepared;
        let ambiguity = if args.fills == Fills::Optimistic { Ambiguity::Target } else { Ambiguity::Loss };
        let settings = Settings { ambiguity, ..settings };
        let mut runner = Runner::new(file.strategy, series.symbol.clone(), settings, range.from_ms)
            .recording()
            .around(surroundings.clone());
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
        let data = provenance::data(&series, &description, &recording, &surroundings);
        let times = &recording.candles.open_time_ms;
        let manifest = Manifest {
            program: provenance::program()?,
            strategy: strategy(args, source, &description),
            exchange: series.exchange.clone(),
            symbol: series.symbol.clone(),
            timeframe: series.timeframe,
            range: TimeRange {
                asked_from_ms: args.base.from,
                asked_to_ms: args.base.to,
                from_ms: range.from_ms,
                to_ms: range.to_ms,
                read_from_ms: times.first().copied().unwrap_or(range.from_ms),
                read_to_ms: times.last().map_or(range.to_ms, |last_ms| series.timeframe.next_open(*last_ms)),
            },
            account: args.account.with_tiers(&settings.market),
            fills: args.fills,
            detail: args.base.detail,
            data,
            seed: None,
        };
        Ok((Backtest { series, recording, result, manifest, at_best, description, settings, range }, store))
    }

    /// The report of a run that is not stored yet.
    pub(crate) fn report(&self) -> anyhow::Result<Report<'_>> {
        let candles = self.recording.candles.slice(self.recording.start..self.recording.candles.len());
        Ok(Report {
            name: &self.description.name,
            about: &self.description.about,
            series: &self.series,
            candles,
            result: &self.result,
            at_best: self.at_best.as_ref(),
            setup: self.setup(),
            lines: lines(&self.description, &self.recording),
            holes: coverage::holes(candles.open_time_ms, self.series.timeframe, &self.range),
            warm_up_candles: self.description.warm_up,
            warm_up_read: self.recording.start,
            unclosed_candles: 0,
            warnings: self.range.warnings.clone(),
            provenance: self.provenance(),
            run: None,
            manifest: serde_json::to_value(&self.manifest)?,
        })
    }

    fn provenance(&self) -> Provenance {
        let Manifest { program, strategy, data, .. } = &self.manifest;
        Provenance {
            data_hash: data.hash.clone(),
            strategy_hash: strategy.hash.clone(),
            binary_hash: program.hash.clone(),
            version: program.version.clone(),
        }
    }

    fn setup(&self) -> Setup {
        let Backtest { settings, range, manifest, .. } = self;
        Setup {
            strategy_file: manifest.strategy.file.clone(),
            params: self.description.params.clone(),
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
            detail: manifest.detail,
            tick: settings.tick,
            lot: settings.lot,
            from_ms: range.from_ms,
            to_ms: range.to_ms,
        }
    }
}

fn strategy(args: &RunArgs, text: String, description: &Description) -> Strategy {
    Strategy {
        name: description.name.clone(),
        file: args.base.strategy.display().to_string(),
        hash: provenance::strategy(&text, &description.params),
        text,
        set: args.base.set.clone(),
        params: description.params.iter().cloned().collect(),
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
