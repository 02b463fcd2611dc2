//! The deepest fall from a peak.

use super::{Facts, Figure, Unit};

pub(super) const FIGURE: Figure = Figure {
    name: "max_drawdown",
    title: "Max drawdown",
    definition: "The deepest fall of equity below its highest value so far, the cash at the start being the first peak.",
    unit: Unit::Share,
    of_equity: true,
    compute,
};

pub(super) fn compute(facts: &Facts<'_>) -> Option<f64> {
    facts.deepest
}
