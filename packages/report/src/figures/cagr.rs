//! Compound annual growth rate.

use super::{Facts, Figure, Unit};

pub(super) const FIGURE: Figure = Figure {
    name: "cagr",
    title: "CAGR",
    definition: "Compound annual growth rate: the return that, earned every 365 days, gives the total return.",
    unit: Unit::Share,
    of_equity: true,
    compute,
};

pub(super) fn compute(facts: &Facts<'_>) -> Option<f64> {
    if facts.days <= 0.0 {
        return None;
    }
    Some(facts.growth()?.powf(365.0 / facts.days) - 1.0)
}
