//! The JSON Schema of strategy files, for editors: completion, hover help, and mistakes while typing.
//!
//! It is made from the tables by which files are read. It sees shapes, units and ranges; names and functions
//! inside of expressions are the compiler's, which `backtester check` asks.

use market::Timeframe;
use serde_json::{Value, json};

use crate::compile::{SERIES, WORDS};
use crate::file::{COLUMNS, KEYS, LEVERAGES, MAX_BARS, PARAM_KEYS, PROTECT_KEYS, SIDE_KEYS};
use crate::indicators::FUNCTIONS;
use crate::rust::STRATEGIES;

// Patterns stay within what all regular expressions have in common: no classes of Unicode, no looking ahead.

/// A letter or `_`; of the characters beyond ASCII, any.
const LETTER: &str = r"[^\x00-\x40\x5B-\x5E\x60\x7B-\x7F]";
/// The same, or a digit.
const LETTER_OR_DIGIT: &str = r"[^\x00-\x2F\x3A-\x40\x5B-\x5E\x60\x7B-\x7F]";
/// A number above zero, without an exponent.
const PLAIN: &str = r"(?:0*[1-9][0-9]*(?:\.[0-9]*)?|0*\.0*[1-9][0-9]*)";
/// The same, below 100.
const PLAIN_PERCENT: &str = r"0*[1-9][0-9]?(?:\.[0-9]*)?|0*\.0*[1-9][0-9]*";
/// A hundred.
const HUNDRED: &str = r"0*100(?:\.0*)?";
/// What makes a number a power of ten as large. The editor leaves its bounds to the compiler.
const EXPONENT: &str = r"[eE][+-]?[0-9]+";
/// Any number without a unit.
const ANY: &str = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)";
/// What may be a name.
fn name() -> String {
    format!("^{LETTER}{LETTER_OR_DIGIT}*$")
}

/// A number with an exponent: some readers of YAML take it for text.
fn with_exponent() -> String {
    format!("^{ANY}{EXPONENT}$")
}

/// Any number, with a unit or another word behind it, or without: no expression.
fn number_alone() -> String {
    format!(r"^\s*{ANY}(?:{EXPONENT})?\s*(?:%|\$|{LETTER}{LETTER_OR_DIGIT}*)?\s*$")
}

/// A number above zero.
fn number() -> String {
    format!(r"\+?{PLAIN}(?:{EXPONENT})?")
}

/// A number above zero and below 100, as far as a pattern can see that.
fn below_hundred() -> String {
    format!(r"\+?(?:{PLAIN_PERCENT}|{PLAIN}{EXPONENT})")
}

/// A number above zero and at most 100, as far as a pattern can see that.
fn percent() -> String {
    format!(r"\+?(?:{HUNDRED}|{PLAIN_PERCENT}|{PLAIN}{EXPONENT})")
}

/// The schema of strategy files.
#[must_use]
pub fn schema() -> Value {
    let mut schema = mapping(&KEYS, top_key);
    let entries = schema.as_object_mut().expect("a mapping is an object");
    entries.insert("$schema".into(), "http://json-schema.org/draft-07/schema#".into());
    entries.insert("title".into(), "Strategy".into());
    entries.insert(
        "description".into(),
        "A strategy: named expressions over candles, and rules to enter and leave.".into(),
    );
    entries.insert("required".into(), json!(["name", "timeframe"]));
    entries
        .insert("anyOf".into(), json!([{ "required": ["long"] }, { "required": ["short"] }, { "required": ["rust"] }]));
    let sides = json!({ "anyOf": [{ "required": ["long"] }, { "required": ["short"] }] });
    entries.insert("dependencies".into(), json!({ "rust": { "not": sides } }));
    // A size by risk is what the stop may lose.
    entries.insert(
        "if".into(),
        json!({
            "required": ["size"],
            "properties": { "size": { "type": "string", "pattern": r"^\s*risk" } },
        }),
    );
    let stop = json!({ "type": "object", "required": ["stop"] });
    entries.insert("then".into(), json!({ "required": ["protect"], "properties": { "protect": stop } }));
    entries.insert("defaultSnippets".into(), json!([snippet()]));
    schema
}

