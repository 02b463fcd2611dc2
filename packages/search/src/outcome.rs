//! What one set of params gave.

use execution::{Engine, Stretch, Surroundings, Trade};
use market::{CandleSlice, Timeframe};
use report::{Curve, Extremes, FIGURES, TradeSums, figures_of};
use strategy::{Act, Description};

use crate::Task;

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

/// What accounts share that take turns with the same candles.
#[derive(Default)]
pub(crate) struct Room {
    /// How many of the candles are before the range, and only warm up.
    unseen: usize,
    closes: Extremes,
    stretches: Vec<Stretch>,
    trades: Vec<Trade>,
}

impl Room {
    /// Readies it for the next candles.
    pub(crate) fn turn_to(&mut self, task: &Task<'_>, candles: CandleSlice<'_>) {
        self.unseen = candles.open_time_ms.partition_point(|time_ms| *time_ms < task.from_ms);
        self.closes.set(candles.close);
    }
}

/// An account of which only sums are kept.
pub(crate) struct Account {
    engine: Engine,
    surroundings: Surroundings,
    timeframe: Timeframe,
    curve: Curve,
    trades: TradeSums,
}

impl Account {
    pub(crate) fn new(task: &Task<'_>, description: &Description) -> Self {
        Account {
            engine: Engine::new(task.settings, description.orders),
            surroundings: task.surroundings.clone(),
            timeframe: description.timeframe,
            curve: Curve::new(task.settings.cash),
            trades: TradeSums::default(),
        }
    }

    /// Takes the next candles, to which the room was turned, and the decisions at their closes.
    pub(crate) fn take(&mut self, candles: CandleSlice<'_>, acts: &[Act], room: &mut Room) {
        let unseen = room.unseen;
        let seen = candles.slice(unseen..candles.len());
        // Only the block in which the range begins has candles before it.
        let later: Vec<Act>;
        let acts = if unseen == 0 {
            acts
        } else {
            let acts = acts.iter().filter(|act| act.index >= unseen);
            later = acts.map(|act| Act { index: act.index - unseen, ..*act }).collect();
            &later
        };
        room.stretches.clear();
        self.engine.swap_trades(&mut room.trades);
        if self.surroundings.is_empty() {
            self.engine.run_over(seen, acts, &mut room.stretches);
        } else {
            self.engine.run_over_in(seen, acts, (&mut self.surroundings, self.timeframe), &mut room.stretches);
        }
        self.curve.add_stretches(seen, &room.stretches, (&room.closes, unseen));
        self.trades.add(&self.engine.so_far().trades);
        self.engine.forget();
        self.engine.swap_trades(&mut room.trades);
    }

    pub(crate) fn finish(self) -> Outcome {
        let daily_returns = self.curve.daily_returns();
        let result = self.engine.finish();
        let figures = figures_of(&self.curve, self.trades, self.timeframe, &result);
        Outcome { figures: FIGURES.iter().map(|figure| figures.get(figure.name)).collect(), daily_returns }
    }
}
