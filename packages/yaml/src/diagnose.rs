//! What someone meant who wrote what is not YAML: told in plain words, and mended so that reading goes on.

use std::ops::Range;

use crate::draft::Edit;
use crate::line::Line;

/// What is wrong, and how it is mended.
pub(crate) struct Diagnosis {
    pub(crate) span: Range<usize>,
    pub(crate) message: String,
    pub(crate) help: String,
    /// `None` where nothing behind it can be understood.
    pub(crate) mended: Option<Vec<Edit>>,
}

impl Diagnosis {
    fn new(span: Range<usize>, message: impl Into<String>, help: impl Into<String>, edits: Vec<Edit>) -> Self {
        Diagnosis { span, message: message.into(), help: help.into(), mended: Some(edits) }
    }
}

/// What YAML has and these files have no use for.
pub(crate) const NOT_TAKEN: &str = "aliases, anchors and tags";

const SAME_COLUMN: &str = "entries of one mapping start in the same column";

/// Looks at the lines around `at`, where the parser stopped for the reason `info`.
pub(crate) fn diagnose(text: &str, at: usize, info: &str) -> Diagnosis {
    let mut line = Line::at(text, at);
    // What is missing behind a key shows only on the line below it.
    if info.contains("simple key") && (at == line.start || line.is_idle()) {
        line = line.above().unwrap_or(line);
    }
    let found = tabs(text, line)
        .or_else(|| first_tab(text, line.start).filter(|_| info.contains("tab")).and_then(|line| tabs(text, line)))
        .or_else(|| first_sign(text, line, at))
        .or_else(|| colon(text, line))
        .or_else(|| line.above().and_then(|above| colon(text, above)))
        .or_else(|| open_bracket(text, line, info))
        .or_else(|| dash(line))
        .or_else(|| indentation(text, line, info))
        .or_else(|| second_colon(text, line).filter(|_| info.contains("mapping values")));
    found.unwrap_or_else(|| not_understood(at, info))
}

fn not_understood(at: usize, info: &str) -> Diagnosis {
    let (message, help) = match info {
        NOT_TAKEN => (format!("{info} are not taken here"), "write the value out".to_owned()),
        "recursion limit exceeded" => {
            ("this is nested too many levels deep".to_owned(), "these files need three or four".to_owned())
        }
        _ if info.contains("unprintable") => (
            "this sign cannot be printed".to_owned(),
            "is this the right file? Strategies and configurations are text".to_owned(),
        ),
        _ => (format!("this is not YAML: {info}"), format!("{SAME_COLUMN}, and a colon is followed by a blank")),
    };
    Diagnosis { span: at..at, message, help, mended: None }
}

fn edit(part: Range<usize>, with: &str) -> Edit {
    Edit { part, with: with.to_owned() }
}

/// The first line from `start` on that has a tab in front.
fn first_tab(text: &str, start: usize) -> Option<Line<'_>> {
    let mut lines = text[start..].match_indices('\n').map(|(newline, _)| Line::at(text, start + newline + 1));
    lines.find(|line| text[line.start..line.body].contains('\t'))
}

/// Tabs in front: all those of the file are told at once.
fn tabs(text: &str, line: Line<'_>) -> Option<Diagnosis> {
    let indent = &text[line.start..line.body];
    let tab = line.start + indent.find('\t')?;
    let mut edits = Vec::new();
    let mut start = 0;
    for other in text.split('\n') {
        let blanks = other.len() - other.trim_start().len();
        let indent = &other[..blanks];
        edits.extend(indent.match_indices('\t').map(|(at, _)| edit(start + at..start + at + 1, "  ")));
        start += other.len() + 1;
    }
    Some(Diagnosis::new(
        tab..line.body,
        "a tab stands in front of this line",
        "indent with spaces, not with tabs",
        edits,
    ))
}

