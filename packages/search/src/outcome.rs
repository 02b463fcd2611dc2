//! What one set of params gave.

use execution::Engine;
use market::{CandleSlice, Timeframe};
use report::{Curve, FIGURES, TradeSums, figures_of};
use strategy::Description;

use execution::Settings;

/// The figures of one set, and what else a search reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// A value for each of [`report::FIGURES`]; `None` where it could not be computed.
    pub figures: Vec<Option<f64>>,
    /// The return of each UTC day with candles.
    pub daily_returns: Vec<f64>,
}

impl Outcome {
    /// The figure of this name; `None` where it could not be computed, or there is none of the name.
    #[must_use]
    pub fn figure(&self, name: &str) -> Option<f64> {
        let index = FIGURES.iter().position(|figure| figure.name == name)?;
        self.figures.get(index).copied().flatten()
    }
}

/// An account of which only sums are kept.
pub(crate) struct Account {
    pub(crate) engine: Engine,
    curve: Curve,
    trades: TradeSums,
}

impl Account {
    pub(crate) fn new(settings: Settings, description: &Description) -> Self {
        Account {
            engine: Engine::new(settings, description.orders),
            curve: Curve::new(settings.cash),
            trades: TradeSums::default(),
        }
    }

    /// Gathers what the engine did over these candles.
    pub(crate) fn gather(&mut self, candles: CandleSlice<'_>) {
        let so_far = self.engine.so_far();
        self.curve.add(candles.open_time_ms, &so_far.equity);
        self.trades.add(&so_far.trades);
        self.engine.forget();
    }

    pub(crate) fn finish(self, timeframe: Timeframe) -> Outcome {
        let daily_returns = self.curve.daily_returns();
        let result = self.engine.finish();
        let figures = figures_of(&self.curve, self.trades, timeframe, &result);
        Outcome { figures: FIGURES.iter().map(|figure| figures.get(figure.name)).collect(), daily_returns }
    }
}
