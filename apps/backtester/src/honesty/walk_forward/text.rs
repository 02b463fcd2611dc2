//! A walk as text and JSON, and its verdict.

use market::format_utc;
use report::FIGURES;
use research::ResearchError;
use serde_json::{Map, Value, json};
use terminal::thousands;

use super::{Step, Walk};
use crate::args::WalkForwardArgs;
use crate::honesty::telling::{Telling, Verdict, figure_table, figures_json, object, percent, written};
use crate::prepared::Prepared;

/// The least efficiency of a walk that holds (Pardo 2008, chapter 11).
const LEAST_EFFICIENCY: f64 = 0.5;
const DAY_MS: f64 = 86_400_000.0;

pub(crate) fn telling(args: &WalkForwardArgs, prepared: &Prepared, walk: &Walk) -> Telling {
    let verdict = if untrained(walk) == walk.steps.len() {
        Verdict::none("nothing can be said: no set of params had the goal in any training window.")
    } else {
        verdict(walk.efficiency, walk.whole.get("total_return"))
    };
    Telling { text: text(args, prepared, walk), json: json(args, prepared, walk), verdict, page: None }
}

fn text(args: &WalkForwardArgs, prepared: &Prepared, walk: &Walk) -> String {
    let title = FIGURES.iter().find(|figure| figure.name == args.goal).map_or(args.goal, |figure| figure.title);
    let mut parts = vec![
        format!(
            "{} on {}: {} windows, {} sets of params tried in each, the best by {title} traded on what follows",
            prepared.description.name,
            prepared.series,
            walk.steps.len(),
            thousands(walk.sets as u64),
        ),
        windows(args, title, walk),
        figure_table(&["Out of sample", "File's params", "Buy & hold"], &[&walk.whole, &walk.fixed, &walk.hold]),
    ];
    if walk.left > 0 {
        let (were, it) =
            if walk.left == 1 { ("position was", "a window") } else { ("positions were", "their windows") };
        parts.push(format!("{} {were} left because {it} ended, at the last close with fee and slippage.", walk.left));
    }
    let untrained = untrained(walk);
    if untrained > 0 {
        parts.push(format!(
            "In {untrained} of {} windows no set had the goal in training; the file's own params were traded there.",
            walk.steps.len()
        ));
    }
    parts.push(format!(
        "Walk-forward efficiency (annual growth out of sample over that in sample, as logarithms): {}",
        walk.efficiency.map_or("none, for nothing was earned in sample".to_owned(), |value| format!("{value:.2}")),
    ));
    parts.join("\n\n")
}

/// Windows in which no set could be judged.
fn untrained(walk: &Walk) -> usize {
    walk.steps.iter().filter(|step| step.chosen.trained.is_none()).count()
}

fn windows(args: &WalkForwardArgs, title: &str, walk: &Walk) -> String {
    let names: Vec<&str> = walk
        .steps
        .first()
        .map_or(Vec::new(), |step| step.chosen.params.iter().map(|(name, _)| name.as_str()).collect());
    let (inside, outside) = (format!("{title} in"), format!("{title} out"));
    let mut heads = vec!["tested from", "to"];
    heads.extend(&names);
    heads.extend([inside.as_str(), outside.as_str(), "return out", "trades"]);
    let rows = walk.steps.iter().map(|step| row(args, step)).collect();
    let right: Vec<usize> = (2..heads.len()).collect();
    terminal::table(&heads, rows, &right)
}

fn row(args: &WalkForwardArgs, step: &Step) -> Vec<String> {
    let day = |time_ms: i64| format_utc(time_ms)[..10].to_owned();
    let mut row = vec![day(step.window.test_from_ms), day(step.window.test_to_ms)];
    row.extend(step.chosen.params.iter().map(|(_, value)| value.to_string()));
    row.push(written(args.goal, step.chosen.figure(args.goal)));
    row.extend([args.goal, "total_return", "trades"].map(|name| written(name, step.tested.get(name))));
    row
}

fn json(args: &WalkForwardArgs, prepared: &Prepared, walk: &Walk) -> Map<String, Value> {
    let windows: Vec<Value> = walk.steps.iter().map(|step| window(args, step)).collect();
    object(json!({
        "strategy": prepared.description.name,
        "series": prepared.series.to_string(),
        "goal": args.goal,
        "anchored": args.anchored,
        "sets": walk.sets,
        "seed": args.trials.map(|_| args.seed),
        "windows": windows,
        "out_of_sample": figures_json(&walk.whole),
        "params_of_file": figures_json(&walk.fixed),
        "buy_and_hold": figures_json(&walk.hold),
        "efficiency": walk.efficiency,
        "left_at_ends": walk.left,
        "windows_without_goal": untrained(walk),
        "equity": { "open_time_ms": walk.candles.open_time_ms, "values": walk.equity },
    }))
}

fn window(args: &WalkForwardArgs, step: &Step) -> Value {
    let params: Map<String, Value> =
        step.chosen.params.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({
        "train_from_ms": step.window.train_from_ms,
        "train_to_ms": step.window.train_to_ms,
        "test_from_ms": step.window.test_from_ms,
        "test_to_ms": step.window.test_to_ms,
        "params": params,
        "goal_in_sample": step.chosen.figure(args.goal),
        "goal_out_of_sample": step.tested.get(args.goal),
        "return_in_sample": step.chosen.figure("total_return"),
        "return_out_of_sample": step.tested.get("total_return"),
        "trades_out_of_sample": step.tested.get("trades"),
    })
}

fn verdict(efficiency: Option<f64>, earned: Option<f64>) -> Verdict {
    let earned = earned.unwrap_or(0.0);
    match efficiency {
        _ if earned < 0.0 => {
            Verdict::of(false, format!("it does not hold: out of sample the account loses {}.", percent(-earned)))
        }
        None => Verdict::of(false, "it does not hold: not even the best params earned anything in training."),
        Some(share) if share < LEAST_EFFICIENCY => Verdict::of(
            false,
            format!("it does not hold: out of sample it earns {} of what the search promised.", percent(share)),
        ),
        Some(share) => {
            let text = format!("it holds: out of sample it earns {} of what the search promised.", percent(share));
            Verdict::of(true, text)
        }
    }
}

/// Spans in days, where the arithmetic speaks of milliseconds.
pub(crate) fn of_error(error: ResearchError) -> String {
    match error {
        ResearchError::RangeTooShort { have_ms, need_ms } => format!(
            "the range has {:.1} days, and one training window with its test needs {:.1}; \
             take a longer range, or a shorter --train or --test",
            have_ms as f64 / DAY_MS,
            need_ms as f64 / DAY_MS,
        ),
        ResearchError::NoLength { what, .. } => format!("--{what} is no time at all; expected a span such as 30d"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(efficiency: Option<f64>, earned: f64, expected: bool, part: &str) {
        let verdict = verdict(efficiency, Some(earned));
        assert_eq!(verdict.is_good, Some(expected));
        assert!(verdict.text.contains(part), "{}", verdict.text);
    }

    #[test]
    fn a_walk_holds_where_half_of_the_promise_was_kept() {
        check(Some(0.5), 0.1, true, "50.00 %");
        check(Some(1.2), 0.1, true, "120.00 %");
        check(Some(0.49), 0.1, false, "49.00 % of what");
        check(Some(-0.2), -0.1, false, "loses 10.00 %");
        check(None, -0.1, false, "loses 10.00 %");
        check(None, 0.1, false, "in training");
        check(Some(0.0), 0.0, false, "0.00 % of what");
    }
}
