//! The reference of the language's functions, made from the registry itself so that it cannot lag.

use std::fmt::Write;

use crate::indicators::{Family, Function, Gives, Parameter, Shift, functions};
use crate::{History, load};

/// The families in the order of the reference, each with its heading.
const FAMILIES: [(Family, &str, &str); 8] = [
    (Family::Averages, "Averages", "Smoothed series."),
    (Family::Momentum, "Momentum", "How fast the price moves, and which way."),
    (Family::Volatility, "Volatility", "How far the price moves."),
    (Family::Volume, "Volume", "What volume adds to the price."),
    (Family::Windows, "Windows", "Statistics of the last n values, the current one included."),
    (Family::Events, "Events", "When something happened."),
    (Family::Scalars, "Scalars", "Arithmetic on the values of one candle."),
    (Family::Time, "Time", "When the candle opened, UTC."),
];

const OPENING: &str = "# Functions

Every function that a [strategy file](strategy-files.md) can call. This page is made from the functions themselves by
`make docs`; `backtester reference NAME` shows one of them in the terminal.

A series is a value for each candle: `close`, a name from `let`, another call, or a plain number. A length is a whole
number, a bound number any number; both are known when the file is read, so they are written out or come from `params`.
The warm-up is the number of candles before the first known value, beyond those that the arguments need themselves.
Values equal those of the TA-Lib function where one is named; the Pine function is the one that means the same, whose
values may differ while it warms up.
";

/// The whole reference as a page of Markdown: `docs/functions.md`.
#[must_use]
pub fn page() -> String {
    let mut page = OPENING.to_owned();
    for (family, heading, about) in FAMILIES {
        let calls: Vec<String> =
            of_family(family).map(|f| format!("[`{}`](#{})", f.name, anchor(&f.signature()))).collect();
        if !calls.is_empty() {
            let _ = write!(page, "\n**[{heading}](#{})**: {about}\n{}\n", anchor(heading), calls.join(" "));
        }
    }
    for (family, heading, _) in FAMILIES {
        if of_family(family).next().is_some() {
            let _ = write!(page, "\n## {heading}\n");
        }
        for function in of_family(family) {
            let _ = write!(page, "\n### `{}`\n\n{}.\n\n", function.signature(), capital(function.about));
            page.push_str("| | |\n|---|---|\n");
            for (what, text) in facts(function) {
                let _ = writeln!(page, "| {what} | {} |", text.replace('|', "\\|"));
            }
        }
    }
    page
}

/// The heading under which a family stands.
#[must_use]
pub fn heading(family: Family) -> &'static str {
    FAMILIES.iter().find(|(known, ..)| *known == family).map_or("", |(_, heading, _)| heading)
}

fn of_family(family: Family) -> impl Iterator<Item = &'static Function> {
    functions().iter().filter(move |function| function.family == family)
}

/// Under which name GitHub and editors find a heading: small letters, blanks as dashes, nothing else.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || " _-".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What is told of a function, each fact with its heading, in Markdown.
fn facts(function: &Function) -> Vec<(String, String)> {
    let fact = |what: &str, text: String| (what.to_owned(), text);
    let mut facts = vec![fact("gives", gives(function)), fact("formula", function.formula.to_owned())];
    facts.extend(function.parameters.iter().map(|p| (format!("`{}`", p.name()), takes(p))));
    facts.push(fact("warm-up", warm_up(function)));
    facts.push(fact("depends on", depends_on(function)));
    facts.extend(function.talib.map(|name| fact("TA-Lib", format!("`{name}`"))));
    facts.extend(function.pine.map(|name| fact("Pine", format!("`{name}`"))));
    facts.push(fact("for example", format!("`{}`", example(function))));
    facts
}

fn gives(function: &Function) -> String {
    match function.gives {
        Gives::Number => format!("a number: {}", function.unit),
        Gives::Condition => "a condition: true or false".to_owned(),
    }
}

/// What a parameter takes, in words.
#[must_use]
pub fn takes(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Series(_) => "a series or a number".to_owned(),
        Parameter::More(_) => "a series or a number; more of them may follow".to_owned(),
        Parameter::Condition(_) => "a condition".to_owned(),
        Parameter::Length(_, least, most) => format!("a length from {least} to {}", grouped(*most)),
        Parameter::Number(_, least, most) if most.is_finite() => format!("a bound number from {least} to {most}"),
        Parameter::Number(_, least, _) => format!("a bound number from {least} up"),
        Parameter::Word(_, words) => format!("one of `'{}'`", words.join("'`, `'")),
    }
}

