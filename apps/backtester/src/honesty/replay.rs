//! Decisions once, accounts as often as wanted: what a strategy decides does not depend on cash and costs.

use anyhow::{Context, anyhow, bail};
use execution::{Engine, Fed, Feed, RunResult, Settings, Surroundings};
use market::{CandleSlice, CandleSource, Candles, Series, Timeframe};
use report::{Curve, Figures};
use strategy::{Act, Orders, Strategy};

use crate::coverage::{self, Seen};
use crate::prepared::Prepared;

/// The candles of a range and what a strategy decides at their closes.
pub(crate) struct Replay {
    candles: Candles,
    /// The first candle that accounts see.
    start: usize,
    acts: Vec<Act>,
    orders: Orders,
    timeframe: Timeframe,
    surroundings: Surroundings,
    /// What is missing of the other candles that the strategy reads.
    missing: Vec<String>,
}

/// What a run gave.
pub(crate) struct Ran {
    pub(crate) result: RunResult,
    pub(crate) figures: Figures,
}

impl Replay {
    /// Reads the candles from `from_ms` and before `to_ms`, with what warms the strategy up, and lets it decide.
    pub(crate) fn new(
        mut strategy: Box<dyn Strategy>,
        series: &Series,
        (from_ms, to_ms): (i64, i64),
        source: &dyn CandleSource,
        surroundings: Surroundings,
    ) -> anyhow::Result<Self> {
        let description = strategy.description();
        let description = description.clone();
        let fed = Feed::new(&description, series.symbol.clone(), from_ms)
            .next(source, Some(to_ms))
            .map_err(|error| anyhow!(error))
            .context("the candles cannot be read")?;
        let Some(Fed { candles, others }) =
            fed.filter(|fed| fed.candles.index_at_or_after(from_ms) < fed.candles.len())
        else {
            bail!("no candle of {series} lies in the range: it falls into a hole of the stored candles");
        };
        for (index, other) in others.iter().enumerate() {
            strategy.push_other(index, other.as_slice());
        }
        let (mut acts, start) = (Vec::new(), candles.index_at_or_after(from_ms));
        strategy.act(candles.as_slice(), &mut acts, None);
        acts.retain(|act| act.index >= start);
        acts.iter_mut().for_each(|act| act.index -= start);
        let seen: Vec<_> = others
            .iter()
            .zip(&description.others)
            .map(|(candles, other)| Seen::all(&candles.open_time_ms, other.timeframe))
            .collect();
        let own = Seen::all(&candles.open_time_ms[start..], series.timeframe);
        let missing = coverage::of_others(series, &description, &own, &seen);
        let (orders, timeframe) = (description.orders, description.timeframe);
        Ok(Replay { candles, start, acts, orders, timeframe, surroundings, missing })
    }

    /// What was prepared; gives its settings and what the reader must know too.
    pub(crate) fn of(prepared: Prepared) -> anyhow::Result<(Self, Settings, Vec<String>)> {
        let Prepared { file, settings, series, store, mut range, surroundings, .. } = prepared;
        let source = store.of_exchange(&series.exchange);
        let replay = Self::new(file.strategy, &series, (range.from_ms, range.to_ms), &source, surroundings)?;
        range.warnings.extend_from_slice(&replay.missing);
        Ok((replay, settings, range.warnings))
    }

    /// The candles that accounts see.
    pub(crate) fn candles(&self) -> CandleSlice<'_> {
        self.candles.slice(self.start..self.candles.len())
    }

    /// What is missing of the other candles that the strategy reads, a sentence for each.
    pub(crate) fn missing(&self) -> &[String] {
        &self.missing
    }

    pub(crate) fn timeframe(&self) -> Timeframe {
        self.timeframe
    }

    /// What was decided, at the candles by their number.
    pub(crate) fn acts(&self) -> &[Act] {
        &self.acts
    }

    /// An account with these settings.
    pub(crate) fn run(&self, settings: Settings) -> Ran {
        self.run_acts(settings, &self.acts)
    }

    /// An account with these settings and decisions.
    pub(crate) fn run_acts(&self, settings: Settings, acts: &[Act]) -> Ran {
        let mut engine = Engine::new(settings, self.orders);
        if self.surroundings.is_empty() {
            engine.run(self.candles(), acts);
        } else {
            engine.run_in(self.candles(), acts, &mut self.surroundings.clone(), self.timeframe);
        }
        let result = engine.finish();
        Ran { figures: report::figures(self.candles(), self.timeframe, &result), result }
    }

    /// What holding would have given.
    pub(crate) fn buy_and_hold(&self, cash: f64) -> Figures {
        report::buy_and_hold(self.candles(), self.timeframe, cash)
    }

    /// The return of each UTC day.
    pub(crate) fn daily_returns(&self, result: &RunResult) -> Vec<f64> {
        let mut curve = Curve::new(result.initial_cash);
        curve.add(self.candles().open_time_ms, &result.equity);
        curve.daily_returns()
    }
}
