//! Return for each unit of its spread.

use super::{Facts, Figure, Unit};

pub(super) const FIGURE: Figure = Figure {
    name: "sharpe",
    title: "Sharpe",
    definition: "Mean over sample standard deviation of the daily returns (UTC days), times the square root of 365.",
    unit: Unit::Ratio,
    of_equity: true,
    compute,
};

pub(super) fn compute(facts: &Facts<'_>) -> Option<f64> {
    let (mean, returns) = (facts.mean_daily_return()?, &facts.daily_returns);
    if returns.len() < 2 {
        return None;
    }
    let squares: f64 = returns.iter().map(|r| (r - mean).powi(2)).sum();
    let deviation = (squares / (returns.len() - 1) as f64).sqrt();
    (deviation > 0.0).then(|| mean / deviation * 365.0_f64.sqrt())
}
