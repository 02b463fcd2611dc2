//! Expressions of strategy files: from text to a tree.

mod lexer;
mod parser;
mod signs;
#[cfg(test)]
mod tests;
mod words;

use std::ops::Range;

use market::{Symbol, Timeframe};

pub(crate) use parser::parse;

/// An expression and where it stands in its text, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expr {
    pub(crate) kind: Kind,
    pub(crate) span: Range<usize>,
}

impl Expr {
    /// The names that it reads.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut rest = vec![self];
        while let Some(expr) = rest.pop() {
            match &expr.kind {
                Kind::Name(name) => names.push(name.clone()),
                Kind::Negate(inner) | Kind::Not(inner) | Kind::At(inner, _) => rest.push(inner),
                Kind::Binary(_, a, b) | Kind::Ago(a, b) => rest.extend([&**b, &**a]),
                Kind::Call(call) => rest.extend(call.arguments.iter().rev()),
                Kind::Number(_) | Kind::Word(_) => {}
            }
        }
        names
    }
}

/// What comes of a text: an expression, mistakes, or both.
///
/// With mistakes the expression is what was meant, as far as that is plain: it is there to be looked at
/// for more mistakes, and must not run. It is `None` where nothing can be understood.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) expr: Option<Expr>,
    pub(crate) mistakes: Vec<Mistake>,
}

/// Whether it is a word of expressions, or one that other languages have and that is told wherever it stands.
pub(crate) fn is_word(name: &str) -> bool {
    ["and", "or", "not", "if", "then", "else", "true", "false", "null", "none", "nil", "nan"]
        .contains(&name.to_ascii_lowercase().as_str())
}

/// Most mistakes that are told of one expression.
const MAX_MISTAKES: usize = 20;

/// The kinds of expressions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Number(f64),
    /// A word in quotes: `'week'`.
    Word(String),
    Name(String),
    Negate(Box<Expr>),
    Not(Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    Call(Call),
    /// `x[n]`: the value n candles ago.
    Ago(Box<Expr>, Box<Expr>),
    /// `x @ 4h`, `x @ ETH/USDT`, `x @ ETH/USDT 4h`.
    At(Box<Expr>, Place),
}

/// `name(arguments)`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) name_span: Range<usize>,
    pub(crate) arguments: Vec<Expr>,
}

/// The candles that an expression is computed on, where they are not the base ones.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    pub(crate) symbol: Option<Symbol>,
    pub(crate) timeframe: Option<Timeframe>,
    pub(crate) span: Range<usize>,
}

/// Operators with two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryOp {
    Or,
    And,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl BinaryOp {
    /// As it is written.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            BinaryOp::Or => "or",
            BinaryOp::And => "and",
            BinaryOp::Less => "<",
            BinaryOp::LessOrEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterOrEqual => ">=",
            BinaryOp::Equal => "==",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Remainder => "%",
        }
    }

    /// How tightly it binds; higher is tighter. Between `and` (2) and the comparisons (4) stands `not` (3).
    fn strength(self) -> u8 {
        match self {
            BinaryOp::Or => 1,
            BinaryOp::And => 2,
            BinaryOp::Add | BinaryOp::Subtract => 5,
            BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => 6,
            _ => 4,
        }
    }

    pub(crate) fn is_comparison(self) -> bool {
        self.strength() == 4
    }
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) span: Range<usize>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Mistake {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Mistake { span, message: message.into(), help: Some(help.into()) }
    }
}
