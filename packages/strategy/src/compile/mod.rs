//! From expressions to a plan: names are resolved, types checked, equal steps made once.

mod operators;

use std::collections::HashMap;
use std::ops::Range;

use market::{Symbol, Timeframe};

use crate::expression::{BinaryOp, Call, Expr, Kind, Mistake, Place};
use crate::indicators::{Argument, FUNCTIONS, Function, Gives, NOT_YET, Parameter, change};
use crate::plan::{Builder, Context, Info, Needs, Operand, Plan};

/// The series that every expression can read.
pub(crate) const SERIES: [&str; 8] = ["open", "high", "low", "close", "volume", "hl2", "hlc3", "ohlc4"];
/// Words that cannot be names.
pub(crate) const WORDS: [&str; 4] = ["and", "or", "not", "if"];
/// Most candles back in `x[n]`.
const MAX_AGO: usize = 1_048_576;

/// The value of an expression, with its type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Typed {
    Number(Operand),
    Condition(Operand),
}

impl Typed {
    fn kind(self) -> &'static str {
        match self {
            Typed::Number(_) => "a number",
            Typed::Condition(_) => "a condition",
        }
    }
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// It is wrong itself.
    Mistake(Mistake),
    /// It reads a name whose own expression is wrong, which has been told already.
    Broken,
}

impl From<Mistake> for Failure {
    fn from(mistake: Mistake) -> Self {
        Failure::Mistake(mistake)
    }
}

/// Candles other than the base ones that the strategy reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Other {
    pub(crate) symbol: Option<Symbol>,
    pub(crate) timeframe: Timeframe,
}

struct OtherPlan {
    other: Other,
    builder: Builder,
    outputs: Vec<Operand>,
}

/// Compiles the expressions of one file.
pub(crate) struct Compiler {
    base: Timeframe,
    params: Vec<(String, f64)>,
    lets: Vec<(String, Option<Expr>)>,
    builder: Builder,
    others: Vec<OtherPlan>,
    known: HashMap<(String, Option<usize>), Typed>,
}

/// The compiled expressions: the base plan, the contexts, and what people are told of them.
pub(crate) struct Compiled {
    pub(crate) plan: Plan,
    pub(crate) steps: Vec<Info>,
    pub(crate) contexts: Vec<Context>,
    pub(crate) others: Vec<(Other, Needs, Vec<Info>)>,
}

impl Compiler {
    pub(crate) fn new(base: Timeframe, params: Vec<(String, f64)>) -> Self {
        Compiler {
            base,
            params,
            lets: Vec::new(),
            builder: Builder::default(),
            others: Vec::new(),
            known: HashMap::new(),
        }
    }

    /// Adds a named expression; `None` where it could not be read.
    pub(crate) fn define(&mut self, name: &str, expr: Option<Expr>) -> Result<Typed, Failure> {
        let value = expr.as_ref().map_or(Err(Failure::Broken), |expr| self.compile(expr, None));
        let expr = if value.is_ok() { expr } else { None };
        self.lets.push((name.to_owned(), expr));
        if let Ok(value) = value {
            self.known.insert((name.to_owned(), None), value);
        }
        value
    }

    /// The value of an expression on the base candles.
    pub(crate) fn value(&mut self, expr: &Expr) -> Result<Typed, Failure> {
        self.compile(expr, None)
    }

    /// What operands of the base plan need to be warm.
    pub(crate) fn needs(&self, operands: impl IntoIterator<Item = Operand>) -> Needs {
        self.builder.needs_of(operands)
    }

    pub(crate) fn finish(self) -> Compiled {
        let mut contexts = Vec::new();
        let mut others = Vec::new();
        for other in self.others {
            let needs = other.builder.needs_of(other.outputs.iter().copied());
            others.push((other.other.clone(), needs, other.builder.infos().to_vec()));
            contexts.push(Context::new(other.other.timeframe, other.builder.build(), other.outputs));
        }
        Compiled { steps: self.builder.infos().to_vec(), plan: self.builder.build(), contexts, others }
    }

    fn builder(&mut self, context: Option<usize>) -> &mut Builder {
        match context {
            None => &mut self.builder,
            Some(context) => &mut self.others[context].builder,
        }
    }

    fn compile(&mut self, expr: &Expr, context: Option<usize>) -> Result<Typed, Failure> {
        match &expr.kind {
            Kind::Number(number) => Ok(Typed::Number(Operand::Constant(*number))),
            Kind::Word(word) => Err(Mistake::new(
                expr.span.clone(),
                format!("the word '{word}' is no value"),
                "words in quotes stand only inside calls such as vwap('week')",
            )
            .into()),
            Kind::Name(name) => self.name(name, &expr.span, context),
            Kind::Negate(inner) => {
                let operand = self.number(inner, context)?;
                Ok(Typed::Number(operators::negate(self.builder(context), operand)))
            }
            Kind::Not(inner) => {
                let operand = self.condition(inner, context)?;
                Ok(Typed::Condition(operators::not(self.builder(context), operand)))
            }
            Kind::Binary(op, left, right) => self.binary(*op, left, right, context),
            Kind::Call(call) if call.name == "if" => self.choose(call, &expr.span, context),
            Kind::Call(call) => self.call(call, &expr.span, context),
            Kind::Ago(inner, ago) => self.ago(inner, ago, context),
            Kind::At(inner, place) => self.at(inner, place, context),
        }
    }

