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
    let result = facts.result;
    if result.equity.is_empty() || result.initial_cash <= 0.0 {
        return None;
    }
    let (mut peak, mut worst) = (result.initial_cash, 1.0_f64);
    for &equity in &result.equity {
        // Comparing with a product is far quicker than dividing, which only a new low needs.
        if equity > peak {
            peak = equity;
        } else if equity < worst * peak {
            worst = equity / peak;
        }
    }
    Some(worst - 1.0)
}
