//! From tokens to a tree, by operator strength, with every mistake on the way.

mod foreign;
mod postfix;

use std::ops::Range;

use super::lexer::{Token, TokenKind, tokens};
use super::{BinaryOp, Call, Expr, Kind, MAX_MISTAKES, Mistake, Parsed};

/// Deepest nesting of an expression.
const MAX_DEPTH: usize = 64;
/// Longest expression, in bytes.
const MAX_LENGTH: usize = 8 * 1024;
/// How tightly `not` binds: tighter than `and`, looser than a comparison.
const NOT_STRENGTH: u8 = 3;
/// How tightly a unary minus binds: tighter than every operator with two sides.
const NEGATE_STRENGTH: u8 = 7;

/// Reads one expression.
pub(crate) fn parse(text: &str) -> Parsed {
    if text.len() > MAX_LENGTH {
        let message = format!("this expression is longer than {MAX_LENGTH} characters");
        return Parsed { expr: None, mistakes: vec![Mistake::new(0..text.len(), message, "name its parts in `let`")] };
    }
    let tokens = tokens(text);
    let mut parser = Parser { text, tokens: tokens.list, at: 0, depth: 0, mistakes: tokens.mistakes };
    if !tokens.whole {
        return Parsed { expr: None, mistakes: parser.mistakes };
    }
    let expr = parser.whole().map_err(|mistake| parser.mistakes.push(mistake)).ok();
    parser.mistakes.truncate(MAX_MISTAKES);
    Parsed { expr, mistakes: parser.mistakes }
}

fn surplus_help(token: &TokenKind) -> &'static str {
    match token {
        TokenKind::Close => "there is no open parenthesis for this one",
        TokenKind::Comma => "commas stand between the arguments of a call only; a decimal point is a `.`",
        TokenKind::Colon => "a choice is written `if(condition, a, b)`",
        TokenKind::Name(_) | TokenKind::Number(_) | TokenKind::Open => "an operator or a comma is missing before it",
        _ => "is something missing before it?",
    }
}

/// An `Err` is a mistake behind which nothing can be understood; others are put into `mistakes`.
struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    mistakes: Vec<Mistake>,
}

