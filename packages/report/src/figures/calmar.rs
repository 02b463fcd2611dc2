//! Growth for each unit of the deepest fall.

use super::{Facts, Figure, Unit};

pub(super) const FIGURE: Figure = Figure {
    name: "calmar",
    title: "Calmar",
    definition: "CAGR over the size of the max drawdown.",
    unit: Unit::Ratio,
    of_equity: true,
    compute,
};

pub(super) fn compute(facts: &Facts<'_>) -> Option<f64> {
    let drawdown = super::max_drawdown::compute(facts)?.abs();
    (drawdown > 0.0).then_some(super::cagr::compute(facts)? / drawdown)
}
