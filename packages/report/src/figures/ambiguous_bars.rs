//! Candles that do not tell what came first.

use super::{Facts, Figure, Unit};

pub(super) const FIGURE: Figure = Figure {
    name: "ambiguous_bars",
    title: "Ambiguous candles",
    definition: "Candles in which loss and target were both reached, so that the loss was taken.",
    unit: Unit::Count,
    of_equity: false,
    compute,
};

pub(super) fn compute(facts: &Facts<'_>) -> Option<f64> {
    Some(facts.result.ambiguous_bars as f64)
}
