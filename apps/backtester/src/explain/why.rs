//! Why a rule fired, and if not what would have to change.

use std::fmt::Write;

use strategy::{Explained, Value, Why};

use super::table::{shown, with_before};

/// Tells of one rule.
pub(super) fn verdict(text: &mut String, name: &str, rule: &Explained, names: &[(String, Explained)]) {
    let _ = match (rule.value, rule.why(), rule.why_not()) {
        (_, Some(why), _) => {
            let reasons: Vec<String> = why.parts().into_iter().map(|part| reason(part, names)).collect();
            writeln!(text, "{name} fires: {}.", reasons.join("; "))
        }
        (Value::WarmingUp, ..) => writeln!(text, "{name} does not fire: not all that it reads is warm yet."),
        (_, _, Some(Why::All(list))) => several(text, name, "all of these", &list, names),
        (_, _, Some(Why::One(list))) => several(text, name, "one of these", &list, names),
        (_, _, Some(Why::Part(part))) => writeln!(text, "{name} does not fire: {}.", reason(part, names)),
        _ => Ok(()),
    };
}

fn several(
    text: &mut String,
    name: &str,
    which: &str,
    list: &[Why<'_>],
    names: &[(String, Explained)],
) -> std::fmt::Result {
    writeln!(text, "{name} does not fire; {which} would have to change:")?;
    list.iter().try_for_each(|why| line(text, why, names, 1))
}

fn line(text: &mut String, why: &Why<'_>, names: &[(String, Explained)], depth: usize) -> std::fmt::Result {
    let indent = "  ".repeat(depth);
    let (which, list) = match why {
        Why::Part(part) => return writeln!(text, "{indent}- {}", reason(part, names)),
        Why::All(list) => ("all", list),
        Why::One(list) => ("one", list),
    };
    writeln!(text, "{indent}- {which} of these:")?;
    list.iter().try_for_each(|why| line(text, why, names, depth + 1))
}

/// `close > trend` is false (close is 99, trend is 100); of a name, what it stands for.
fn reason(part: &Explained, names: &[(String, Explained)]) -> String {
    let named = names.iter().find(|(name, _)| *name == part.text).map(|(_, explained)| explained);
    let stands_for = named.map_or(String::new(), |explained| format!(", which is `{}`,", explained.text));
    let parts = &named.unwrap_or(part).parts;
    let values: Vec<String> = parts.iter().map(|part| format!("{} is {}", part.text, with_before(part))).collect();
    let separator = if parts.iter().any(|part| part.before.is_some()) { "; " } else { ", " };
    let values = if values.is_empty() { String::new() } else { format!(" ({})", values.join(separator)) };
    format!("`{}`{stands_for} is {}{values}", part.text, shown(part.value))
}
