//! A search as text for the terminal.

use std::fmt::Write;

use report::FIGURES;
use terminal::thousands;

use super::found::Found;
use crate::args::OptimiseArgs;
use crate::honesty::Verdict;
use crate::prepared::Prepared;

/// Figures that stand beside the goal.
pub(super) const BESIDE: [&str; 5] = ["total_return", "max_drawdown", "sharpe", "trades", "win_rate"];
/// A probability of overfitting from which on a search is said to have found luck.
const LUCK: f64 = 0.5;
/// The deflated Sharpe ratio that is taken for skill.
const SKILL: f64 = 0.95;

pub(crate) fn text(args: &OptimiseArgs, prepared: &Prepared, found: &Found) -> String {
    let mut text = format!(
        "{} on {}: {} points tried, {} of them fulfil the conditions\n",
        prepared.description.name,
        prepared.series,
        thousands(found.trials.len() as u64),
        thousands(found.ranked.len() as u64),
    );
    let Some(best) = found.best() else {
        text.push_str("none has a value of the goal");
        return text;
    };
    let _ = writeln!(text, "\n{}", table(args, found));
    let _ = writeln!(text, "Best: {}", found.params(best));
    if let Some(plateau) = found.plateau {
        let same = if plateau == best { ", which is the best itself" } else { "" };
        let middle = figure(&found.goal, found.goal_around(plateau));
        let (params, goal, around) = (found.params(plateau), &found.goal, found.around_text(plateau));
        let _ = writeln!(text, "Plateau: {params}{same}; {goal} is {middle} {around}");
    }
    text.push_str(&likely(found));
    text.trim_end().to_owned()
}

fn table(args: &OptimiseArgs, found: &Found) -> String {
    let beside: Vec<&str> = BESIDE.into_iter().filter(|name| *name != found.goal).collect();
    let mut heads: Vec<&str> = vec![""];
    heads.extend(found.names.iter().map(String::as_str));
    heads.push(&found.goal);
    heads.push("around");
    heads.extend(&beside);
    let rows = found.ranked.iter().take(args.top).enumerate().map(|(rank, &index)| {
        let trial = &found.trials[index];
        let mut row = vec![(rank + 1).to_string()];
        row.extend(trial.values.iter().map(f64::to_string));
        row.push(figure(&found.goal, trial.outcome.figure(&found.goal)));
        row.push(figure(&found.goal, found.goal_around(index)));
        row.extend(beside.iter().map(|name| figure(name, trial.outcome.figure(name))));
        row
    });
    let right: Vec<usize> = (0..heads.len()).collect();
    terminal::table(&heads, rows.collect(), &right)
}

pub(super) fn figure(name: &str, value: Option<f64>) -> String {
    let unit = FIGURES.iter().find(|figure| figure.name == name).map(|figure| figure.unit);
    match (value, unit) {
        (None, _) => "-".to_owned(),
        (Some(value), Some(report::Unit::Share)) => format!("{:.2} %", value * 100.0),
        (Some(value), Some(report::Unit::Count)) => format!("{value:.0}"),
        (Some(value), _) => format!("{value:.3}"),
    }
}

/// Whether what was found is luck; `None` where nothing tells.
pub(super) fn verdict(found: &Found) -> Option<Verdict> {
    if found.deflated_sharpe.is_none() && found.overfitting.is_none() {
        return None;
    }
    let is_luck = found.overfitting.as_ref().is_some_and(|one| one.probability >= LUCK)
        || found.deflated_sharpe.is_some_and(|one| one < SKILL);
    let text = if is_luck { "what was found may well be luck of this range" } else { "luck alone hardly explains it" };
    let text = format!("{text}; try it on candles that took no part: backtester walk-forward");
    Some(Verdict::of(!is_luck, text))
}

/// How likely it is luck.
fn likely(found: &Found) -> String {
    let mut text = String::new();
    if let (Some(deflated), Some(independent)) = (found.deflated_sharpe, found.independent) {
        let _ = writeln!(
            text,
            "Deflated Sharpe: {:.1} % likely to be above what the best of {independent:.0} independent trials has by chance",
            deflated * 100.0,
        );
    }
    if let Some(overfitting) = &found.overfitting {
        let _ = writeln!(
            text,
            "Overfitting: {:.1} % likely that the best in one half of the days is below the middle in the other",
            overfitting.probability * 100.0,
        );
    }
    if let Some(verdict) = verdict(found) {
        let _ = writeln!(text, "Verdict: {}", verdict.text);
    }
    text
}
