//! What funding gave.

use super::{Facts, Figure, Unit};

pub(super) const FIGURE: Figure = Figure {
    name: "funding",
    title: "Funding",
    definition: "Funding received less funding paid; perpetuals only.",
    unit: Unit::Quote,
    of_equity: false,
    compute,
};

pub(super) fn compute(facts: &Facts<'_>) -> Option<f64> {
    Some(facts.result.funding)
}
