//! What the account is worth at the end.

use super::{Facts, Figure, Unit};

pub(super) const FIGURE: Figure = Figure {
    name: "final_equity",
    title: "Final equity",
    definition: "Cash and open position after the last candle, the position at its close and without a fee for leaving it.",
    unit: Unit::Quote,
    of_equity: true,
    compute,
};

pub(super) fn compute(facts: &Facts<'_>) -> Option<f64> {
    facts.last_equity
}
