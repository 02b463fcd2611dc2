//! The entries of a mapping, each taken by name; what nobody takes is a mistake.

use std::str::FromStr;

use crate::{Node, Problems, Value, nearest};

/// The entries of a mapping whose keys must be among the known ones.
#[derive(Debug)]
pub struct Fields<'a> {
    node: &'a Node,
    entries: &'a [(Node, Node)],
}

impl<'a> Fields<'a> {
    /// Reads `node` as a mapping with keys out of `known`; `what` names it in messages.
    ///
    /// Every other key is a problem that offers the nearest known one. `None` when it is no mapping.
    pub fn read(node: &'a Node, what: &str, known: &[&str], problems: &mut Problems) -> Option<Self> {
        Self::read_with(node, what, known, |_| None, problems)
    }

    /// As [`Fields::read`], with a hint at what was meant by an unknown key, where there is one.
    pub fn read_with(
        node: &'a Node,
        what: &str,
        known: &[&str],
        hint: fn(&str) -> Option<String>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            if node.is_empty() {
                let help = format!("write its entries below it, indented by two blanks: {}", known.join(", "));
                problems.push(node.span.clone(), format!("{what} is empty"), Some(help));
                return None;
            }
            if refuse_glued(node, problems) {
                return None;
            }
            let dashes = match &node.value {
                Value::List(_) => "leave out the dashes: ",
                _ => "",
            };
            let help = format!("{dashes}expected a mapping with keys out of: {}", known.join(", "));
            problems.push(node.span.clone(), format!("{what} is {}, not a mapping", node.kind()), Some(help));
            return None;
        };
        for (key, _) in entries {
            let name = key.text().unwrap_or_default();
            if !known.contains(&name) {
                let help = match (hint(name), nearest(name, known.iter().copied())) {
                    (Some(hint), _) => hint,
                    (None, Some(near)) => format!("did you mean `{near}`?"),
                    (None, None) => format!("{what} knows: {}", known.join(", ")),
                };
                problems.push(key.span.clone(), format!("unknown key `{name}` in {what}"), Some(help));
            }
        }
        Some(Fields { node, entries })
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a Node> {
        self.entries.iter().find(|(key, _)| key.text() == Some(name)).map(|(_, value)| value)
    }

    /// The value of a key that must be there.
    pub fn required(&self, name: &str, example: &str, problems: &mut Problems) -> Option<&'a Node> {
        let found = self.get(name);
        if found.is_none() {
            let start = self.node.span.start;
            problems.push(start..start, format!("`{name}` is missing"), Some(format!("add `{name}: {example}`")));
        }
        found
    }

    /// The text of a key; a problem when it is a list, a mapping or nothing.
    pub fn text(&self, name: &str, example: &str, problems: &mut Problems) -> Option<&'a str> {
        let node = self.get(name)?;
        match node.text() {
            Some(text) if !node.is_empty() => Some(text),
            _ => {
                let message = format!("`{name}` is {}, not a single value", node.kind());
                problems.push(node.span.clone(), message, Some(format!("for example `{name}: {example}`")));
                None
            }
        }
    }

    /// The text of a key read as a `T`; a problem when it cannot be.
    pub fn value<T: FromStr>(&self, name: &str, example: &str, problems: &mut Problems) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        let text = self.text(name, example, problems)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let span = self.get(name).map_or(0..0, |node| node.span.clone());
                problems.push(span, format!("`{name}`: {error}"), Some(format!("for example `{name}: {example}`")));
                None
            }
        }
    }
}

/// Tells of `key:value` without a blank, where that is why a value is no mapping.
pub fn refuse_glued(node: &Node, problems: &mut Problems) -> bool {
    let Some((key, value)) = node.glued() else { return false };
    let colon = node.span.start + key.len();
    let value = value.chars().take(60).collect::<String>();
    let help = format!("write `{key}: {value}`");
    problems.push(colon..colon + 1, "a blank is missing behind this colon", Some(help));
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    #[test]
    fn unknown_keys_offer_the_nearest() {
        let source = "naem: x\nfast: ten\n";
        let root = parse(source).unwrap();
        let mut problems = Problems::default();
        let fields = Fields::read(&root, "the file", &["name", "fast"], &mut problems).unwrap();
        fields.required("name", "my_strategy", &mut problems);
        assert_eq!(fields.value::<u32>("fast", "10", &mut problems), None);
        let text = problems.render("x.yaml", source, false);
        for part in ["did you mean `name`?", "`name` is missing", "`fast`: invalid digit", "x.yaml:2:7", "^^^"] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
    }
}
