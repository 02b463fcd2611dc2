//! Calls of functions: arguments against parameters, and `if`.

use std::ops::Range;

use super::foreign::{self, Instead};
use super::{Broken, Compiler, SERIES, Typed, operators, whole};
use crate::expression::{Call, Expr, Kind, Mistake};
use crate::indicators::{Argument, FUNCTIONS, Function, Gives, Parameter};
use crate::plan::Operand;
use crate::reference;

impl Compiler {
    /// `if(condition, a, b)`.
    pub(super) fn choose(&mut self, call: &Call, span: &Range<usize>, context: Option<usize>) -> Result<Typed, Broken> {
        let [condition, a, b] = call.arguments.as_slice() else {
            return Err(self.wrong(span, "`if` takes three arguments", "write if(condition, a, b)"));
        };
        let second = b;
        let (condition, a, b) =
            (self.condition(condition, context), self.compile(a, context), self.compile(b, context));
        match (condition?, a?, b?) {
            (condition, Typed::Number(a), Typed::Number(b)) => {
                Ok(Typed::Number(operators::choose(self.builder(context), condition, a, b)))
            }
            (condition, Typed::Condition(a), Typed::Condition(b)) => {
                Ok(Typed::Condition(operators::choose(self.builder(context), condition, a, b)))
            }
            (_, a, b) => {
                let message = format!("this is {} while the other choice is {}", b.kind(), a.kind());
                Err(self.wrong(&second.span, message, "both choices of `if` must be of one kind"))
            }
        }
    }

    /// Any other function.
    pub(super) fn call(&mut self, call: &Call, span: &Range<usize>, context: Option<usize>) -> Result<Typed, Broken> {
        let Some(function) = FUNCTIONS.iter().find(|function| function.name == call.name) else {
            self.mistakes.push(unknown_function(call));
            // Its arguments are looked at for mistakes of their own.
            call.arguments.iter().for_each(|expr| _ = self.compile(expr, context));
            return Err(Broken);
        };
        let (given, taken) = (call.arguments.len(), function.parameters.len());
        let more = matches!(function.parameters.last(), Some(Parameter::More(_)));
        if given < taken || (given > taken && !more) {
            let plural = if taken == 1 { "" } else { "s" };
            let more = if more { " or more" } else { "" };
            let message = format!("`{}` takes {taken}{more} argument{plural}, not {given}", call.name);
            return Err(self.wrong(span, message, example(function)));
        }
        let parameters = function.parameters.iter().chain(function.parameters.last().into_iter().cycle());
        let arguments: Vec<_> = parameters
            .zip(&call.arguments)
            .map(|(parameter, expr)| self.argument(function, parameter, expr, context))
            .collect();
        let arguments = arguments.into_iter().collect::<Result<Vec<Argument>, Broken>>()?;
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
    ) -> Result<Argument, Broken> {
        let (argument, expected) = match parameter {
            Parameter::Series(_) | Parameter::More(_) => return self.number(expr, context).map(Argument::Series),
            Parameter::Condition(_) => return self.condition(expr, context).map(Argument::Series),
            Parameter::Number(name, least, most) => {
                let number = match self.number(expr, context)? {
                    Operand::Constant(value) if (*least..=*most).contains(&value) => Some(Argument::Number(value)),
                    _ => None,
                };
                (number, format!("`{name}` must be a number from {least} to {most}, or such a param"))
            }
            Parameter::Length(name, least, most) => {
                let length = whole(self.number(expr, context)?, *least, *most).map(Argument::Length);
                (length, format!("`{name}` must be a whole number from {least} to {most}, or such a param"))
            }
            Parameter::Word(name, words) => {
                let word = match &expr.kind {
                    Kind::Word(word) => words.iter().find(|known| *known == word),
                    _ => None,
                };
                (word.map(|word| Argument::Word(word)), format!("`{name}` must be one of '{}'", words.join("', '")))
            }
        };
        argument.ok_or_else(|| self.wrong(&expr.span, expected, example(function)))
    }
}

/// The call of a function as it is written.
pub(super) fn signature(name: &str) -> String {
    FUNCTIONS.iter().find(|function| function.name == name).map_or_else(|| format!("{name}(…)"), Function::signature)
}

/// A call that would be right.
fn example(function: &Function) -> String {
    format!("{}: {}; for example {}", function.signature(), function.about, reference::example(function))
}

fn unknown_function(call: &Call) -> Mistake {
    let name = call.name.as_str();
    if SERIES.contains(&name) {
        let help = format!("write `{name}`, or `{name}[1]` for the value one candle ago");
        return Mistake::new(call.name_span.clone(), format!("`{name}` is a series, not a function"), help);
    }
    let known = FUNCTIONS.iter().map(|function| function.name).chain(["if"]);
    let near = yaml::nearest(name, known.clone());
    let help = match (foreign::instead(name), near) {
        // A word in other letters is the word, not its namesake elsewhere.
        (_, Some(near)) if near.eq_ignore_ascii_case(name) => did_you_mean(&[near]),
        (Some(Instead::Function(names)), _) => did_you_mean(names),
        (Some(Instead::Words(words)), _) => (*words).to_owned(),
        (None, Some(near)) => did_you_mean(&[near]),
        (None, None) => format!("known: {}", known.collect::<Vec<_>>().join(", ")),
    };
    Mistake::new(call.name_span.clone(), format!("unknown function `{name}`"), help)
}

fn did_you_mean(names: &[&str]) -> String {
    let calls: Vec<String> = names.iter().map(|name| format!("`{}`", signature(name))).collect();
    format!("did you mean {}?", calls.join(" or "))
}
