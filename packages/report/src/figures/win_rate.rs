//! The share of trades that gained.

use super::{Facts, Figure, Unit};

pub(super) const FIGURE: Figure = Figure {
    name: "win_rate",
    title: "Win rate",
    definition: "Share of closed trades whose net profit, after fees and funding, is above zero.",
    unit: Unit::Share,
    of_equity: false,
    compute,
};

pub(super) fn compute(facts: &Facts<'_>) -> Option<f64> {
    let trades = &facts.trades;
    (trades.count > 0).then(|| trades.wins as f64 / trades.count as f64)
}
