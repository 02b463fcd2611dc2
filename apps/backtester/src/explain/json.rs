//! An explanation for programs.

use serde_json::{Map, Value as Json, json};
use strategy::{Explained, Value, Why};

use super::Told;
use super::text::{DISTANCES, RULES};

pub(super) fn of(told: &Told<'_>) -> Json {
    let (candle, explanation) = (told.candle, &told.explanation);
    let names: Vec<Json> = explanation
        .names
        .iter()
        .map(|(name, explained)| {
            let mut json = expression(explained);
            json["name"] = json!(name);
            json
        })
        .collect();
    let rules: Map<String, Json> = RULES
        .into_iter()
        .zip(&explanation.rules)
        .filter_map(|(name, rule)| rule.as_ref().map(|rule| (name.to_owned(), of_rule(rule))))
        .collect();
    let distances: Map<String, Json> = DISTANCES
        .into_iter()
        .zip(&explanation.distances)
        .filter_map(|(name, distance)| distance.as_ref().map(|distance| (name.to_owned(), expression(distance))))
        .collect();
    let fired: Vec<&str> = told
        .taking_part()
        .filter(|(_, rule)| rule.as_ref().is_some_and(|rule| rule.value == Value::Condition(true)))
        .map(|(name, _)| name)
        .collect();
    json!({
        "strategy": told.description.name,
        "exchange": told.series.exchange,
        "symbol": told.series.symbol.to_string(),
        "timeframe": told.series.timeframe.name(),
        "candle": {
            "open_time_ms": candle.open_time_ms,
            "open": candle.open,
            "high": candle.high,
            "low": candle.low,
            "close": candle.close,
            "volume": candle.volume,
        },
        "names": names,
        "rules": rules,
        "distances": distances,
        "fired": fired,
        "warnings": told.warnings,
    })
}

fn of_rule(rule: &Explained) -> Json {
    let mut json = expression(rule);
    let why_not = rule.why_not();
    json["why_not"] = why_not.iter().flat_map(Why::parts).map(|part| json!(part.text)).collect();
    json["would_have_to_change"] = why_not.as_ref().map_or(Json::Null, tree);
    json
}

/// A condition by its text; several as `all` or `one` of a list.
fn tree(why: &Why<'_>) -> Json {
    match why {
        Why::Part(part) => json!(part.text),
        Why::All(list) => json!({ "all": list.iter().map(tree).collect::<Vec<_>>() }),
        Why::One(list) => json!({ "one": list.iter().map(tree).collect::<Vec<_>>() }),
    }
}

/// A value that is not known is null, and `unknown` says why; `before` is that of one candle ago, where it decides.
fn expression(explained: &Explained) -> Json {
    let parts: Vec<Json> = explained.parts.iter().map(expression).collect();
    let (value, unknown) = known(explained.value);
    let mut json = json!({ "expression": explained.text, "value": value, "parts": parts });
    if let Some(before) = explained.before {
        json["before"] = known(before).0;
    }
    if let Some(unknown) = unknown {
        json["unknown"] = json!(unknown);
    }
    json
}

fn known(value: Value) -> (Json, Option<&'static str>) {
    match value {
        Value::Number(number) => (json!(number), None),
        Value::Condition(condition) => (json!(condition), None),
        Value::WarmingUp => (Json::Null, Some("warming up")),
        Value::Unknown => (Json::Null, Some("divided by zero, or a candle is missing")),
    }
}
