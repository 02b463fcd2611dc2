//! What trading cost.

use super::{Facts, Figure, Unit};

pub(super) const FIGURE: Figure = Figure {
    name: "fees",
    title: "Fees",
    definition: "Fees paid, those of the open position included.",
    unit: Unit::Quote,
    of_equity: false,
    compute,
};

pub(super) fn compute(facts: &Facts<'_>) -> Option<f64> {
    Some(facts.result.fees)
}
