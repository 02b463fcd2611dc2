//! From tokens to a tree, by operator strength, with every mistake on the way.

use std::ops::Range;

use market::{Symbol, Timeframe};

use super::lexer::{Token, TokenKind, tokens};
use super::words::{crossing, symbol_without_slash, truth, without_choice};
use super::{BinaryOp, Call, Expr, Kind, MAX_MISTAKES, Mistake, Parsed, Place};

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

    /// What is wrong where the next words compare, as `crosses above` does.
    fn crossing(&self) -> Option<Mistake> {
        crossing(self.text, &self.tokens, self.at)
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
            let right = self.expr(op.strength())?;
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

    /// Tells of `a < b < c`, and goes on as if it were `a < b and … < c`.
    fn chain(
        &mut self,
        (left, first): (Expr, BinaryOp),
        middle: Range<usize>,
        (sign_span, op): (Range<usize>, BinaryOp),
        right: Expr,
    ) -> Expr {
        let span = left.span.start..right.span.end;
        let (middle, last) = (self.text[middle.clone()].to_owned(), &self.text[right.span.clone()]);
        let before = match &left.kind {
            Kind::Binary(_, a, _) if a.span.end <= sign_span.start => &self.text[a.span.clone()],
            _ => "a",
        };
        let help = format!("write `{before} {} {middle} and {middle} {} {last}`", first.sign(), op.sign());
        self.tell(sign_span, "comparisons do not chain", help);
        // It is looked at, but never runs: any number may stand for the middle, which was looked at already.
        let number = Expr { kind: Kind::Number(0.0), span: right.span.clone() };
        let second = Kind::Binary(op, Box::new(number), Box::new(right));
        let second = Expr { kind: second, span: span.clone() };
        Expr { kind: Kind::Binary(BinaryOp::And, Box::new(left), Box::new(second)), span }
    }

    /// Tells of `condition ? a : b`, and goes on as if it were `if(condition, a, b)`.
    fn choice(&mut self, condition: Expr) -> Result<Expr, Mistake> {
        const HELP: &str = "write `if(condition, a, b)`";
        let told = self.mistakes.len();
        let name_span = self.span();
        self.at += 1;
        let a = self.expr(0)?;
        if !self.take(&TokenKind::Colon) {
            return Err(Mistake::new(name_span, "`?` is not known here", HELP));
        }
        let b = self.expr(0)?;
        let span = condition.span.start..b.span.end;
        let help = format!("write `{}`", without_choice(self.text, &condition, &a, &b));
        // What is to be written has no `true` and no `false`: of those no more is to be said.
        let literals = [&a, &b].map(|side| truth(self.text, side).map(|_| side.span.clone()));
        let mut at = 0;
        self.mistakes.retain(|mistake| {
            at += 1;
            at <= told || !literals.iter().flatten().any(|literal| *literal == mistake.span)
        });
        self.tell(name_span.clone(), "`… ? … : …` is not known here", help);
        let call = Call { name: "if".to_owned(), name_span, arguments: vec![condition, a, b] };
        Ok(Expr { kind: Kind::Call(call), span })
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
                let arguments = self.arguments(&span)?;
                let whole = span.start..self.tokens[self.at - 1].span.end;
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

    /// Tells of the constants of other languages, and goes on with one of the same type.
    fn literal(&mut self, name: &str, span: &Range<usize>) -> Option<Expr> {
        let zero = Expr { kind: Kind::Number(0.0), span: span.clone() };
        let (kind, help) = match name.to_ascii_lowercase().as_str() {
            "true" => (
                Kind::Binary(BinaryOp::Equal, Box::new(zero.clone()), Box::new(zero)),
                "write a comparison; one that always holds is `close > 0`",
            ),
            "false" => (
                Kind::Binary(BinaryOp::Less, Box::new(zero.clone()), Box::new(zero)),
                "leave out what never holds, or write a comparison such as `close < 0`",
            ),
            "null" | "none" | "nil" | "nan" => (
                Kind::Number(0.0),
                "a value that is not known yet is unknown by itself, and a rule that reads it does not fire",
            ),
            _ => return None,
        };
        self.tell(span.clone(), format!("`{name}` is not known here"), help);
        Some(Expr { kind, span: span.clone() })
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

    fn postfix(&mut self, mut expr: Expr) -> Result<Expr, Mistake> {
        loop {
            let span = self.span();
            if self.take(&TokenKind::OpenIndex) {
                let ago = self.expr(0)?;
                if !self.take(&TokenKind::CloseIndex) {
                    return Err(Mistake::new(span, "this bracket is not closed", "add a `]`"));
                }
                let ago = self.ago(&expr, ago);
                let whole = expr.span.start..self.tokens[self.at - 1].span.end;
                expr = Expr { kind: Kind::Ago(Box::new(expr), Box::new(ago)), span: whole };
            } else if let Some(TokenKind::At(parts)) = self.peek() {
                let place = self.place(&parts.clone(), &span);
                self.at += 1;
                if let Some(place) = place {
                    let whole = expr.span.start..span.end;
                    expr = Expr { kind: Kind::At(Box::new(expr), place), span: whole };
                }
            } else {
                return Ok(expr);
            }
        }
    }

    /// Tells of `x[-1]`, and goes on as if it were `x[1]`.
    fn ago(&mut self, of: &Expr, ago: Expr) -> Expr {
        match ago.kind {
            Kind::Negate(inner) if matches!(inner.kind, Kind::Number(_)) => {
                let (of, n) = (&self.text[of.span.clone()], &self.text[inner.span.clone()]);
                let help = format!("write `{of}[{n}]`: the number counts candles back");
                // A minus out of a text editor goes with the others.
                let start = ago.span.start;
                self.mistakes.retain(|mistake| mistake.span.start != start);
                self.tell(ago.span, "a negative number of candles ago would be the future", help);
                *inner
            }
            _ => ago,
        }
    }

    /// The place behind `@`; `None` where it is wrong, and the expression is looked at without it.
    fn place(&mut self, parts: &[(String, Range<usize>)], at: &Range<usize>) -> Option<Place> {
        const HELP: &str = "write `@ 4h`, `@ ETH/USDT` or `@ ETH/USDT 4h`";
        let mut place = Place { symbol: None, timeframe: None, span: at.clone() };
        if parts.is_empty() {
            self.tell(at.clone(), "a timeframe or a symbol is missing after `@`", HELP);
        }
        for (index, (text, span)) in parts.iter().enumerate() {
            if let Some((symbol, help)) = symbol_without_slash(text, parts.get(index + 1)) {
                self.tell(span.clone(), format!("`{text}` is not a symbol"), help);
                place.symbol = symbol;
                continue;
            }
            let wrong = if text.contains('/') {
                text.parse::<Symbol>().map(|symbol| place.symbol = Some(symbol)).err().map(|error| error.to_string())
            } else {
                text.parse::<Timeframe>()
                    .map(|frame| place.timeframe = Some(frame))
                    .err()
                    .map(|error| error.to_string())
            };
            if let Some(message) = wrong {
                self.tell(span.clone(), message, HELP);
            }
        }
        (place.symbol.is_some() || place.timeframe.is_some()).then_some(place)
    }
}