    fn number(&mut self, expr: &Expr, context: Option<usize>) -> Result<Operand, Failure> {
        match self.compile(expr, context)? {
            Typed::Number(operand) => Ok(operand),
            Typed::Condition(_) => Err(Mistake::new(
                expr.span.clone(),
                "this is a condition where a number is expected",
                "to turn a condition into a number write `if(condition, 1, 0)`",
            )
            .into()),
        }
    }

    fn condition(&mut self, expr: &Expr, context: Option<usize>) -> Result<Operand, Failure> {
        match self.compile(expr, context)? {
            Typed::Condition(operand) => Ok(operand),
            Typed::Number(_) => Err(Mistake::new(
                expr.span.clone(),
                "this is a number where a condition is expected",
                "compare it with something, for example `… > 0`",
            )
            .into()),
        }
    }

    fn name(&mut self, name: &str, span: &Range<usize>, context: Option<usize>) -> Result<Typed, Failure> {
        if let Some((_, value)) = self.params.iter().find(|(param, _)| param == name) {
            return Ok(Typed::Number(Operand::Constant(*value)));
        }
        if let Some(operand) = self.series(name, context) {
            return Ok(Typed::Number(operand));
        }
        if let Some(value) = self.known.get(&(name.to_owned(), context)) {
            return Ok(*value);
        }
        let Some((_, expr)) = self.lets.iter().find(|(known, _)| known == name) else {
            return Err(self.unknown_name(name, span).into());
        };
        let expr = expr.clone().ok_or(Failure::Broken)?;
        // Only here when a name defined on the base candles is read on others: it is computed on those.
        let value = self.compile(&expr, context).map_err(|failure| match failure {
            Failure::Mistake(mistake) => Failure::Mistake(Mistake {
                span: span.clone(),
                message: format!("`{name}`: {}", mistake.message),
                help: mistake.help,
            }),
            Failure::Broken => Failure::Broken,
        })?;
        self.known.insert((name.to_owned(), context), value);
        Ok(value)
    }

    fn series(&mut self, name: &str, context: Option<usize>) -> Option<Operand> {
        use Operand::{Close, High, Low, Open, Volume};
        let parts: &[Operand] = match name {
            "open" => &[Open],
            "high" => &[High],
            "low" => &[Low],
            "close" => &[Close],
            "volume" => &[Volume],
            "hl2" => &[High, Low],
            "hlc3" => &[High, Low, Close],
            "ohlc4" => &[Open, High, Low, Close],
            _ => return None,
        };
        let builder = self.builder(context);
        let sum = parts[1..].iter().fold(parts[0], |sum, part| operators::binary(builder, BinaryOp::Add, sum, *part));
        let count = Operand::Constant(parts.len() as f64);
        Some(if parts.len() == 1 { sum } else { operators::binary(builder, BinaryOp::Divide, sum, count) })
    }

