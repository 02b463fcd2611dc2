//! `rust`: rules out of Rust in place of `long` and `short`.

use std::collections::HashSet;

use yaml::{Fields, Problems, Value, nearest};

use crate::rust::{RustStrategy, STRATEGIES};

/// A strategy that a file names, and the values of its params.
pub(crate) struct Named {
    pub(crate) strategy: &'static RustStrategy,
    pub(super) params: Vec<f64>,
}

/// Reads `rust`, and checks the params of the file: each is one of the strategy, or the file's own expressions
/// read it.
pub(super) fn read(
    fields: &Fields<'_>,
    params: &[(String, f64)],
    names_read: &HashSet<String>,
    problems: &mut Problems,
) -> Option<Named> {
    let node = fields.get("rust")?;
    for side in ["long", "short"] {
        if let Some(rules) = fields.get(side) {
            let help = Some(format!("leave out `rust` or `{side}`"));
            problems.push(rules.span.clone(), format!("the rules come from Rust, so `{side}` has no say"), help);
        }
    }
    let name = fields.text("rust", "grid", problems)?;
    let known = || STRATEGIES.iter().map(|strategy| strategy.name);
    let Some(strategy) = STRATEGIES.iter().find(|strategy| strategy.name == name) else {
        let help = match nearest(name, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are: {}", known().collect::<Vec<_>>().join(", ")),
        };
        problems.push(node.span.clone(), format!("there is no strategy `{name}` in Rust"), Some(help));
        return None;
    };
    check_names(fields, strategy, names_read, problems);
    let values = strategy.params.iter().map(|param| {
        let value = params.iter().find(|(name, _)| name == param.name).map_or(param.default, |(_, value)| *value);
        if !param.takes(value) {
            let (least, most) = param.range;
            let kind = if param.whole { "a whole number" } else { "a number" };
            let at = fields.get("params").map_or(node.span.clone(), |params| params.span.clone());
            let message = format!("`{}` of `{}` must be {kind} from {least} to {most}", param.name, strategy.name);
            problems.push(at, message, Some(format!("for example `{}: {}`", param.name, param.default)));
        }
        value
    });
    let params = values.collect();
    Some(Named { strategy, params })
}

fn check_names(fields: &Fields<'_>, strategy: &RustStrategy, names_read: &HashSet<String>, problems: &mut Problems) {
    let Some(Value::Map(entries)) = fields.get("params").map(|node| &node.value) else { return };
    for (key, _) in entries {
        let name = key.text().unwrap_or_default();
        if strategy.params.iter().all(|param| param.name != name) && !names_read.contains(name) {
            let names: Vec<&str> = strategy.params.iter().map(|param| param.name).collect();
            let help = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("`{}` {}; it knows: {}", strategy.name, strategy.about, names.join(", ")),
            };
            let message = format!("`{}` knows no param `{name}`, and no expression reads it", strategy.name);
            problems.push(key.span.clone(), message, Some(help));
        }
    }
}
