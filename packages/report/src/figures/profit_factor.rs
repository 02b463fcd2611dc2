//! What was won for each unit lost.

use super::{Facts, Figure, Unit};

pub(super) const FIGURE: Figure = Figure {
    name: "profit_factor",
    title: "Profit factor",
    definition: "Sum of the net profits of winning trades over the sum of the net losses of losing ones.",
    unit: Unit::Ratio,
    of_equity: false,
    compute,
};

pub(super) fn compute(facts: &Facts<'_>) -> Option<f64> {
    let trades = &facts.trades;
    (trades.loss < 0.0).then(|| trades.profit / -trades.loss)
}