impl Parser<'_> {
    fn whole(&mut self) -> Result<Expr, Mistake> {
        let expr = self.expr(0)?;
        match self.tokens.get(self.at) {
            None => Ok(expr),
            Some(token) => Err(self.crossing().unwrap_or_else(|| {
                Mistake::new(token.span.clone(), "the expression should end here", surplus_help(&token.kind))
            })),
        }
    }

    fn peek(&self) -> Option<&TokenKind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn span(&self) -> Range<usize> {
        let end = self.text.len();
        self.tokens.get(self.at).map_or(end..end, |token| token.span.clone())
    }

    fn take(&mut self, kind: &TokenKind) -> bool {
        let there = self.peek() == Some(kind);
        self.at += usize::from(there);
        there
    }

    fn tell(&mut self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.mistakes.push(Mistake::new(span, message, help));
    }

    /// An expression as far as its operators are stronger than `strength`.
    fn expr(&mut self, strength: u8) -> Result<Expr, Mistake> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("this is nested more than {MAX_DEPTH} levels deep");
            return Err(Mistake::new(self.span(), message, "name its parts in `let`"));
        }
        let mut left = self.prefix()?;
        // The sign and the right side of a comparison that ends right here.
        let mut compared: Option<(BinaryOp, Range<usize>)> = None;
        while let Some(&TokenKind::Operator(op)) = self.peek() {
            if op.strength() <= strength {
                break;
            }
            let sign_span = self.span();
            self.at += 1;
            let told = self.mistakes.len();
            let right = self.expr(op.strength())?;
            if self.is_compared_with_truth(&left, (op, &sign_span), &right, told) {
                continue;
            }
            let (right_span, span) = (right.span.clone(), left.span.start..right.span.end);
            left = match compared.take().filter(|_| op.is_comparison()) {
                Some((first, middle)) => self.chain((left, first), middle, (sign_span, op), right),
                None => Expr { kind: Kind::Binary(op, Box::new(left), Box::new(right)), span },
            };
            compared = op.is_comparison().then_some((op, right_span));
        }
        if strength == 0 && self.peek() == Some(&TokenKind::Question) {
            left = self.choice(left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn prefix(&mut self) -> Result<Expr, Mistake> {
        let span = self.span();
        let inner: fn(Box<Expr>) -> Kind;
        let strength = if self.take(&TokenKind::Not) {
            inner = Kind::Not;
            NOT_STRENGTH
        } else if self.take(&TokenKind::Operator(BinaryOp::Subtract)) {
            inner = Kind::Negate;
            NEGATE_STRENGTH
        } else if self.take(&TokenKind::Operator(BinaryOp::Add)) {
            self.tell(span, "a value is missing before this `+`", "leave out the `+`, or add what is to be added to");
            return self.expr(NEGATE_STRENGTH);
        } else {
            let primary = self.primary()?;
            return self.postfix(primary);
        };
        let operand = self.expr(strength)?;
        let span = span.start..operand.span.end;
        Ok(Expr { kind: inner(Box::new(operand)), span })
    }

    fn primary(&mut self) -> Result<Expr, Mistake> {
        const EXAMPLE: &str = "for example a number, a name or a call such as sma(close, 20)";
        let span = self.span();
        let Some(token) = self.peek().cloned() else {
            return Err(Mistake::new(span, "something is missing here", EXAMPLE));
        };
        self.at += 1;
        match token {
            TokenKind::Number(number) => Ok(Expr { kind: Kind::Number(number), span }),
            TokenKind::Word(word) => Ok(Expr { kind: Kind::Word(word), span }),
            TokenKind::Name(name) if self.take(&TokenKind::Open) => {
                let told = self.mistakes.len();
                let arguments = self.arguments(&span)?;
                let whole = span.start..self.tokens[self.at - 1].span.end;
                if let ("if", [condition, a, b]) = (name.as_str(), arguments.as_slice()) {
                    self.chosen_truth(&whole, condition, [a, b], told);
                }
                Ok(Expr { kind: Kind::Call(Call { name, name_span: span, arguments }), span: whole })
            }
            TokenKind::Name(name) if ["if", "then", "else"].contains(&name.as_str()) => {
                Err(Mistake::new(span, format!("`{name}` alone is not known here"), "write `if(condition, a, b)`"))
            }
            TokenKind::Name(name) => Ok(self.literal(&name, &span).unwrap_or(Expr { kind: Kind::Name(name), span })),
            TokenKind::Open => {
                let inner = self.expr(0)?;
                if !self.take(&TokenKind::Close) {
                    return Err(self.unclosed(span, "this parenthesis is not closed"));
                }
                Ok(Expr { span: span.start..self.tokens[self.at - 1].span.end, ..inner })
            }
            _ => Err(Mistake::new(span, "a value is missing before this", EXAMPLE)),
        }
    }

    fn arguments(&mut self, name: &Range<usize>) -> Result<Vec<Expr>, Mistake> {
        let mut arguments = Vec::new();
        if self.take(&TokenKind::Close) {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expr(0)?);
            if self.take(&TokenKind::Close) {
                return Ok(arguments);
            }
            if !self.take(&TokenKind::Comma) {
                return Err(self.unclosed(name.clone(), "the parenthesis of this call is not closed"));
            }
        }
    }

    /// A `)` is missing: either at the end, or something else before the next token.
    fn unclosed(&self, open: Range<usize>, message: &str) -> Mistake {
        match self.peek() {
            None => Mistake::new(open, message, "add a `)`"),
            Some(_) => self.crossing().unwrap_or_else(|| {
                Mistake::new(
                    self.span(),
                    "an operator, a comma or `)` is missing before this",
                    "arguments are separated by commas, and every `(` has its `)`",
                )
            }),
        }
    }
}
