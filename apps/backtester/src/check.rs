//! `backtester check`: what a strategy reads, how much warm-up it needs, and its plan.

use std::fmt::Write;

use serde_json::{Value, json};
use strategy::{Description, History, PlanStep, StrategyFile, Unit};
use yaml::Problems;

use crate::args::CheckArgs;
use crate::load;

pub(crate) fn check(args: &CheckArgs) -> anyhow::Result<()> {
    let source = load::read(&args.strategy)?;
    let print_json =
        |value: &Value| -> anyhow::Result<()> { Ok(terminal::print(&serde_json::to_string_pretty(value)?)?) };
    match strategy::load(&source, &args.set) {
        Ok(file) if args.json => print_json(&as_json(&file, &source)),
        Ok(file) => {
            terminal::print(&as_text(&file))?;
            load::warn(&args.strategy, &source, &file.warnings);
            Ok(())
        }
        Err(problems) => {
            if args.json {
                print_json(&json!({ "mistakes": places(&source, &problems) }))?;
            }
            Err(load::describe(&args.strategy, &source, &problems))
        }
    }
}

/// The mistakes of a file for an editor: lines and columns from 1.
fn places(source: &str, problems: &Problems) -> Value {
    let place = |at: usize| {
        let before = &source[..at.min(source.len())];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        json!({ "line": before.matches('\n').count() + 1, "column": before[line_start..].chars().count() + 1 })
    };
    let list = problems.list().into_iter().map(|problem| {
        let (start, end) = (place(problem.span.start), place(problem.span.end));
        json!({ "start": start, "end": end, "message": problem.message, "help": problem.help })
    });
    list.collect()
}

fn as_text(file: &StrategyFile) -> String {
    let description = file.strategy.description();
    let mut text = format!("{} is well-formed.\n", description.name);
    if !description.about.is_empty() {
        let _ = writeln!(text, "{}", description.about);
    }
    let _ = writeln!(
        text,
        "\ndecides   at the close of each {} candle; goes {}",
        description.timeframe,
        sides(description)
    );
    let _ = writeln!(text, "reads     its own candles; {}", warm_up(description.warm_up, description.history));
    for other in &description.others {
        let symbol = other.symbol.as_ref().map_or("the same symbol".to_owned(), ToString::to_string);
        let _ = writeln!(text, "          {symbol} {}; {}", other.timeframe, warm_up(other.warm_up, other.history));
    }
    if !description.params.is_empty() {
        let params: Vec<String> = description.params.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let _ = writeln!(text, "params    {}", params.join(", "));
    }
    let _ = writeln!(text, "protects  {}", protection(description));
    let _ = writeln!(text, "size      {}", description.orders.size);
    if description.orders.cooldown > 0 {
        let _ = writeln!(text, "cooldown  {} candles", description.orders.cooldown);
    }
    text.push_str("\nThe plan, a step a line; #n is the value of step n:\n");
    text.push_str(&plan(&file.steps));
    for (other, steps) in description.others.iter().zip(&file.other_steps) {
        if !steps.is_empty() {
            let symbol = other.symbol.as_ref().map_or(String::new(), |symbol| format!("{symbol} "));
            let _ = write!(text, "\nOn {symbol}{} candles:\n{}", other.timeframe, plan(steps));
        }
    }
    text.trim_end().to_owned()
}

fn sides(description: &Description) -> &'static str {
    match (description.long, description.short) {
        (true, true) => "long and short; on spot, long only",
        (false, true) => "short; not on spot",
        _ => "long",
    }
}

fn warm_up(candles: usize, history: History) -> String {
    let rest = match history {
        History::Whole { anchor: Some(anchor), .. } => {
            format!("and all since the start of the {anchor}")
        }
        History::Whole { settle: settle @ 1.., .. } => format!("and {settle} more to settle"),
        // A running total begins with the first candle that is read.
        History::Whole { .. } | History::Candles(_) => "and none older".to_owned(),
    };
    format!("{candles} of them to warm up, {rest}")
}

fn protection(description: &Description) -> String {
    let levels = &description.orders.protection;
    let unit = |name: &str, unit: Option<Unit>| {
        unit.map(|unit| match unit {
            Unit::Quote => format!("{name} at a distance in quote"),
            Unit::Share => format!("{name} at a share of the entry price"),
        })
    };
    let time = levels.max_bars.map(|bars| format!("leaves after {bars} candles"));
    let parts: Vec<String> =
        [unit("stop", levels.stop), unit("target", levels.take), unit("trail", levels.trail), time]
            .into_iter()
            .flatten()
            .collect();
    if parts.is_empty() { "nothing: positions are left by rules alone".to_owned() } else { parts.join(", ") }
}

fn plan(steps: &[PlanStep]) -> String {
    let rows = steps.iter().enumerate().map(|(index, step)| {
        let shared = if step.uses > 1 { format!("used in {} places", step.uses) } else { String::new() };
        vec![format!("#{index}"), step.call.clone(), format!("{}", step.warm_up), shared]
    });
    let table = terminal::table(&["step", "call", "warm-up", ""], rows.collect(), &[2]);
    format!("{table}\n")
}

fn as_json(file: &StrategyFile, source: &str) -> Value {
    let description = file.strategy.description();
    let levels = &description.orders.protection;
    let unit = |unit: Option<Unit>| unit.map(|unit| if unit == Unit::Quote { "quote" } else { "share" });
    let steps = |steps: &[PlanStep]| -> Vec<Value> {
        steps.iter().map(|step| json!({"call": step.call, "warm_up": step.warm_up, "uses": step.uses})).collect()
    };
    let others: Vec<Value> = description
        .others
        .iter()
        .zip(&file.other_steps)
        .map(|(other, plan)| {
            json!({
                "symbol": other.symbol.as_ref().map(ToString::to_string),
                "timeframe": other.timeframe.name(),
                "warm_up": other.warm_up,
                "whole_history": other.history.is_whole(),
                "plan": steps(plan),
            })
        })
        .collect();
    json!({
        "name": description.name,
        "about": description.about,
        "timeframe": description.timeframe.name(),
        "long": description.long,
        "short": description.short,
        "params": description.params.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
        "warm_up": description.warm_up,
        "whole_history": description.history.is_whole(),
        "others": others,
        "protect": {
            "stop": unit(levels.stop),
            "take": unit(levels.take),
            "trail": unit(levels.trail),
            "max_bars": levels.max_bars,
        },
        "size": description.orders.size.to_string(),
        "leverage": description.orders.leverage,
        "cooldown": description.orders.cooldown,
        "plan": steps(&file.steps),
        "warnings": places(source, &file.warnings),
    })
}
