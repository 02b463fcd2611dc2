//! The JSON Schema takes good files, and sees the mistakes that a schema can see.

use std::fs;
use std::path::Path;

use boon::{Compiler, Schemas};
use serde_json::{Map, Value, json};
use yaml::Node;

use super::reference::is_up_to_date;

const GOOD: &str = "name: t\ntimeframe: 1h\nparams:\n  n: 20\nlet:\n  x: sma(close, n)\nlong:\n  enter: close > x\n";

/// A file as an editor sees it: plain scalars are numbers, booleans or nothing where they look like it.
fn seen(node: &Node) -> Value {
    match &node.value {
        yaml::Value::Text(text) if text.quoted => text.text.clone().into(),
        yaml::Value::Text(text) => match text.text.as_str() {
            "" | "~" | "null" => Value::Null,
            "true" => true.into(),
            "false" => false.into(),
            plain => number(plain).unwrap_or_else(|| plain.into()),
        },
        yaml::Value::List(list) => list.iter().map(seen).collect(),
        yaml::Value::Map(entries) => entries
            .iter()
            .map(|(key, value)| (key.text().unwrap_or_default().to_owned(), seen(value)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

fn number(plain: &str) -> Option<Value> {
    let whole = plain.parse::<i64>().ok().map(Value::from);
    whole.or_else(|| plain.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| json!(number)))
}

/// What the schema finds wrong with a file, where it finds something.
fn finds(source: &str) -> Option<String> {
    let root = yaml::parse(source).unwrap_or_else(|problems| panic!("{}", problems.render("x", source, false)));
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("strategy.json", strategy::schema::schema()).expect("the schema is taken");
    let index = compiler.compile("strategy.json", &mut schemas).expect("the schema is one");
    schemas.validate(&seen(&root), index).err().map(|error| format!("{error:#}"))
}

#[track_caller]
fn takes(source: &str) {
    assert_eq!(finds(source), None, "the schema refuses\n{source}");
    assert!(strategy::load(source, &[]).is_ok(), "the compiler refuses\n{source}");
}

/// Both the schema and the compiler must refuse.
#[track_caller]
fn refuses(from: &str, to: &str) {
    let source = GOOD.replacen(from, to, 1);
    assert_ne!(source, GOOD, "{from} is not in the file");
    assert!(finds(&source).is_some(), "the schema takes\n{source}");
    assert!(strategy::load(&source, &[]).is_err(), "the compiler takes\n{source}");
}

#[test]
fn the_committed_schema_is_up_to_date() {
    let made = serde_json::to_string_pretty(&strategy::schema::schema()).expect("JSON");
    is_up_to_date("strategy.schema.json", &made);
}

#[test]
fn every_example_is_taken() {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../strategies")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "yaml") {
            let source = fs::read_to_string(&path).expect("text");
            assert_eq!(finds(&source), None, "{}", path.display());
        }
    }
}

#[test]
fn good_files_are_taken() {
    takes(GOOD);
    let with = |more: &str| takes(&format!("{GOOD}{more}\n"));
    for size in [
        "100%",
        "0.5%",
        "50 %",
        "250 quote",
        "12.5 quote",
        "risk 1%",
        "risk 0.25%",
        ".5%",
        "+5%",
        "5.%",
        "1e2 quote",
        "1e9 quote",
        "1E1%",
    ] {
        with(&format!("protect:\n  stop: 3%\nsize: {size}"));
    }
    for distance in [
        "3%",
        "0.5%",
        "500 quote",
        "2 * atr(14)",
        "close % 7",
        "x",
        "2 * 3",
        "atr(14) + 1.5",
        ".5%",
        "+5%",
        "1e1%",
        "1e9 quote",
    ] {
        with(&format!("protect:\n  stop: {distance}\n  take: {distance}\n  trail: \"{distance}\""));
    }
    with("protect:\n  take: 250%\n  max_bars: 1");
    with("protect:");
    with("about: words\nleverage: 2.5\ncooldown: 0\nshort:\n  enter: close < x\n  exit: close > x");
    takes(&GOOD.replace("n: 20", "n: { default: 20, range: [10, 30.5], step: 0.5 }"));
    takes(&GOOD.replace("let:", "let:\n  größe_2: 5"));
    takes(&GOOD.replace("n: 20", "n: 2e1"));
    takes(&GOOD.replace("name: t", "name: 2024\nabout: true"));
    with("leverage: 1e1\ncooldown: \"3\"");
    for timeframe in market::Timeframe::ALL {
        takes(&GOOD.replace("1h", timeframe.name()));
    }
}

#[test]
fn mistakes_of_keys_are_seen() {
    refuses("name: t\n", "");
    refuses("timeframe: 1h\n", "");
    refuses("  enter: close > x\n", "  exit: close > x\n");
    refuses("long:\n  enter: close > x\n", "");
    refuses("long:", "rust: grid\nlong:");
    refuses("long:", "lnog:");
    refuses("  enter:", "  entry:");
    refuses("name:", "nmae:");
    refuses("long:", "protect:\n  stop_loss: 3%\nlong:");
    refuses("n: 20", "n: { default: 20, rnage: [1, 30] }");
    refuses("n: 20", "n: { range: [1, 30] }");
    refuses("  x:", "  close:");
    refuses("  x:", "  sma:");
    refuses("  n:", "  and:");
    refuses("  x:", "  my-x:");
    refuses("  x:", "  2x:");
}

#[test]
fn mistakes_of_values_are_seen() {
    refuses("1h", "7h");
    refuses("1h", "1H");
    refuses("1h", "60");
    refuses("n: 20", "n: twenty");
    refuses("n: 20", "n: \"20\"");
    refuses("n: 20", "n: [20]");
    refuses("n: 20", "n: { default: 20, range: 10 }");
    refuses("n: 20", "n: { default: 20, range: [10, 20, 30] }");
    refuses("params:\n  n: 20", "params: 20");
    refuses("let:\n  x: sma(close, n)", "let: sma(close, n)");
    refuses("long:\n  enter: close > x", "long: close > x");
    refuses("enter: close > x", "enter:");
    refuses("enter: close > x", "enter: [close > x]");
    let with = |more: &str| refuses("long:", &format!("{more}\nlong:"));
    for distance in [
        "3",
        "3.5",
        "\"3\"",
        "-3%",
        "150%",
        "-5 quote",
        "[3%]",
        "0%",
        "0.0 quote",
        "500 usd",
        "5 ticks",
        "3 pct",
        "1000 quotes",
        "2 atr",
        "500$",
        "5ticks",
        "1_0",
        "100%",
        "100.0 %",
    ] {
        with(&format!("protect:\n  stop: {distance}"));
    }
    with("protect: 3%");
    with("protect:\n  take: 5");
    with("protect:\n  max_bars: 0");
    with("protect:\n  max_bars: 2.5");
    for size in [
        "50",
        "0.5",
        "150%",
        "-5%",
        "half",
        "risk 101%",
        "risk 1",
        "250 USDT",
        "0%",
        "risk 0%",
        "0 quote",
        "0.00%",
        "+0 quote",
    ] {
        with(&format!("size: {size}"));
    }
    for cooldown in ["-1", "1.5", "soon", "2000000"] {
        with(&format!("cooldown: {cooldown}"));
    }
    refuses("long:\n  enter: close > x", "rust: gird");
    with("size: risk 1%");
    with("size: risk 1%\nprotect:\n  take: 3%");
    with("leverage: 0.5");
    with("leverage: 200");
    with("leverage: 3x");
}

/// Files of `tests/mistakes` whose mistakes lie within expressions, where a schema cannot look.
const BEYOND_A_SCHEMA: [&str; 16] = [
    "and_of_c",
    "chained_comparison",
    "circle",
    "condition_as_number",
    "defined_below",
    "fractional_length",
    "lower_timeframe",
    "missing_argument",
    "number_as_condition",
    "percent_in_expression",
    "single_equals",
    "the_future",
    "typographic_minus",
    "unknown_function",
    "unknown_name",
    "wrong_parentheses",
];

#[test]
fn of_the_commonest_mistakes_a_schema_sees_those_of_shape() {
    let mut unseen = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "yaml") {
            let source = fs::read_to_string(&path).expect("text");
            if yaml::parse(&source).is_ok() && finds(&source).is_none() {
                unseen.push(path.file_stem().expect("a name").to_string_lossy().into_owned());
            }
        }
    }
    unseen.sort();
    assert_eq!(unseen, BEYOND_A_SCHEMA);
}

