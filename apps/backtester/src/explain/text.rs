//! An explanation for people.

use std::fmt::Write;

use market::format_utc;
use strategy::{Decision, Explained, Value};

use super::table::{self, shown};
use super::{SHORT_ON_SPOT, Told, why};

/// The names of the rules, in the order of an explanation.
pub(super) const RULES: [&str; 4] = ["long.enter", "long.exit", "short.enter", "short.exit"];
/// The names of the distances, in the order of an explanation.
pub(super) const DISTANCES: [&str; 3] = ["stop", "take", "trail"];

impl Told<'_> {
    /// The rules that have a say, with their names.
    pub(super) fn taking_part(&self) -> impl Iterator<Item = (&'static str, &Option<Explained>)> {
        let count = if self.is_spot { 2 } else { RULES.len() };
        RULES.into_iter().zip(&self.explanation.rules).take(count)
    }
}

pub(super) fn of(told: &Told<'_>) -> String {
    let candle = told.candle;
    let close_ms = told.series.timeframe.next_open(candle.open_time_ms);
    let mut text = format!(
        "{} on {}: the candle from {} to {}\nopen {}  high {}  low {}  close {}  volume {}\n\n",
        told.description.name,
        told.series,
        format_utc(candle.open_time_ms),
        format_utc(close_ms),
        candle.open,
        candle.high,
        candle.low,
        candle.close,
        candle.volume,
    );
    let mut rows = Vec::new();
    for (name, explained) in &told.explanation.names {
        table::add(&mut rows, Some(name), explained);
    }
    for (name, rule) in RULES.into_iter().zip(&told.explanation.rules) {
        rule.iter().for_each(|rule| table::add(&mut rows, Some(name), rule));
    }
    for (name, distance) in DISTANCES.into_iter().zip(&told.explanation.distances) {
        distance.iter().for_each(|distance| table::add(&mut rows, Some(name), distance));
    }
    text.push_str(&terminal::table(&["name", "expression", "value"], rows, &[]));
    text.push_str("\n\n");
    for (name, rule) in told.taking_part() {
        rule.iter().for_each(|rule| why::verdict(&mut text, name, rule, &told.explanation.names));
    }
    if told.is_spot && told.description.short {
        let _ = writeln!(text, "{SHORT_ON_SPOT}");
    }
    text.push('\n');
    for line in actions(told) {
        let _ = writeln!(text, "{line}");
    }
    text
}

/// What follows for each position there may be.
fn actions(told: &Told<'_>) -> Vec<String> {
    let decision = &told.explanation.decision;
    let mut lines = vec![format!("without a position   {}", flat(told, decision))];
    if told.description.long {
        lines.push(format!(
            "holding a long       {}",
            holding(
                told,
                "long.exit",
                "short",
                [decision.long_exit, decision.long_enter, decision.short_enter, decision.short_exit,]
            )
        ));
    }
    if told.description.short && !told.is_spot {
        lines.push(format!(
            "holding a short      {}",
            holding(
                told,
                "short.exit",
                "long",
                [decision.short_exit, decision.short_enter, decision.long_enter, decision.long_exit,]
            )
        ));
    }
    lines
}

fn flat(told: &Told<'_>, decision: &Decision) -> String {
    let Decision { long_enter, long_exit, short_enter, short_exit, .. } = *decision;
    let side = match (long_enter && !long_exit && !short_enter, short_enter && !short_exit && !long_enter) {
        (true, _) => "long",
        (_, true) => "short",
        _ if long_enter || short_enter => {
            return "stays out: an entry counts only while the exit of its side and the other entry are false"
                .to_owned();
        }
        _ => return "stays out: no entry fires".to_owned(),
    };
    if let Some(why) = unusable(told) {
        return format!("stays out: {side} would be entered, but {why}");
    }
    match told.description.orders.cooldown {
        0 => format!("enters {side} at the next open"),
        candles => format!("enters {side} at the next open, if the last exit is {candles} candles ago or more"),
    }
}

/// Why the distances of this candle protect nothing, as a run has it: then no position is entered.
fn unusable(told: &Told<'_>) -> Option<String> {
    let distances =
        || DISTANCES.into_iter().zip(&told.explanation.distances).filter_map(|(name, of)| Some((name, of.as_ref()?)));
    let number = |value: Value| if let Value::Number(number) = value { number } else { f64::NAN };
    let unknown = distances().find(|(_, distance)| !number(distance.value).is_finite());
    let negative = || distances().find(|(_, distance)| number(distance.value) < 0.0);
    unknown
        .map(|(name, _)| format!("the distance of `{name}` is unknown"))
        .or_else(|| negative().map(|(name, of)| format!("the distance of `{name}` is negative, {}", shown(of.value))))
}

/// `[exit, enter]` of the side that is held, `[enter, exit]` of the other.
fn holding(told: &Told<'_>, exit_rule: &str, other: &str, [exit, enter, other_enter, other_exit]: [bool; 4]) -> String {
    if other_enter && !other_exit && !enter {
        match unusable(told) {
            None => format!("leaves, and enters {other}, at the next open"),
            Some(why) => format!("leaves at the next open; {other} would be entered, but {why}"),
        }
    } else if exit {
        format!("leaves at the next open: {exit_rule} fires")
    } else {
        "stays, unless a level of `protect` is reached".to_owned()
    }
}
