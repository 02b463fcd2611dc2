//! `params`: constants with names.

use yaml::{Fields, Node, Problems, Value, nearest};

use crate::compile::SERIES;
use crate::expression::is_word;
use crate::indicators::FUNCTIONS;

pub(crate) const KEYS: [&str; 3] = ["default", "range", "step"];

/// Stands for a param whose number cannot be read, so that expressions which read it are still looked at.
const STAND_IN: f64 = 1.0;

/// Reads the params of a file, with the values of `set` in place of the file's.
pub(super) fn read(fields: &Fields<'_>, set: &[(String, f64)], problems: &mut Problems) -> Vec<(String, f64)> {
    let mut params = Vec::new();
    if let Some(node) = fields.get("params").filter(|node| !node.is_empty()) {
        match &node.value {
            Value::Map(entries) => {
                for (key, value) in entries {
                    if let Some(param) = param(key, value, problems) {
                        params.push(param);
                    }
                }
            }
            _ => {
                let message = format!("`params` is {}, not a mapping of names to numbers", node.kind());
                problems.push(node.span.clone(), message, Some("for example `length: 14`".into()));
            }
        }
    }
    for (name, value) in set {
        match params.iter_mut().find(|(param, _)| param == name) {
            Some((_, current)) => *current = *value,
            None => {
                let names: Vec<&str> = params.iter().map(|(name, _)| name.as_str()).collect();
                let help = match nearest(name, names.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if names.is_empty() => "the file has no params".to_owned(),
                    None => format!("its params are: {}", names.join(", ")),
                };
                let at = fields.get("params").map_or(0..0, |node| node.span.start..node.span.start);
                problems.push(at, format!("`{name}` cannot be set: it is no param of this file"), Some(help));
            }
        }
    }
    params
}

/// A param of a strategy file, with the values that may be tried for it.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamRange {
    /// Its name.
    pub name: String,
    /// The file's value.
    pub default: f64,
    /// Least and most, where the file says.
    pub range: Option<(f64, f64)>,
    /// From one value to the next, where the file says.
    pub step: Option<f64>,
}

/// The params of a file that has no mistakes.
pub(super) fn ranges(fields: &Fields<'_>) -> Vec<ParamRange> {
    let Some(Value::Map(entries)) = fields.get("params").map(|node| &node.value) else { return Vec::new() };
    entries.iter().filter_map(|(key, value)| range_of(key, value)).collect()
}

fn range_of(key: &Node, value: &Node) -> Option<ParamRange> {
    let number = |node: &Node| node.text().and_then(|text| text.parse::<f64>().ok());
    let name = key.text()?.to_owned();
    let Value::Map(entries) = &value.value else {
        return Some(ParamRange { name, default: number(value)?, range: None, step: None });
    };
    let get = |wanted: &str| entries.iter().find(|(key, _)| key.text() == Some(wanted)).map(|(_, value)| value);
    let range = get("range").and_then(|node| match &node.value {
        Value::List(list) => number(list.first()?).zip(number(list.get(1)?)),
        _ => None,
    });
    Some(ParamRange { name, default: number(get("default")?)?, range, step: get("step").and_then(number) })
}

fn param(key: &Node, value: &Node, problems: &mut Problems) -> Option<(String, f64)> {
    let name = key.text().unwrap_or_default();
    if let Some(message) = bad_name(name) {
        problems.push(key.span.clone(), message, None);
    }
    let number = match &value.value {
        Value::Map(_) => {
            let fields = Fields::read(value, &format!("the param `{name}`"), &KEYS, problems)?;
            fields.required("default", "14", problems);
            if let Some(range) = fields.get("range") {
                check_range(range, fields.get("default"), problems);
            }
            if let Some(step) = fields.get("step") {
                number(step, "step", problems);
            }
            fields.get("default").and_then(|default| number(default, "default", problems)).unwrap_or(STAND_IN)
        }
        _ => number(value, name, problems).unwrap_or(STAND_IN),
    };
    Some((name.to_owned(), number))
}

fn check_range(node: &Node, default: Option<&Node>, problems: &mut Problems) {
    let bounds: Vec<f64> = match &node.value {
        Value::List(list) => list.iter().filter_map(|node| number(node, "range", problems)).collect(),
        _ => Vec::new(),
    };
    let [low, high] = bounds.as_slice() else {
        let help = Some("for example range: [10, 40]".into());
        return problems.push(node.span.clone(), "`range` must be two numbers, the lower one first", help);
    };
    if low > high {
        let help = Some(format!("write [{high}, {low}]"));
        return problems.push(node.span.clone(), "`range` has the lower number second, not lower one first", help);
    }
    let default = default.and_then(Node::text).and_then(|text| text.parse::<f64>().ok());
    if let Some(default) = default.filter(|default| default < low || default > high) {
        problems.push(node.span.clone(), format!("the default {default} lies outside the range"), None);
    }
}

fn number(node: &Node, name: &str, problems: &mut Problems) -> Option<f64> {
    let quoted = matches!(&node.value, Value::Text(text) if text.quoted);
    let number = node.text().and_then(|text| text.parse::<f64>().ok()).filter(|number| number.is_finite());
    match number {
        Some(number) if !quoted => Some(number),
        Some(number) => {
            problems.push(node.span.clone(), format!("`{name}` is text in quotes"), Some(format!("write {number}")));
            None
        }
        None => {
            let message = format!(
                "`{name}` is {}, not a number",
                node.text().filter(|t| !t.is_empty()).map_or(node.kind().to_owned(), |t| format!("`{t}`"))
            );
            problems.push(node.span.clone(), message, Some("for example 14 or 0.5".into()));
            None
        }
    }
}

/// Columns that stand beside the names where values are told, and are no series of the language.
pub(crate) const COLUMNS: [&str; 1] = ["open_time_ms"];

/// Why a name cannot be given to a param or an expression.
pub(super) fn bad_name(name: &str) -> Option<String> {
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    if !first || !chars.all(|c| c.is_alphanumeric() || c == '_') {
        return Some(format!("`{name}` is not a name; a name is letters, digits and `_`, and starts with a letter"));
    }
    if COLUMNS.contains(&name) {
        return Some(format!("`{name}` is a column beside the names of `let`; choose another name"));
    }
    let taken = SERIES.contains(&name) || is_word(name) || FUNCTIONS.iter().any(|f| f.name == name);
    taken.then(|| format!("`{name}` is a word of the language; choose another name"))
}