#[test]
fn every_key_is_explained() {
    fn check(path: &str, schema: &Value) {
        for (key, value) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}.{key}");
            assert!(value["description"].as_str().is_some_and(|text| text.ends_with('.')), "{path}");
            check(&path, value);
        }
        if let Some(forms) = schema["additionalProperties"]["anyOf"].as_array() {
            forms.iter().for_each(|form| check(path, form));
        }
    }
    check("", &strategy::schema::schema());
}

/// Every value of this key, wherever it stands.
fn all<'a>(schema: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
    match schema {
        Value::Object(entries) => {
            found.extend(entries.get(key));
            entries.values().for_each(|value| all(value, key, found));
        }
        Value::Array(list) => list.iter().for_each(|value| all(value, key, found)),
        _ => {}
    }
}

#[test]
fn patterns_are_understood_everywhere() {
    let schema = strategy::schema::schema();
    let mut patterns = Vec::new();
    all(&schema, "pattern", &mut patterns);
    assert!(patterns.len() > 10, "{patterns:?}");
    for pattern in patterns {
        let pattern = pattern.as_str().expect("text");
        // Classes of Unicode, looking around, names, flags: some regular expressions know them, some do not.
        for special in [r"\p", r"\P", r"\u", "(?=", "(?!", "(?<", "(?P", "(?i", r"\d", r"\w", "[["] {
            assert!(!pattern.contains(special), "{pattern}");
        }
    }
}

#[test]
fn a_number_for_a_size_is_told_once() {
    let found = finds(&format!("{GOOD}size: 50\n")).expect("a number has no unit");
    assert!(found.contains("size") && !found.contains("protect"), "{found}");
}
