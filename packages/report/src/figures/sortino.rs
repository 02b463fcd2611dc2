//! Return for each unit of its losses' spread.

use super::{Facts, Figure, Unit};

pub(super) const FIGURE: Figure = Figure {
    name: "sortino",
    title: "Sortino",
    definition: "Mean daily return over the root mean square of the negative daily returns (UTC days, gains counted as zero), times the square root of 365.",
    unit: Unit::Ratio,
    of_equity: true,
    compute,
};

pub(super) fn compute(facts: &Facts<'_>) -> Option<f64> {
    let (mean, returns) = (facts.mean_daily_return()?, &facts.daily_returns);
    let squares: f64 = returns.iter().map(|r| r.min(0.0).powi(2)).sum();
    let deviation = (squares / returns.len() as f64).sqrt();
    (deviation > 0.0).then(|| mean / deviation * 365.0_f64.sqrt())
}
