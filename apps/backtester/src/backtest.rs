//! One run, carried out: what came of it, what it follows from, and the report of both.

use anyhow::{Context, anyhow, bail};
use db::Store;
use execution::{Ambiguity, Market, Piece, Recording, RunResult, Runner, Settings};
use market::{Candles, Hole, Series, SourceError};
use report::{Line, Pane, Provenance, Report, Setup, Tally};
use strategy::{Description, Size};

use crate::args::{Fills, RunArgs};
use crate::manifest::{Manifest, Strategy, TimeRange};
use crate::passage::Passage;
use crate::prepared::Prepared;
use crate::provenance::{EquityHasher, PartHasher};
use crate::range::Range;
use crate::read_ahead::{self, ReadAhead};
use crate::{coverage, provenance};

/// A run that was carried out.
pub(crate) struct Backtest {
    pub(crate) series: Series,
    /// Candles and lines to draw or to export; empty where nobody asked for them.
    pub(crate) recording: Recording,
    /// What it gave; equity is kept with the recording only.
    pub(crate) result: RunResult,
    /// The hashes of equity, and of that at best.
    pub(crate) equity: [EquityHasher; 2],
    pub(crate) manifest: Manifest,
    tally: Tally,
    at_best: Option<(RunResult, Tally)>,
    holes: Vec<Hole>,
    /// Candles from before the range that were read.
    warm_up_read: usize,
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
        let mut runner =
            Runner::new(file.strategy, series.symbol.clone(), settings, range.from_ms).around(surroundings.clone());
        let is_kept = args.html.is_some() || args.out.is_some();
        if is_kept {
            runner = runner.recording();
        }
        if args.fills == Fills::Both {
            runner = runner.with_optimist(settings);
        }
        let mut passage = Passage::new(&series, &description, settings.cash, is_kept);
        go_over(&mut runner, &store, &series, &range, |piece| passage.take(piece))
            .map_err(|error| anyhow!(error))
            .context("the candles cannot be read")?;
        if passage.tally.candles() == 0 {
            bail!("no candle of {series} lies in the range: it falls into a hole of the stored candles");
        }
        range.warnings.extend(coverage::of_others(&series, &description, &passage.seen, &passage.others_seen()));
        let at_best = runner.optimist().map(|optimist| (optimist.result(), passage.tally_at_best));
        let (engine, recording) = runner.finish();
        let result = RunResult { equity: passage.kept, ..engine.finish() };
        let parts: Vec<_> = std::iter::once(passage.own)
            .chain(passage.others.into_iter().map(|other| other.data))
            .map(PartHasher::finish)
            .collect();
        let own = &parts[0];
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
                read_from_ms: own.first_ms.unwrap_or(range.from_ms),
                read_to_ms: own.last_ms.map_or(range.to_ms, |last_ms| series.timeframe.next_open(last_ms)),
            },
            account: args.account.with_tiers(&settings.market),
            fills: args.fills,
            detail: args.base.detail,
            data: provenance::data(&series, parts, &surroundings),
            seed: None,
        };
        let backtest = Backtest {
            recording: recording.unwrap_or_default(),
            result,
            equity: passage.equity,
            manifest,
            tally: passage.tally,
            at_best,
            holes: passage.seen.holes_in(&range),
            warm_up_read: passage.warm_up_read,
            series,
            description,
            settings,
            range,
        };
        Ok((backtest, store))
    }

    /// The report of a run that is not stored yet.
    pub(crate) fn report(&self) -> anyhow::Result<Report<'_>> {
        let candles = self.recording.candles.slice(self.recording.start..self.recording.candles.len());
        Ok(Report {
            name: &self.description.name,
            about: &self.description.about,
            series: &self.series,
            tally: &self.tally,
            candles,
            result: &self.result,
            at_best: self.at_best.as_ref().map(|(result, tally)| (result, tally)),
            setup: self.setup(),
            lines: lines(&self.description, &self.recording),
            holes: self.holes.clone(),
            warm_up_candles: self.description.warm_up,
            warm_up_read: self.warm_up_read,
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

/// Runs over the range piece by piece, the next ones being read meanwhile.
fn go_over(
    runner: &mut Runner,
    store: &Store,
    series: &Series,
    range: &Range,
    mut take: impl FnMut(Piece<'_>),
) -> Result<(), SourceError> {
    let ends = read_ahead::ends(series.timeframe, range.stored_from_ms, range.stored_to_ms);
    let source = store.of_exchange(&series.exchange);
    std::thread::scope(|scope| {
        let source = ReadAhead::new(scope, &source, store.path(), series, ends.clone());
        for end_ms in ends {
            runner.advance_with(&source, Some(end_ms), &mut take)?;
        }
        Ok(())
    })
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
