//! How much of the time there was a position.

use super::{Facts, Figure, Unit};

pub(super) const FIGURE: Figure = Figure {
    name: "exposure",
    title: "Exposure",
    definition: "Share of candles in which a position was held after the open.",
    unit: Unit::Share,
    of_equity: false,
    compute,
};

pub(super) fn compute(facts: &Facts<'_>) -> Option<f64> {
    (facts.candles > 0).then(|| facts.result.bars_held as f64 / facts.candles as f64)
}
