//! From expressions to a plan: names are resolved, types checked, equal steps made once.

mod calls;
mod elsewhere;
mod foreign;
mod levels;
mod names;
mod operators;
mod order;
mod parts;

use std::collections::HashMap;
use std::ops::Range;

use market::{Symbol, Timeframe};

pub(crate) use levels::Misuse;
pub(crate) use order::Order;
pub(crate) use parts::{Logic, Part};

use levels::Levels;

use crate::expression::{BinaryOp, Expr, Kind, Mistake};
use crate::plan::{Builder, Context, Info, Needs, Operand, Plan};

/// The series that every expression can read.
pub(crate) const SERIES: [&str; 8] = ["open", "high", "low", "close", "volume", "hl2", "hlc3", "ohlc4"];
/// Words that cannot be names.
pub(crate) const WORDS: [&str; 4] = ["and", "or", "not", "if"];

/// The value of an expression, with its type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Typed {
    Number(Operand),
    Condition(Operand),
}

impl Typed {
    pub(crate) fn operand(self) -> Operand {
        match self {
            Typed::Number(operand) | Typed::Condition(operand) => operand,
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Typed::Number(_) => "a number",
            Typed::Condition(_) => "a condition",
        }
    }
}

/// An expression is wrong, or reads a name that is; the mistake has been told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken;

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
    /// The outputs that this file reads, of those that all files of the plan read together.
    read: Vec<usize>,
}

/// The steps that files have in common: a file that is compiled next finds those of the ones before it.
#[derive(Default)]
pub(crate) struct Shared {
    builder: Builder,
    others: Vec<OtherPlan>,
}

/// Deepest nesting of operations, through the names that are read: a bound for the stack.
const MAX_DEPTH: usize = 512;

/// Compiles the expressions of one file.
pub(crate) struct Compiler {
    base: Timeframe,
    params: Vec<(String, f64)>,
    lets: Vec<(String, Option<Expr>)>,
    /// All names of `let`, also those to come.
    order: Order,
    builder: Builder,
    others: Vec<OtherPlan>,
    /// Values of names; `None` where a name is broken on those candles, which has been told.
    known: HashMap<(String, Option<usize>), Option<Typed>>,
    depth: usize,
    mistakes: Vec<Mistake>,
    levels: Levels,
    parts: Option<parts::Recorder>,
}

/// The compiled expressions: the base plan, the contexts, and what people are told of them.
pub(crate) struct Compiled {
    pub(crate) plan: Plan,
    pub(crate) steps: Vec<Info>,
    pub(crate) contexts: Vec<Context>,
    /// The steps of each context.
    pub(crate) other_steps: Vec<Vec<Info>>,
}

impl Compiler {
    /// A compiler for a file, on the steps of files before it; with `parts` every part of every expression gets
    /// a value of its own.
    pub(crate) fn new(base: Timeframe, params: Vec<(String, f64)>, parts: bool, mut shared: Shared) -> Self {
        shared.others.iter_mut().for_each(|other| other.read.clear());
        let mut levels = Levels::default();
        params.iter().for_each(|(name, value)| levels.param(name, *value));
        Compiler {
            base,
            params,
            lets: Vec::new(),
            order: Order::default(),
            builder: shared.builder,
            others: shared.others,
            known: HashMap::new(),
            depth: 0,
            mistakes: Vec::new(),
            levels,
            parts: parts.then(parts::Recorder::default),
        }
    }

    /// Says which names will be defined, in their order, so that one that is read too early is told as that.
    pub(crate) fn announce(&mut self, order: Order) {
        self.order = order;
    }

    /// Adds a named expression; `None` where it could not be read.
    ///
    /// # Errors
    /// Every mistake of it; none where it only reads a broken name.
    pub(crate) fn define(&mut self, name: &str, expr: Option<(&str, Expr)>) -> Result<Part, Vec<Mistake>> {
        let value = expr.as_ref().map_or(Err(Vec::new()), |(text, expr)| self.value(text, expr));
        let expr = if value.is_ok() { expr.map(|(_, expr)| expr) } else { None };
        if let Some(expr) = &expr {
            self.levels.define(name, expr);
        }
        self.lets.push((name.to_owned(), expr));
        if let Ok(value) = &value {
            self.known.insert((name.to_owned(), None), Some(value.typed()));
        }
        value
    }

    /// The value of an expression on the base candles; `text` is what it was read from.
    ///
    /// # Errors
    /// Every mistake of it; none where it only reads a broken name.
    pub(crate) fn value(&mut self, text: &str, expr: &Expr) -> Result<Part, Vec<Mistake>> {
        if let Some(parts) = &mut self.parts {
            parts.begin(text);
        }
        let value = self.compile(expr, None);
        let mistakes = std::mem::take(&mut self.mistakes);
        match value {
            Ok(typed) => {
                let recorded = self.parts.as_mut().and_then(parts::Recorder::end);
                Ok(recorded.unwrap_or_else(|| Part::new(typed, self.builder.needs(typed.operand()))))
            }
            Err(Broken) => Err(mistakes),
        }
    }

