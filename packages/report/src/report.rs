//! What a report is made from.

use execution::RunResult;
use market::{CandleSlice, Hole, Series};
use serde_json::Value;

use crate::numbers::counted;
use crate::{Figures, Setup, Tally, TradeSums, figures_of};

/// A run and everything that must be said about it.
///
/// Give it to [`Report::table`], [`Report::json`] or [`Report::html`].
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// Name of the strategy.
    pub name: &'a str,
    /// What the strategy is for; empty where its file does not say.
    pub about: &'a str,
    /// The candles' series.
    pub series: &'a Series,
    /// The candles of the range and the equity after each, in sum.
    pub tally: &'a Tally,
    /// What the run gave.
    pub result: &'a RunResult,
    /// What it would have given had every ambiguous candle ended well, where that was asked for.
    pub at_best: Option<(&'a RunResult, &'a Tally)>,
    /// The candles to draw, as many as `result.equity` has values; only the page needs them.
    pub candles: CandleSlice<'a>,
    /// The settings of the run.
    pub setup: Setup,
    /// The strategy's lines over the same candles.
    pub lines: Vec<Line<'a>>,
    /// Candles missing in the range, in order of time.
    pub holes: Vec<Hole>,
    /// Candles that the strategy needs before its first signal.
    pub warm_up_candles: usize,
    /// Candles from before the range that were read for it.
    pub warm_up_read: usize,
    /// Candles that were used although they were not closed; there should be none.
    pub unclosed_candles: usize,
    /// What else the reader must know: missing funding or mark prices, say. A sentence each.
    pub warnings: Vec<String>,
    /// What the run was made from.
    pub provenance: Provenance,
    /// The number under which the run is stored, where it is.
    pub run: Option<i64>,
    /// Everything the run follows from, as the store keeps it; null where it is not told.
    pub manifest: Value,
}

/// A line of the strategy: a named value for every candle.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// The name in the strategy file.
    pub name: &'a str,
    /// A value for each candle of the range; NaN where it is unknown.
    pub values: &'a [f64],
    /// Where it is drawn.
    pub pane: Pane,
}

/// Where a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Pane {
    /// Over the candles: it is a price.
    Price,
    /// In a pane below, with its own scale.
    Own,
}

/// What a run was made from, so that it can be repeated bit for bit. Hashes are hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Provenance {
    /// Hash of the candles that were used, warm-up included.
    pub data_hash: String,
    /// Hash of the strategy file.
    pub strategy_hash: String,
    /// Hash of the program.
    pub binary_hash: String,
    /// Version of the program.
    pub version: String,
}

impl Report<'_> {
    /// The figures of the run.
    #[must_use]
    pub fn figures(&self) -> Figures {
        self.figures_in(self.result, self.tally)
    }

    /// The figures of the run in which every ambiguous candle ended well.
    #[must_use]
    pub fn figures_at_best(&self) -> Option<Figures> {
        self.at_best.map(|(result, tally)| self.figures_in(result, tally))
    }

    fn figures_in(&self, result: &RunResult, tally: &Tally) -> Figures {
        figures_of(&tally.curve, TradeSums::of(&result.trades), self.series.timeframe, result)
    }

    /// Candles missing in the range.
    pub(crate) fn missing_candles(&self) -> u64 {
        self.holes.iter().map(|hole| hole.missing).sum()
    }

    /// What the reader is warned of, candles that were not closed among it.
    pub(crate) fn all_warnings(&self) -> Vec<String> {
        let mut warnings = self.warnings.clone();
        if self.unclosed_candles > 0 {
            let candles = counted(self.unclosed_candles as u64, "candle", "candles");
            warnings.push(format!("Not closed when they were used: {candles}."));
        }
        warnings
    }

    /// How often each reason turned a signal down, most frequent first.
    pub(crate) fn rejections(&self) -> Vec<(&'static str, usize)> {
        let mut counts: Vec<(&'static str, usize)> = Vec::new();
        for signal in &self.result.rejected {
            match counts.iter_mut().find(|(reason, _)| *reason == signal.reason) {
                Some((_, count)) => *count += 1,
                None => counts.push((signal.reason, 1)),
            }
        }
        counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        counts
    }
}
