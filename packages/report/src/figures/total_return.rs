//! What the account gained over the range.

use super::{Facts, Figure, Unit};

pub(super) const FIGURE: Figure = Figure {
    name: "total_return",
    title: "Total return",
    definition: "Final equity over the cash at the start, less one.",
    unit: Unit::Share,
    of_equity: true,
    compute,
};

pub(super) fn compute(facts: &Facts<'_>) -> Option<f64> {
    Some(facts.growth()? - 1.0)
}