    /// Where an expression that has a value, and decides something, depends on the level of a running total.
    pub(crate) fn misuse(&self, expr: &Expr) -> Option<Misuse> {
        self.levels.misuse(expr)
    }

    /// Notes a mistake.
    fn wrong(&mut self, span: &Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Broken {
        self.mistakes.push(Mistake::new(span.clone(), message, help));
        Broken
    }

    /// The other candles that this file reads, and what it needs of them.
    pub(crate) fn others(&self) -> Vec<(Other, Needs)> {
        let needs = |other: &OtherPlan| other.builder.needs_of(other.read.iter().map(|output| other.outputs[*output]));
        self.others.iter().map(|other| (other.other.clone(), needs(other))).collect()
    }

    /// The steps, for the next file.
    pub(crate) fn into_shared(self) -> Shared {
        Shared { builder: self.builder, others: self.others }
    }

    fn builder(&mut self, context: Option<usize>) -> &mut Builder {
        match context {
            None => &mut self.builder,
            Some(context) => &mut self.others[context].builder,
        }
    }

    fn compile(&mut self, expr: &Expr, context: Option<usize>) -> Result<Typed, Broken> {
        if self.depth == MAX_DEPTH {
            let message = format!("this expression, with the names it reads, is more than {MAX_DEPTH} operations deep");
            return Err(self.wrong(&expr.span, message, "compute less in one expression"));
        }
        self.depth += 1;
        if let Some(parts) = &mut self.parts {
            parts.open();
        }
        let value = self.compile_kind(expr, context);
        self.close_part(expr, value, context);
        self.depth -= 1;
        value
    }

    fn compile_kind(&mut self, expr: &Expr, context: Option<usize>) -> Result<Typed, Broken> {
        match &expr.kind {
            Kind::Number(number) => Ok(Typed::Number(Operand::Constant(*number))),
            Kind::Word(word) => {
                let help = "words in quotes stand only inside calls such as vwap('week')";
                Err(self.wrong(&expr.span, format!("the word '{word}' is no value"), help))
            }
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

    fn number(&mut self, expr: &Expr, context: Option<usize>) -> Result<Operand, Broken> {
        match self.compile(expr, context)? {
            Typed::Number(operand) => Ok(operand),
            Typed::Condition(_) => {
                let help = "to turn a condition into a number write `if(condition, 1, 0)`";
                Err(self.wrong(&expr.span, "this is a condition where a number is expected", help))
            }
        }
    }

    fn condition(&mut self, expr: &Expr, context: Option<usize>) -> Result<Operand, Broken> {
        match self.compile(expr, context)? {
            Typed::Condition(operand) => Ok(operand),
            Typed::Number(_) => {
                let help = "compare it with something, for example `… > 0`";
                Err(self.wrong(&expr.span, "this is a number where a condition is expected", help))
            }
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, context: Option<usize>) -> Result<Typed, Broken> {
        let logic = matches!(op, BinaryOp::And | BinaryOp::Or);
        let mut side = |expr| if logic { self.condition(expr, context) } else { self.number(expr, context) };
        // Both sides are looked at before either fails, so that the mistakes of both are told.
        let (left, right) = (side(left), side(right));
        let operand = operators::binary(self.builder(context), op, left?, right?);
        Ok(if logic || op.is_comparison() { Typed::Condition(operand) } else { Typed::Number(operand) })
    }

    /// Ends a part of an expression: notes its value where parts are asked for.
    fn close_part(&mut self, expr: &Expr, value: Result<Typed, Broken>, context: Option<usize>) {
        if self.parts.is_none() {
            return;
        }
        let part = value.ok().map(|typed| match (typed, context) {
            (typed, None) => typed,
            (Typed::Number(operand), Some(context)) => Typed::Number(self.aligned(context, operand)),
            (Typed::Condition(operand), Some(context)) => Typed::Condition(self.aligned(context, operand)),
        });
        let part = part.map(|typed| Part::new(typed, self.builder.needs(typed.operand())));
        if let Some(parts) = &mut self.parts {
            parts.close(expr, part, context.is_none());
        }
    }
}

impl Shared {
    /// Whether all files together ask for more steps or longer windows than there may be.
    pub(crate) fn is_too_large(&self) -> bool {
        self.builder.is_too_large() || self.others.iter().any(|other| other.builder.is_too_large())
    }

    /// The plan of all files that were compiled on these steps.
    pub(crate) fn finish(self) -> Compiled {
        let mut contexts = Vec::new();
        let mut other_steps = Vec::new();
        for other in self.others {
            other_steps.push(other.builder.infos().to_vec());
            contexts.push(Context::new(other.other.timeframe, other.builder.build(), other.outputs));
        }
        Compiled { steps: self.builder.infos().to_vec(), plan: self.builder.build(), contexts, other_steps }
    }
}

/// A constant that is a whole number from `least` to `most`.
fn whole(operand: Operand, least: usize, most: usize) -> Option<usize> {
    match operand {
        Operand::Constant(value) if value.fract() == 0.0 && value >= least as f64 && value <= most as f64 => {
            Some(value as usize)
        }
        _ => None,
    }
}
