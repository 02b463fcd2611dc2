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
    let wins = facts.profits()?.filter(|&profit| profit > 0.0).count();
    Some(wins as f64 / facts.result.trades.len() as f64)
}
