//! How long what is kept, as flags and a file say it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use market::{Timeframe, parse_duration_ms};
use yaml::{Fields, Node, Problems, Value};

const KEYS: [&str; 2] = ["keep", "needs"];
/// Days of a year: of a leap year, so that never too much goes.
const YEAR_DAYS: u32 = 366;

/// A rule: how long candles of a timeframe are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Keep {
    timeframe: Timeframe,
    span_ms: i64,
}

impl FromStr for Keep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((timeframe, age)) = text.split_once('=') else {
            return Err("expected a timeframe and an age, such as 1m=90d".to_owned());
        };
        let timeframe = timeframe.trim().parse().map_err(|error: market::TimeframeError| error.to_string())?;
        Ok(Keep { timeframe, span_ms: age_ms(age.trim())? })
    }
}

/// An age in milliseconds: as spans are written, and `5y`.
fn age_ms(text: &str) -> Result<i64, String> {
    let days = |years: &str| years.parse().ok().and_then(|years: u32| years.checked_mul(YEAR_DAYS));
    let span = match text.strip_suffix('y').map(days) {
        Some(days) => days.map(|days| format!("{days}d")),
        None => Some(text.to_owned()),
    };
    match span.and_then(|span| parse_duration_ms(&span).ok()) {
        Some(span_ms) if span_ms > 0 => Ok(span_ms),
        _ => {
            Err(format!("`{text}` is not an age; expected a number above zero and a unit, such as 12h, 90d, 2w or 5y"))
        }
    }
}

/// All rules.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Retention {
    spans_ms: BTreeMap<Timeframe, i64>,
    /// The strategy files whose candles are needed.
    pub(crate) needs: Vec<PathBuf>,
}

impl Retention {
    /// The rules of a file, where one is named, with those of the flags in their place.
    pub(crate) fn read(keep: Vec<Keep>, config: Option<&Path>, needs: Vec<PathBuf>) -> Result<Self> {
        let mut retention = config.map(read_file).transpose()?.unwrap_or_default();
        retention.spans_ms.extend(keep.into_iter().map(|Keep { timeframe, span_ms }| (timeframe, span_ms)));
        retention.needs.extend(needs);
        Ok(retention)
    }

    /// How long candles of a timeframe are kept; `None` is for ever.
    pub(crate) fn span_ms(&self, timeframe: Timeframe) -> Option<i64> {
        self.spans_ms.get(&timeframe).copied()
    }
}

fn read_file(path: &Path) -> Result<Retention> {
    let shown = path.display();
    let source =
        terminal::read_text(path, yaml::MAX_BYTES).with_context(|| format!("cannot read the config file {shown}"))?;
    match parse(&source, path.parent().unwrap_or(Path::new(""))) {
        Ok(retention) => Ok(retention),
        Err(problems) => bail!(
            "the config file {shown} has mistakes\n\n{}",
            problems.render(&shown.to_string(), &source, std::io::IsTerminal::is_terminal(&std::io::stderr()))
        ),
    }
}

/// Reads a config file's text; strategies are named from `folder` on. Every mistake is told.
fn parse(source: &str, folder: &Path) -> Result<Retention, Problems> {
    let root = yaml::parse(source)?;
    let mut problems = Problems::default();
    let mut retention = Retention::default();
    if let Some(fields) = Fields::read(&root, "a retention file", &KEYS, &mut problems) {
        if let Some(node) = fields.required("keep", "{ 1m: 90d }", &mut problems) {
            retention.spans_ms = spans(node, &mut problems);
        }
        if let Some(node) = fields.get("needs") {
            retention.needs = files(node, folder, &mut problems);
        }
    }
    if problems.is_empty() { Ok(retention) } else { Err(problems) }
}

fn spans(node: &Node, problems: &mut Problems) -> BTreeMap<Timeframe, i64> {
    let names = Timeframe::ALL.map(Timeframe::name);
    let Some(fields) = Fields::read(node, "`keep`", &names, problems) else { return BTreeMap::new() };
    let mut spans = BTreeMap::new();
    for timeframe in Timeframe::ALL {
        let Some(text) = fields.text(timeframe.name(), "90d", problems) else { continue };
        match age_ms(text) {
            Ok(span_ms) => drop(spans.insert(timeframe, span_ms)),
            Err(error) => {
                let span = fields.get(timeframe.name()).map_or(0..0, |node| node.span.clone());
                problems.push(span, error, Some(format!("for example `{timeframe}: 90d`")));
            }
        }
    }
    spans
}

fn files(node: &Node, folder: &Path, problems: &mut Problems) -> Vec<PathBuf> {
    let nodes = match &node.value {
        Value::List(nodes) => nodes.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let file = |node: &Node| match node.text() {
        Some(text) if !text.is_empty() => Some(folder.join(text)),
        _ => {
            let message = format!("`needs` names strategy files, and this is {}", node.kind());
            problems.push(node.span.clone(), message, Some("for example `needs: [ sma_cross.yaml ]`".to_owned()));
            None
        }
    };
    nodes.iter().filter_map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 86_400_000;

    /// What a file says: days by timeframe, then strategies; or what is said against it.
    #[track_caller]
    fn check(source: &str, expected: &str) {
        let told = match parse(source, Path::new("folder")) {
            Ok(Retention { spans_ms, needs }) => {
                let spans = spans_ms.iter().map(|(timeframe, span_ms)| format!("{timeframe}={} ", span_ms / DAY_MS));
                let needs = needs.iter().map(|path| format!("{} ", path.display()));
                spans.chain(needs).collect()
            }
            Err(problems) => problems.render("x.yaml", source, false),
        };
        assert!(told.contains(expected), "{told}");
    }

    #[test]
    fn files_say_what_is_kept() {
        check("keep: { 1m: 90d, 1h: 5y, 1M: 2w }\n", "1m=90 1h=1830 1M=14 ");
        check("keep:\n  1m: 90d\nneeds: a.yaml\n", "1m=90 folder/a.yaml ");
        check("keep: { 1m: 90d }\nneeds: [ a.yaml, /b.yaml ]\n", "1m=90 folder/a.yaml /b.yaml ");
        check("needs: a.yaml\n", "`keep` is missing");
        check("keep: { 1m: 90 }\n", "`90` is not an age");
        check("keep: { 1m: 0d }\n", "`0d` is not an age");
        check("keep: { 90m: 1d }\n", "unknown key `90m` in `keep`");
        check("keeps: { 1m: 1d }\n", "did you mean `keep`?");
        check("keep: { 1m: 1d }\nneeds: [ { a: b } ]\n", "`needs` names strategy files");
    }

    #[test]
    fn flags_say_it_too() {
        let keep = |text: &str| text.parse::<Keep>();
        assert_eq!(keep("1m=90d").unwrap(), Keep { timeframe: Timeframe::M1, span_ms: 90 * DAY_MS });
        for (text, expected) in [
            ("1m", "expected a timeframe and an age"),
            ("1H=9d", "did you mean `1h`?"),
            ("1m=y", "`y` is not an age"),
            ("1m=-9d", "`-9d` is not an age"),
            ("1m=99999999999y", "is not an age"),
        ] {
            let error = keep(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
