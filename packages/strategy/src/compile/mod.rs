//! From expressions to a plan: names are resolved, types checked, equal steps made once.

mod calls;
mod elsewhere;
mod operators;

use std::collections::HashMap;
use std::ops::Range;

use market::{Symbol, Timeframe};

use crate::expression::{BinaryOp, Expr, Kind, Mistake};
use crate::indicators::FUNCTIONS;
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

/// Deepest nesting of operations, through the names that are read: a bound for the stack.
const MAX_DEPTH: usize = 512;

/// Compiles the expressions of one file.
pub(crate) struct Compiler {
    base: Timeframe,
    params: Vec<(String, f64)>,
    lets: Vec<(String, Option<Expr>)>,
    builder: Builder,
    others: Vec<OtherPlan>,
    /// Values of names; `None` where a name is broken on those candles, which has been told.
    known: HashMap<(String, Option<usize>), Option<Typed>>,
    depth: usize,
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
            depth: 0,
        }
    }

    /// Adds a named expression; `None` where it could not be read.
    pub(crate) fn define(&mut self, name: &str, expr: Option<Expr>) -> Result<Typed, Failure> {
        let value = expr.as_ref().map_or(Err(Failure::Broken), |expr| self.compile(expr, None));
        let expr = if value.is_ok() { expr } else { None };
        self.lets.push((name.to_owned(), expr));
        if let Ok(value) = value {
            self.known.insert((name.to_owned(), None), Some(value));
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

    /// Whether the file asks for more steps or longer windows than there may be.
    pub(crate) fn is_too_large(&self) -> bool {
        self.builder.is_too_large() || self.others.iter().any(|other| other.builder.is_too_large())
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
        if self.depth == MAX_DEPTH {
            let message = format!("this expression, with the names it reads, is more than {MAX_DEPTH} operations deep");
            return Err(Mistake::new(expr.span.clone(), message, "compute less in one expression").into());
        }
        self.depth += 1;
        let value = self.compile_kind(expr, context);
        self.depth -= 1;
        value
    }

    fn compile_kind(&mut self, expr: &Expr, context: Option<usize>) -> Result<Typed, Failure> {
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
            return value.ok_or(Failure::Broken);
        }
        let Some((_, expr)) = self.lets.iter().find(|(known, _)| known == name) else {
            return Err(self.unknown_name(name, span).into());
        };
        let expr = expr.clone().ok_or(Failure::Broken)?;
        // Only here when a name defined on the base candles is read on others: it is computed on those.
        let value = self.compile(&expr, context);
        self.known.insert((name.to_owned(), context), value.as_ref().ok().copied());
        value.map_err(|failure| match failure {
            Failure::Mistake(mistake) => Failure::Mistake(elsewhere(name, span, mistake)),
            Failure::Broken => Failure::Broken,
        })
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
                format!("call it: {}", calls::signature(name)),
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
}

/// A mistake of the expression behind `name` that shows only on the candles on which it is read here.
fn elsewhere(name: &str, span: &Range<usize>, mistake: Mistake) -> Mistake {
    const HERE: &str = " cannot be computed on these candles: ";
    let root = mistake.message.rsplit(HERE).next().unwrap_or_default();
    Mistake { span: span.clone(), message: format!("`{name}`{HERE}{root}"), help: mistake.help }
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