/// A count with a comma between thousands.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn warm_up(function: &Function) -> String {
    let candles = |count: usize| if count == 1 { "1 candle".to_owned() } else { format!("{count} candles") };
    match (function.warm_up.parse(), example_warm_up(function)) {
        (Ok(0), _) => "none".to_owned(),
        (Ok(count), _) => candles(count),
        (Err(_), Some(count)) => format!("`{}` candles; {} in the example", function.warm_up, count),
        (Err(_), None) => format!("`{}` candles", function.warm_up),
    }
}

fn depends_on(function: &Function) -> String {
    match example_history(function) {
        _ if function.shift == Shift::RunningTotal => {
            "all candles since the first: only its changes mean something, its level does not".to_owned()
        }
        Some(History::Candles(0)) => "this candle alone".to_owned(),
        Some(History::Candles(count)) => format!("the last {} values in the example", grouped(count + 1)),
        Some(History::Whole { anchor: Some(_), .. }) => "all candles since the start of the period".to_owned(),
        Some(History::Whole { settle, .. }) if settle > 0 => {
            format!(
                "all candles, on old ones ever less; in the example {} candles settle it after the warm-up",
                grouped(settle)
            )
        }
        _ => "all candles since the first".to_owned(),
    }
}

/// Candles before the first known value of the call in [`example`].
#[must_use]
pub fn example_warm_up(function: &Function) -> Option<usize> {
    example_file(function).map(|file| file.strategy.description().warm_up)
}

fn example_history(function: &Function) -> Option<History> {
    example_file(function).map(|file| file.strategy.description().history)
}

/// A strategy that reads nothing but the example of a function.
fn example_file(function: &Function) -> Option<crate::StrategyFile> {
    let compared = if function.gives == Gives::Number { " > 0" } else { "" };
    let rule = format!("{}{compared}", example(function));
    load(&format!("name: example\ntimeframe: 1h\nlong:\n  enter: \"{rule}\"\n"), &[]).ok()
}

/// A call of a function with arguments as they are usual.
#[must_use]
pub fn example(function: &Function) -> String {
    let arguments: Vec<String> =
        function.parameters.iter().map(|parameter| usual_argument(function, parameter)).collect();
    format!("{}({})", function.name, arguments.join(", "))
}

fn usual_argument(function: &Function, parameter: &Parameter) -> String {
    let length = |usual: usize, least: usize, most: usize| usual.clamp(least, most).to_string();
    match (parameter, parameter.name()) {
        (Parameter::Series(_), "b" | "y") | (Parameter::More(_), _) => "open".to_owned(),
        (Parameter::Series(_), _) => "close".to_owned(),
        (Parameter::Condition(_), _) => "close > open".to_owned(),
        (Parameter::Length(_, least, most), name) => length(usual_length(function.name, name), *least, *most),
        (Parameter::Number(_, least, most), name) => usual_number(function.name, name).clamp(*least, *most).to_string(),
        (Parameter::Word(_, words), _) => format!("'{}'", words.first().copied().unwrap_or_default()),
    }
}

/// The length that charts start with.
fn usual_length(function: &str, parameter: &str) -> usize {
    match (function, parameter) {
        ("adosc", "fast") => 3,
        ("adosc", "slow") => 10,
        (_, "fast") => 12,
        (_, "slow") => 26,
        (_, "signal") => 9,
        ("ultosc", "a") => 7,
        ("ultosc", "c") => 28,
        ("stoch_k" | "stoch_d", "smooth_k" | "smooth_d") => 3,
        ("supertrend" | "supertrend_dir", _) => 10,
        _ if function.starts_with("bb_") || function.starts_with("kc_") => 20,
        ("cci" | "cmf" | "zscore" | "sma" | "ema" | "highest" | "lowest", _) => 20,
        ("change" | "rising" | "falling", _) => 3,
        _ => 14,
    }
}

fn usual_number(function: &str, parameter: &str) -> f64 {
    match (function, parameter) {
        (_, "step") => 0.02,
        (_, "max") => 0.2,
        ("supertrend" | "supertrend_dir", _) => 3.0,
        _ => 2.0,
    }
}

/// What a page of the reference says of one function, for the terminal: no Markdown.
#[must_use]
pub fn describe(function: &Function) -> String {
    let mut text = format!("{}\n{}.\n\n", function.signature(), capital(function.about));
    for (what, fact) in facts(function) {
        let _ = writeln!(text, "{:<12}{}", what.replace('`', ""), fact.replace('`', ""));
    }
    text
}