    fn unknown_name(&self, name: &str, span: &Range<usize>) -> Mistake {
        if FUNCTIONS.iter().any(|function| function.name == name) {
            return Mistake::new(
                span.clone(),
                format!("`{name}` is a function"),
                format!("call it: {}", signature(name)),
            );
        }
        let known = SERIES.into_iter().chain(self.lets.iter().map(|(name, _)| name.as_str()));
        let known: Vec<&str> = known.chain(self.params.iter().map(|(name, _)| name.as_str())).collect();
        let help = match yaml::nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}; a name in `let` may use those above it", known.join(", ")),
        };
        Mistake::new(span.clone(), format!("unknown name `{name}`"), help)
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, context: Option<usize>) -> Result<Typed, Failure> {
        let logic = matches!(op, BinaryOp::And | BinaryOp::Or);
        let mut side = |expr| if logic { self.condition(expr, context) } else { self.number(expr, context) };
        // Both sides are looked at, so that a broken left one does not hide a mistake on the right.
        let (a, b) = match (side(left), side(right)) {
            (Ok(a), Ok(b)) => (a, b),
            (Err(Failure::Broken), Err(failure)) | (Err(failure), _) | (_, Err(failure)) => return Err(failure),
        };
        let operand = operators::binary(self.builder(context), op, a, b);
        Ok(if logic || op.is_comparison() { Typed::Condition(operand) } else { Typed::Number(operand) })
    }

    fn choose(&mut self, call: &Call, span: &Range<usize>, context: Option<usize>) -> Result<Typed, Failure> {
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

    fn call(&mut self, call: &Call, span: &Range<usize>, context: Option<usize>) -> Result<Typed, Failure> {
        let Some(function) = FUNCTIONS.iter().find(|function| function.name == call.name) else {
            return Err(unknown_function(call).into());
        };
        if call.arguments.len() != function.parameters.len() {
            let (given, taken) = (call.arguments.len(), function.parameters.len());
            let plural = if taken == 1 { "" } else { "s" };
            let message = format!("`{}` takes {taken} argument{plural}, not {given}", call.name);
            return Err(Mistake::new(span.clone(), message, example(function)).into());
        }
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for (parameter, expr) in function.parameters.iter().zip(&call.arguments) {
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
            Parameter::Series(_) => Ok(Argument::Series(self.number(expr, context)?)),
            Parameter::Number(name) => match self.number(expr, context)? {
                Operand::Constant(value) if value.is_finite() => Ok(Argument::Number(value)),
                _ => Err(wrong(format!("`{name}` must be a number or a param, known before any candle"))),
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

    fn ago(&mut self, inner: &Expr, ago: &Expr, context: Option<usize>) -> Result<Typed, Failure> {
        let value = self.compile(inner, context)?;
        let n = self.number(ago, context)?;
        let Some(n) = whole(n, 0, MAX_AGO) else {
            let message = format!("the candles ago must be a whole number from 0 to {MAX_AGO}, or such a param");
            return Err(
                Mistake::new(ago.span.clone(), message, "for example close[1], the close one candle ago").into()
            );
        };
        if n == 0 {
            return Ok(value);
        }
        let builder = self.builder(context);
        Ok(match value {
            Typed::Number(operand) => Typed::Number(change::ago(builder, operand, n)),
            Typed::Condition(operand) => {
                // Before the first candle a condition was not true: unknown turns into false.
                let past = change::ago(builder, operand, n);
                Typed::Condition(operators::binary(builder, BinaryOp::Greater, past, Operand::Constant(0.5)))
            }
        })
    }

    fn at(&mut self, inner: &Expr, place: &Place, context: Option<usize>) -> Result<Typed, Failure> {
        let wrong = |message: String, help: &str| Failure::from(Mistake::new(place.span.clone(), message, help));
        if context.is_some() {
            return Err(wrong(
                "`@` inside `@`".to_owned(),
                "compute the inner part under a name of its own, without `@` around it",
            ));
        }
        let other = Other { symbol: place.symbol.clone(), timeframe: place.timeframe.unwrap_or(self.base) };
        if other.timeframe < self.base {
            let message = format!("{} is lower than the strategy's timeframe, {}", other.timeframe, self.base);
            return Err(wrong(message, "`@` reads the same or a higher timeframe"));
        }
        if other.timeframe == self.base && other.symbol.is_none() {
            return Err(wrong(format!("{} is the strategy's own timeframe", self.base), "leave out the `@`"));
        }
        let index = self.other(other);
        let value = self.compile(inner, Some(index))?;
        let (Typed::Number(operand) | Typed::Condition(operand)) = value;
        let aligned = self.aligned(index, operand);
        Ok(match value {
            Typed::Number(_) => Typed::Number(aligned),
            Typed::Condition(_) => Typed::Condition(operators::binary(
                &mut self.builder,
                BinaryOp::Greater,
                aligned,
                Operand::Constant(0.5),
            )),
        })
    }

    fn other(&mut self, other: Other) -> usize {
        if let Some(index) = self.others.iter().position(|known| known.other == other) {
            return index;
        }
        self.others.push(OtherPlan { other, builder: Builder::default(), outputs: Vec::new() });
        self.others.len() - 1
    }

    fn aligned(&mut self, context: usize, operand: Operand) -> Operand {
        let other = &mut self.others[context];
        let output = other.outputs.iter().position(|known| *known == operand).unwrap_or_else(|| {
            other.outputs.push(operand);
            other.outputs.len() - 1
        });
        let needs = other.builder.needs(operand);
        self.builder.note_aligned(context, output, &needs);
        Operand::Aligned { context, output }
    }
}

fn whole(operand: Operand, least: usize, most: usize) -> Option<usize> {
    match operand {
        Operand::Constant(value) if value.fract() == 0.0 && value >= least as f64 && value <= most as f64 => {
            Some(value as usize)
        }
        _ => None,
    }
}

fn signature(name: &str) -> String {
    FUNCTIONS.iter().find(|function| function.name == name).map_or_else(|| format!("{name}(…)"), Function::signature)
}

/// A call that would be right.
fn example(function: &Function) -> String {
    let arguments: Vec<&str> = function
        .parameters
        .iter()
        .map(|parameter| match parameter {
            Parameter::Series("a") => "close",
            Parameter::Series("b") => "open",
            Parameter::Series(_) => "close",
            Parameter::Length("fast", ..) => "12",
            Parameter::Length("slow", ..) => "26",
            Parameter::Length("signal", ..) => "9",
            Parameter::Length(..) => "14",
            Parameter::Number(_) => "2",
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
    let help = match yaml::nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{}`?", signature(near)),
        None => format!("known: {}", known.collect::<Vec<_>>().join(", ")),
    };
    Mistake::new(call.name_span.clone(), format!("unknown function `{name}`"), help)
}
