//! Calls of functions: arguments against parameters, and `if`.

use std::ops::Range;

use super::{Compiler, Failure, Typed, operators, whole};
use crate::expression::{Call, Expr, Kind, Mistake};
use crate::indicators::{Argument, FUNCTIONS, Function, Gives, NOT_YET, Parameter};
use crate::plan::Operand;

impl Compiler {
    /// `if(condition, a, b)`.
    pub(super) fn choose(
        &mut self,
        call: &Call,
        span: &Range<usize>,
        context: Option<usize>,
    ) -> Result<Typed, Failure> {
        let [condition, a, b] = call.arguments.as_slice() else {
            return Err(Mistake::new(span.clone(), "`if` takes three arguments", "write if(condition, a, b)").into());
        };
        let condition = self.condition(condition, context)?;
        match (self.compile(a, context)?, self.compile(b, context)?) {
            (Typed::Number(a), Typed::Number(b)) => {
                Ok(Typed::Number(operators::choose(self.builder(context), condition, a, b)))
            }
            (Typed::Condition(a), Typed::Condition(b)) => {
                Ok(Typed::Condition(operators::choose(self.builder(context), condition, a, b)))
            }
            (first, second) => Err(Mistake::new(
                b.span.clone(),
                format!("this is {} while the other choice is {}", second.kind(), first.kind()),
                "both choices of `if` must be of one kind",
            )
            .into()),
        }
    }

    /// Any other function.
    pub(super) fn call(&mut self, call: &Call, span: &Range<usize>, context: Option<usize>) -> Result<Typed, Failure> {
        let Some(function) = FUNCTIONS.iter().find(|function| function.name == call.name) else {
            return Err(unknown_function(call).into());
        };
        let (given, taken) = (call.arguments.len(), function.parameters.len());
        let more = matches!(function.parameters.last(), Some(Parameter::More(_)));
        if given < taken || (given > taken && !more) {
            let plural = if taken == 1 { "" } else { "s" };
            let more = if more { " or more" } else { "" };
            let message = format!("`{}` takes {taken}{more} argument{plural}, not {given}", call.name);
            return Err(Mistake::new(span.clone(), message, example(function)).into());
        }
        let mut arguments = Vec::with_capacity(given);
        let parameters = function.parameters.iter().chain(function.parameters.last().into_iter().cycle());
        for (parameter, expr) in parameters.zip(&call.arguments) {
            arguments.push(self.argument(function, parameter, expr, context)?);
        }
        let operand = (function.build)(self.builder(context), &arguments);
        Ok(match function.gives {
            Gives::Number => Typed::Number(operand),
            Gives::Condition => Typed::Condition(operand),
        })
    }

    fn argument(
        &mut self,
        function: &Function,
        parameter: &Parameter,
        expr: &Expr,
        context: Option<usize>,
    ) -> Result<Argument, Failure> {
        let wrong = |message: String| Failure::from(Mistake::new(expr.span.clone(), message, example(function)));
        match parameter {
            Parameter::Series(_) | Parameter::More(_) => Ok(Argument::Series(self.number(expr, context)?)),
            Parameter::Condition(_) => Ok(Argument::Series(self.condition(expr, context)?)),
            Parameter::Number(name, least, most) => match self.number(expr, context)? {
                Operand::Constant(value) if (*least..=*most).contains(&value) => Ok(Argument::Number(value)),
                _ => Err(wrong(format!("`{name}` must be a number from {least} to {most}, or such a param"))),
            },
            Parameter::Length(name, least, most) => {
                let value = self.number(expr, context)?;
                whole(value, *least, *most).map(Argument::Length).ok_or_else(|| {
                    wrong(format!("`{name}` must be a whole number from {least} to {most}, or such a param"))
                })
            }
            Parameter::Word(name, words) => {
                let word = match &expr.kind {
                    Kind::Word(word) => words.iter().find(|known| *known == word),
                    _ => None,
                };
                word.map(|word| Argument::Word(word))
                    .ok_or_else(|| wrong(format!("`{name}` must be one of '{}'", words.join("', '"))))
            }
        }
    }
}

/// The call of a function as it is written.
pub(super) fn signature(name: &str) -> String {
    FUNCTIONS.iter().find(|function| function.name == name).map_or_else(|| format!("{name}(…)"), Function::signature)
}

/// A call that would be right.
fn example(function: &Function) -> String {
    let arguments: Vec<&str> = function
        .parameters
        .iter()
        .map(|parameter| match parameter {
            Parameter::Series("b" | "y") | Parameter::More(_) => "open",
            Parameter::Series(_) => "close",
            Parameter::Condition(_) => "close > open",
            Parameter::Length("fast", ..) => "12",
            Parameter::Length("slow", ..) => "26",
            Parameter::Length("signal", ..) => "9",
            Parameter::Length(..) => "14",
            Parameter::Number("step", ..) => "0.02",
            Parameter::Number("max", ..) => "0.2",
            Parameter::Number(..) => "2",
            Parameter::Word(_, words) => words[0],
        })
        .collect();
    let quote = matches!(function.parameters, [Parameter::Word(..)]);
    let list = if quote { format!("'{}'", arguments.join(", ")) } else { arguments.join(", ") };
    format!("{}: {}; for example {}({list})", function.signature(), function.about, function.name)
}

fn unknown_function(call: &Call) -> Mistake {
    let name = call.name.as_str();
    if NOT_YET.contains(&name) {
        return Mistake::new(
            call.name_span.clone(),
            format!("`{name}` is not available yet"),
            "it is part of the language, and this version does not compute it",
        );
    }
    let known = FUNCTIONS.iter().map(|function| function.name).chain(["if"]);
    let help = match yaml::nearest(name, known.clone().chain(NOT_YET.iter().copied())) {
        Some(near) => format!("did you mean `{}`?", signature(near)),
        None => format!("known: {}", known.collect::<Vec<_>>().join(", ")),
    };
    Mistake::new(call.name_span.clone(), format!("unknown function `{name}`"), help)
}