/// An object with these keys and no others.
fn mapping(keys: &[&str], describe: fn(&str) -> Value) -> Value {
    let properties: serde_json::Map<String, Value> =
        keys.iter().map(|key| ((*key).to_owned(), describe(key))).collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// A whole strategy to start from.
fn snippet() -> Value {
    json!({
        "label": "strategy",
        "description": "A strategy that runs: two averages that cross",
        "body": {
            "name": "${1:my_strategy}",
            "timeframe": "${2:1h}",
            "let": { "quick": "sma(close, ${3:10})", "calm": "sma(close, ${4:30})" },
            "long": { "enter": "crossover(quick, calm)", "exit": "crossunder(quick, calm)" },
        },
    })
}

fn top_key(key: &str) -> Value {
    match key {
        "name" => {
            let mut name = words("What the strategy is called. The file is named like it.", &["sma_cross"]);
            name["pattern"] = r"\S".into();
            name
        }
        "about" => words("What it is for, in a sentence; the report says it.", &["Buys dips in an uptrend."]),
        "timeframe" => json!({
            "description": "Decisions are made when a candle of this timeframe closes.",
            "enum": Timeframe::ALL.map(Timeframe::name),
        }),
        "params" => params(),
        "let" => lets(),
        "long" => side("Rules of a position that earns when the price rises.", "crossover(close, sma(close, 20))"),
        "short" => side(
            "Rules of a position that earns when the price falls, for markets that can be sold short.",
            "crossunder(close, sma(close, 20))",
        ),
        "rust" => json!({
            "description": "Rules out of Rust in place of `long` and `short`.",
            "enum": STRATEGIES.iter().map(|strategy| strategy.name).collect::<Vec<_>>(),
            "enumDescriptions": STRATEGIES.iter().map(|strategy| strategy.about).collect::<Vec<_>>(),
        }),
        "protect" => protect(),
        "size" => size(),
        "leverage" => json!({
            "description": "How much larger than its margin a position is; derivatives only. 1 where it is left out.",
            "type": ["number", "string"],
            "minimum": LEVERAGES.start(),
            "maximum": LEVERAGES.end(),
            "pattern": format!("^{}$", number()),
            "default": 1,
        }),
        "cooldown" => candles("Candles to wait after an exit before the next entry. 0 where it is left out.", 0),
        _ => unreachable!("a test asks for every key: `{key}` has no description yet"),
    }
}

fn text(about: &str, examples: &[&str]) -> Value {
    json!({ "description": about, "type": "string", "minLength": 1, "examples": examples })
}

/// Words of which an editor may take some, such as `2024` or `true`, for something else.
fn words(about: &str, examples: &[&str]) -> Value {
    let mut words = text(about, examples);
    words["type"] = json!(["string", "number", "boolean"]);
    words["minLength"] = 0.into();
    words
}

/// A number of `params`.
fn param(about: &str) -> Value {
    json!({ "description": about, "type": ["number", "string"], "pattern": with_exponent() })
}

fn candles(about: &str, least: usize) -> Value {
    json!({ "description": about, "type": ["integer", "string"], "minimum": least, "maximum": MAX_BARS, "pattern": r"^\+?[0-9]+$",
        "examples": [24] })
}

/// What a param and a name of `let` may be called: no word of the language.
fn names() -> Value {
    let words: Vec<&str> =
        SERIES.into_iter().chain(WORDS).chain(COLUMNS).chain(FUNCTIONS.iter().map(|f| f.name)).collect();
    json!({ "pattern": name(), "not": { "enum": words } })
}

fn params() -> Value {
    let mut long_form = mapping(&PARAM_KEYS, param_key);
    long_form["required"] = json!(["default"]);
    json!({
        "description": "Constants with names. `--set length=20` gives one another value for a run.",
        "type": ["object", "null"],
        "propertyNames": names(),
        "additionalProperties": {
            "description": "A number, or { default, range, step }.",
            "anyOf": [param("A number."), long_form],
            "defaultSnippets": [
                { "label": "number", "body": "${1:14}" },
                { "label": "with a range", "body": "{ default: ${1:14}, range: [${2:7}, ${3:28}], step: ${4:7} }" },
            ],
        },
    })
}

fn param_key(key: &str) -> Value {
    match key {
        "default" => param("Its value where none is set."),
        "range" => json!({
            "description": "The least and the greatest value that make sense.",
            "type": "array",
            "items": param("A bound."),
            "minItems": 2,
            "maxItems": 2,
            "examples": [[10, 40]],
        }),
        "step" => param("How far apart the values to try are."),
        _ => unreachable!("a test asks for every key: `{key}` has no description yet"),
    }
}

fn lets() -> Value {
    json!({
        "description": "Named expressions; each may use those above it. Numbers become lines of the chart.",
        "type": ["object", "null"],
        "propertyNames": names(),
        "additionalProperties": {
            "description": "An expression, such as sma(close, 20), or ema(close, 50) @ 4h on 4h candles.",
            "type": ["string", "number"],
            "minLength": 1,
            "examples": ["sma(close, 20)", "rsi(close, 14)", "ema(close, 50) @ 4h"],
        },
    })
}

fn side(about: &str, example: &str) -> Value {
    let mut side = mapping(&SIDE_KEYS, side_key);
    side["description"] = about.into();
    side["required"] = json!(["enter"]);
    side["defaultSnippets"] =
        json!([{ "label": "enter and exit", "body": { "enter": format!("${{1:{example}}}"), "exit": "${2}" } }]);
    side
}

fn side_key(key: &str) -> Value {
    match key {
        "enter" => text("Enters at the next open when this is true.", &["crossover(close, sma(close, 20))"]),
        "exit" => text("Leaves at the next open when this is true.", &["close < sma(close, 20)"]),
        _ => unreachable!("a test asks for every key: `{key}` has no description yet"),
    }
}

fn protect() -> Value {
    let mut protect = mapping(&PROTECT_KEYS, protect_key);
    protect["description"] = "Levels that protect a position, fixed when it opens.".into();
    protect["type"] = json!(["object", "null"]);
    protect
}

fn protect_key(key: &str) -> Value {
    match key {
        "stop" => {
            distance("Leaves at a loss: this far against the position from the entry price.", &below_hundred(), "3%")
        }
        "take" => distance("Leaves at a profit: this far in favour of the position.", &number(), "5%"),
        "trail" => {
            distance("A stop that follows the best price at this distance and never goes back.", &below_hundred(), "4%")
        }
        "max_bars" => candles("Leaves at the next open after this many candles.", 1),
        _ => unreachable!("a test asks for every key: `{key}` has no description yet"),
    }
}

/// `3%`, `500 quote`, or an expression in quote: neither a number alone nor a percentage out of range.
fn distance(about: &str, percent: &str, example: &str) -> Value {
    let message = format!("a distance has a unit: {example}, 500 quote, or an expression such as 2 * atr(14)");
    json!({
        "description": format!("{about} {example} of the entry price, 500 quote, or an expression such as 2 * atr(14)."),
        "type": "string",
        "minLength": 1,
        "anyOf": [
            { "pattern": format!(r"^\s*{percent}\s*%\s*$") },
            { "pattern": format!(r"^\s*{}\s*quote\s*$", number()) },
            { "not": { "pattern": number_alone() } },
        ],
        "errorMessage": message,
        "examples": [example, "2 * atr(14)", "500 quote"],
    })
}

fn size() -> Value {
    json!({
        "description": "How much a position is for: 50% of equity, 250 quote, or risk 1% of equity between entry and \
            stop. 100% where it is left out.",
        "type": "string",
        "pattern": format!(r"^\s*(?:(?:risk\s+)?{}\s*%|{}\s*quote)\s*$", percent(), number()),
        "patternErrorMessage": "a size is 50% (above 0% and at most 100%), 250 quote, or risk 1%",
        "default": "100%",
        "examples": ["50%", "250 quote", "risk 1%"],
    })
}
