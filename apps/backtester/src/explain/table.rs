//! A row for every expression, with its value.

use strategy::{Explained, Value};

/// Adds a row for an expression, and one for each of its parts below it.
pub(super) fn add(rows: &mut Vec<Vec<String>>, name: Option<&str>, explained: &Explained) {
    add_at(rows, name, explained, 0);
}

fn add_at(rows: &mut Vec<Vec<String>>, name: Option<&str>, explained: &Explained, depth: usize) {
    let expression = format!("{}{}", "  ".repeat(depth), explained.text);
    rows.push(vec![name.unwrap_or_default().to_owned(), expression, with_before(explained)]);
    for part in &explained.parts {
        add_at(rows, None, part, depth + 1);
    }
}

/// `47`, or `47, was 45.9` where what it was one candle ago decides.
pub(super) fn with_before(explained: &Explained) -> String {
    let before = explained.before.map_or_else(String::new, |before| format!(", was {}", shown(before)));
    format!("{}{before}", shown(explained.value))
}

pub(super) fn shown(value: Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Condition(condition) => condition.to_string(),
        Value::WarmingUp => "unknown: warming up".to_owned(),
        Value::Unknown => "unknown".to_owned(),
    }
}
