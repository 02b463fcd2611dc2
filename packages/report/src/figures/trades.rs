//! How many trades were closed.

use super::{Facts, Figure, Unit};

pub(super) const FIGURE: Figure = Figure {
    name: "trades",
    title: "Trades",
    definition: "Closed trades; a position still open at the end is not one.",
    unit: Unit::Count,
    of_equity: false,
    compute,
};

pub(super) fn compute(facts: &Facts<'_>) -> Option<f64> {
    Some(facts.trades.count as f64)
}