/// A value whose first sign means something to YAML.
fn first_sign(text: &str, line: Line<'_>, at: usize) -> Option<Diagnosis> {
    let value =
        line.value().filter(|value| !value.is_empty() && line.colon().is_some_and(|colon| value.start > colon + 1))?;
    let written = &text[value.clone()];
    let first = written.chars().next()?;
    let sign = value.start..value.start + first.len_utf8();
    let in_quotes = || format!("leave it out, or put the whole value in quotes: {}", quoted(written));
    let told = |message: &str, help: String, edits| Some(Diagnosis::new(sign.clone(), message, help, edits));
    match first {
        '!' => {
            told("a value cannot start with `!`", "write `not`".to_owned(), vec![edit(value.clone(), &quoted(written))])
        }
        '%' | '@' | '`' | '&' | '*' | ',' => told(
            &format!("a value cannot start with `{first}`"),
            in_quotes(),
            vec![edit(value.clone(), &quoted(written))],
        ),
        '|' | '>' if written.len() > 1 => {
            let message = format!("`{first}` in front of a value means that its text begins on the next line");
            let rest = written[1..].trim_start_matches(['=', ' ']);
            told(
                &message,
                format!("write what stands left of it, or leave it out: {rest}"),
                vec![edit(sign.clone(), " ")],
            )
        }
        '?' | '-' if written[1..].starts_with(' ') => {
            let help = "leave it out; a value is written behind the colon".to_owned();
            told(&format!("`{first} ` cannot start a value"), help, vec![edit(sign.clone(), " ")])
        }
        ']' | '}' => told(
            &format!("there is no open bracket for this `{first}`"),
            "leave it out".to_owned(),
            vec![edit(sign.clone(), " ")],
        ),
        '\'' | '"' => quotes(text, line, value, first, at),
        '[' | '{' => brackets(text, line, &value, first),
        _ => None,
    }
}

/// `"close > x` and `"close" > x`.
fn quotes(text: &str, line: Line<'_>, value: Range<usize>, quote: char, at: usize) -> Option<Diagnosis> {
    // A ` #` inside quotes is no comment.
    let inside = &text[value.start + 1..line.end];
    let Some(close) = inside.find(quote) else {
        let help = format!("add a {quote} at the end of the value: {}{quote}", &text[value.clone()]);
        let span = value.start..value.start + 1;
        return Some(Diagnosis::new(
            span,
            "this quote is not closed",
            help,
            vec![edit(value.end..value.end, &quote.to_string())],
        ));
    };
    let rest = value.start + 1 + close + 1;
    if rest < value.end && at >= rest {
        let help = format!("put the whole value in quotes, or none of it: {}", text[value.clone()].replace(quote, ""));
        let span = rest + (text[rest..value.end].len() - text[rest..value.end].trim_start().len())..value.end;
        return Some(Diagnosis::new(span, "the value goes on behind its closing quote", help, vec![edit(value, "")]));
    }
    let help = "in double quotes a backslash starts a sign of its own; use single quotes";
    let told = || Diagnosis::new(value.clone(), "these quotes cannot be read", help, vec![edit(value.clone(), "")]);
    inside.contains('\\').then(told)
}

/// `[1, 2`, `[1, 2]]` and `[1, 2] + 3`.
fn brackets(text: &str, line: Line<'_>, value: &Range<usize>, open: char) -> Option<Diagnosis> {
    let close = if open == '[' { ']' } else { '}' };
    let written = &text[value.clone()];
    let help = format!(
        "write `{} {open}…{close}` with nothing behind it; an expression cannot start with `{open}`",
        &text[line.body..=line.colon()?]
    );
    let mut depth = 0_usize;
    for (offset, c) in written.char_indices() {
        depth += usize::from(c == open);
        if c != close {
            continue;
        }
        depth = depth.saturating_sub(1);
        let rest = value.start + offset + 1;
        if depth == 0 {
            let edits = vec![edit(value.clone(), "")];
            return (rest < value.end).then(|| {
                Diagnosis::new(rest..value.end, format!("the value goes on behind its `{close}`"), help, edits)
            });
        }
    }
    let span = value.start..value.start + 1;
    Some(Diagnosis::new(span, format!("this `{open}` is not closed on its line"), help, vec![edit(value.clone(), "")]))
}

/// A list or mapping in brackets that a line above leaves open.
fn open_bracket(text: &str, line: Line<'_>, info: &str) -> Option<Diagnosis> {
    if !["flow", "node content", "placement of ':'"].iter().any(|part| info.contains(part)) {
        return None;
    }
    let mut above = line.above();
    while let Some(other) = above {
        let value = other.value().unwrap_or(0..0);
        if let Some(open) = text[value.clone()].chars().next().filter(|c| "[{".contains(*c)) {
            return brackets(text, other, &value, open);
        }
        above = other.above();
    }
    None
}

/// `enter:close > x`, `enter close > x` and `long`.
fn colon(text: &str, line: Line<'_>) -> Option<Diagnosis> {
    let word = line.word();
    let name = &text[word.clone()];
    if name.is_empty() {
        return None;
    }
    let rest = &text[word.end..line.end];
    if let Some(value) = rest.strip_prefix(':') {
        if value.is_empty() || value.starts_with(char::is_whitespace) {
            return None;
        }
        let help = format!("write `{name}: {value}`");
        return Some(Diagnosis::new(
            word.end..word.end + 1,
            "a blank is missing behind this colon",
            help,
            vec![edit(word.end + 1..word.end + 1, " ")],
        ));
    }
    if rest.contains(": ") || rest.ends_with(':') {
        return None;
    }
    let value = rest.trim_start_matches([' ', '=']);
    let help = format!("write `{}`", format!("{name}: {value}").trim_end());
    let edits = vec![edit(word.end..line.end - value.len(), ": ")];
    Some(Diagnosis::new(word.end..word.end, format!("a colon is missing behind `{name}`"), help, edits))
}

