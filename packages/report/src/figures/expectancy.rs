//! What a trade gives on average.

use super::{Facts, Figure, Unit};

pub(super) const FIGURE: Figure = Figure {
    name: "expectancy",
    title: "Expectancy",
    definition: "Mean net profit of a closed trade.",
    unit: Unit::Quote,
    of_equity: false,
    compute,
};

pub(super) fn compute(facts: &Facts<'_>) -> Option<f64> {
    let trades = &facts.trades;
    (trades.count > 0).then(|| trades.total / trades.count as f64)
}
