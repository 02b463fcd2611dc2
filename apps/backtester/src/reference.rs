//! `backtester reference`: the functions of the language.

use anyhow::bail;
use serde_json::{Value, json};
use strategy::{Function, Gives, Parameter, functions, reference};

use crate::args::ReferenceArgs;

pub(crate) fn reference(args: &ReferenceArgs) -> anyhow::Result<()> {
    let found: Vec<&Function> = match &args.name {
        Some(name) => find(name)?,
        None => functions().iter().collect(),
    };
    let text = if args.json {
        serde_json::to_string_pretty(&found.into_iter().map(as_json).collect::<Vec<_>>())?
    } else if args.name.is_some() {
        found.into_iter().map(reference::describe).collect::<Vec<_>>().join("\n")
    } else {
        reference::page()
    };
    Ok(terminal::print(text.trim_end())?)
}

/// The function of this name, or all that stand for this function of TA-Lib or Pine.
fn find(name: &str) -> anyhow::Result<Vec<&'static Function>> {
    let called = |wanted: &str| wanted.eq_ignore_ascii_case(name);
    if let Some(function) = functions().iter().find(|function| called(function.name)) {
        return Ok(vec![function]);
    }
    let twin = |function: &&Function| function.talib.is_some_and(called) || function.pine.is_some_and(called);
    let twins: Vec<&Function> = functions().iter().filter(twin).collect();
    if !twins.is_empty() {
        return Ok(twins);
    }
    let names = || functions().iter().map(|function| function.name);
    match yaml::nearest(name, names()) {
        Some(near) => bail!("there is no function `{name}`; did you mean `{near}`?"),
        None => bail!("there is no function `{name}`; known: {}", names().collect::<Vec<_>>().join(", ")),
    }
}

fn as_json(function: &Function) -> Value {
    json!({
        "name": function.name,
        "family": reference::heading(function.family),
        "signature": function.signature(),
        "about": function.about,
        "gives": if function.gives == Gives::Number { "number" } else { "condition" },
        "unit": function.unit,
        "formula": function.formula,
        "parameters": function.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "warm_up": function.warm_up,
        "warm_up_of_example": reference::example_warm_up(function),
        "talib": function.talib,
        "pine": function.pine,
        "example": reference::example(function),
    })
}

fn parameter(parameter: &Parameter) -> Value {
    let name = parameter.name();
    match parameter {
        Parameter::Series(_) => json!({ "name": name, "kind": "series" }),
        Parameter::More(_) => json!({ "name": name, "kind": "series", "more": true }),
        Parameter::Condition(_) => json!({ "name": name, "kind": "condition" }),
        Parameter::Length(_, least, most) => json!({ "name": name, "kind": "length", "least": least, "most": most }),
        Parameter::Number(_, least, most) => json!({ "name": name, "kind": "number", "least": least, "most": most }),
        Parameter::Word(_, words) => json!({ "name": name, "kind": "word", "words": words }),
    }
}