/// `- enter: …` among the entries of a mapping.
fn dash(line: Line<'_>) -> Option<Diagnosis> {
    let rest = line.body().strip_prefix("- ")?;
    let help = format!("leave out the dash and write `{}`", rest.trim_start());
    let blanks = rest.len() - rest.trim_start().len();
    let edits = vec![edit(line.body..line.body + 2 + blanks, "")];
    Some(Diagnosis::new(line.body..line.body + 1, "a dash starts a list, and this is a mapping", help, edits))
}

/// A line that starts left or right of its neighbours.
fn indentation(text: &str, line: Line<'_>, info: &str) -> Option<Diagnosis> {
    let word = &text[line.word()];
    line.colon()?;
    let above = line.above()?;
    let wrong =
        ["expected key", "mapping values", "document start", "indentation"].iter().any(|part| info.contains(part));
    let holds_value = above.value().is_some_and(|value| !value.is_empty());
    let neighbour = if line.indent() > above.indent() && holds_value { above } else { neighbour(line)? };
    let (is, should) = (line.indent(), neighbour.indent());
    if !wrong || is == should {
        return None;
    }
    let side = if is > should { "further in" } else { "further out" };
    let message = format!("`{word}` starts {side} than `{}` above it", &text[neighbour.word()]);
    let blanks = |n: usize| if n == 1 { "1 blank".to_owned() } else { format!("{n} blanks") };
    let help = format!("{SAME_COLUMN}: indent it by {}, not by {is}", blanks(should));
    Some(Diagnosis::new(line.start..line.body, message, help, vec![edit(line.start..line.body, &" ".repeat(should))]))
}

/// The line above that begins the mapping which a line with too little indentation was meant for.
fn neighbour(line: Line<'_>) -> Option<Line<'_>> {
    let mut found = None;
    let mut above = line.above();
    while let Some(other) = above.filter(|other| other.indent() > line.indent()) {
        if found.is_none_or(|found: Line<'_>| other.indent() <= found.indent()) {
            found = Some(other);
        }
        above = other.above();
    }
    found
}

/// `enter: a ? b : c`: to YAML a colon and a blank make a key.
fn second_colon(text: &str, line: Line<'_>) -> Option<Diagnosis> {
    let value = line.value()?;
    let written = &text[value.clone()];
    let colon = written.find(": ").or_else(|| written.strip_suffix(':').map(str::len))?;
    let edits = vec![edit(value.clone(), &quoted(written))];
    let after = written[colon + 1..].trim();
    if let Some((condition, a)) = written[..colon].split_once('?') {
        let help = format!("write `{}`", without_choice(condition.trim(), a.trim(), after));
        let span = value.start + condition.len()..value.start + colon + 1;
        return Some(Diagnosis::new(span, "`… ? … : …` is not known here", help, edits));
    }
    let at = value.start + colon;
    let help = format!("leave it out, or put the whole value in quotes: {}", quoted(written));
    Some(Diagnosis::new(at..at + 1, "a second colon with a blank behind it stands in this value", help, edits))
}

/// `condition ? a : b` as expressions have it, in which there is no `true` and no `false`.
fn without_choice(condition: &str, a: &str, b: &str) -> String {
    let is = |side: &str, word: &str| side.eq_ignore_ascii_case(word);
    let side = |text: &str| {
        if [" or ", " and "].iter().any(|word| text.contains(word)) { format!("({text})") } else { text.into() }
    };
    let (holds, side_a, side_b) = (side(condition), side(a), side(b));
    match [is(a, "true"), is(a, "false"), is(b, "true"), is(b, "false")] {
        [true, _, _, true] => condition.to_owned(),
        [_, true, true, _] => format!("not {holds}"),
        [true, _, false, _] => format!("{holds} or {side_b}"),
        [_, true, _, false] => format!("not {holds} and {side_b}"),
        [false, _, true, _] => format!("not {holds} or {side_a}"),
        [_, false, _, true] => format!("{holds} and {side_a}"),
        _ => format!("if({condition}, {a}, {b})"),
    }
}

/// A value in quotes that YAML takes as it is.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}
