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
    let profit = facts.profits()?.map(|profit| profit.max(0.0)).sum::<f64>();
    let loss = facts.profits()?.map(|profit| profit.min(0.0)).sum::<f64>();
    (loss < 0.0).then(|| profit / -loss)
}
