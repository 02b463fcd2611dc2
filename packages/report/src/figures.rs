//! The figures of a run: what each is called, what it means, and how it is computed.

mod ambiguous_bars;
mod cagr;
mod calmar;
mod expectancy;
mod exposure;
mod facts;
mod fees;
mod final_equity;
mod funding;
mod max_drawdown;
mod profit_factor;
mod sharpe;
mod sortino;
mod total_return;
mod trades;
mod win_rate;

use execution::RunResult;
use market::{CandleSlice, Timeframe};

pub(crate) use facts::DAY_MS;
pub use facts::Facts;

use crate::{Curve, TradeSums};

/// Every figure, in the order a reader wants them.
pub const FIGURES: &[Figure] = &[
    final_equity::FIGURE,
    total_return::FIGURE,
    cagr::FIGURE,
    max_drawdown::FIGURE,
    calmar::FIGURE,
    sharpe::FIGURE,
    sortino::FIGURE,
    trades::FIGURE,
    win_rate::FIGURE,
    profit_factor::FIGURE,
    expectancy::FIGURE,
    exposure::FIGURE,
    fees::FIGURE,
    funding::FIGURE,
    ambiguous_bars::FIGURE,
];

/// One statistic of a run.
#[derive(Debug)]
pub struct Figure {
    /// The key in JSON: `max_drawdown`.
    pub name: &'static str,
    /// The name for people: `Max drawdown`.
    pub title: &'static str,
    /// What it means and how it is computed, in a sentence or two.
    pub definition: &'static str,
    /// What the value is counted in.
    pub unit: Unit,
    /// Whether it follows from equity alone, so that buy-and-hold has it too.
    pub of_equity: bool,
    /// Computes it; `None` where it has no value.
    pub compute: fn(&Facts<'_>) -> Option<f64>,
}

/// What a figure is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Money of the quote asset.
    Quote,
    /// A share of one, shown as a percentage.
    Share,
    /// A plain number.
    Ratio,
    /// A whole number of things.
    Count,
}

impl Unit {
    /// A value in this unit as people read it: `1,234.50`, `-12.30 %`, `0.91`, `883`.
    #[must_use]
    pub fn written(self, value: f64) -> String {
        crate::numbers::figure(value, self)
    }
}

/// The figures that could be computed, in the order of [`FIGURES`].
#[derive(Debug, Clone)]
pub struct Figures(Vec<(&'static Figure, f64)>);

impl Figures {
    /// The value of the figure called `name`; `None` where it could not be computed.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|(figure, _)| figure.name == name).map(|&(_, value)| value)
    }

    /// Every figure that has a value.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Figure, f64)> + '_ {
        self.0.iter().copied()
    }
}

/// Computes every figure of a run over `candles`: exactly the candles of the range, as many as
/// `result.equity` has values. A figure that cannot be computed is left out.
#[must_use]
pub fn figures(candles: CandleSlice<'_>, timeframe: Timeframe, result: &RunResult) -> Figures {
    figures_of(&curve(candles, result), TradeSums::of(&result.trades), timeframe, result)
}

/// Computes every figure of a run whose equity and trades were gathered as they came, `result` having only counts.
#[must_use]
pub fn figures_of(curve: &Curve, trades: TradeSums, timeframe: Timeframe, result: &RunResult) -> Figures {
    compute(&Facts::new(curve, trades, timeframe, result), |_| true)
}

/// Computes the figures that follow from equity alone: of something that was held, and not traded.
#[must_use]
pub fn figures_of_equity(curve: &Curve, timeframe: Timeframe) -> Figures {
    let held = RunResult { initial_cash: curve.initial_cash(), ..RunResult::default() };
    compute(&Facts::new(curve, TradeSums::default(), timeframe, &held), |figure| figure.of_equity)
}

fn curve(candles: CandleSlice<'_>, result: &RunResult) -> Curve {
    let mut curve = Curve::new(result.initial_cash);
    curve.add(candles.open_time_ms, &result.equity);
    curve
}

fn compute(facts: &Facts<'_>, wanted: impl Fn(&Figure) -> bool) -> Figures {
    let value = |figure: &'static Figure| {
        let value = (figure.compute)(facts).filter(|value| value.is_finite())?;
        Some((figure, value))
    };
    Figures(FIGURES.iter().filter(|figure| wanted(figure)).filter_map(value).collect())
}
