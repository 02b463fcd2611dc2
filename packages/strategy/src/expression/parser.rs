//! From tokens to a tree, by operator strength.

use std::ops::Range;

use market::{Symbol, Timeframe};

use super::lexer::{Token, TokenKind, tokens};
use super::{BinaryOp, Call, Expr, Kind, Mistake, Place};

/// Deepest nesting of an expression.
const MAX_DEPTH: usize = 64;
/// Longest expression, in bytes.
const MAX_LENGTH: usize = 8 * 1024;
/// How tightly `not` binds: tighter than `and`, looser than a comparison.
const NOT_STRENGTH: u8 = 3;
/// How tightly a unary minus binds: tighter than every operator with two sides.
const NEGATE_STRENGTH: u8 = 7;

/// Reads one expression.
pub(crate) fn parse(text: &str) -> Result<Expr, Mistake> {
    if text.len() > MAX_LENGTH {
        return Err(Mistake::new(
            0..text.len(),
            format!("this expression is longer than {MAX_LENGTH} characters"),
            "name its parts in `let`",
        ));
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, end: text.len(), depth: 0 };
    let expr = parser.expr(0)?;
    match parser.tokens.get(parser.at) {
        None => Ok(expr),
        Some(token) => {
            Err(Mistake::new(token.span.clone(), "the expression should end here", surplus_help(&token.kind)))
        }
    }
}

fn surplus_help(token: &TokenKind) -> &'static str {
    match token {
        TokenKind::Close => "there is no open parenthesis for this one",
        TokenKind::Name(_) | TokenKind::Number(_) | TokenKind::Open => "an operator or a comma is missing before it",
        _ => "is something missing before it?",
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    end: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&TokenKind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn span(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.end..self.end, |token| token.span.clone())
    }

    fn take(&mut self, kind: &TokenKind) -> bool {
        let there = self.peek() == Some(kind);
        self.at += usize::from(there);
        there
    }

    fn expr(&mut self, strength: u8) -> Result<Expr, Mistake> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Mistake::new(
                self.span(),
                format!("this is nested more than {MAX_DEPTH} levels deep"),
                "name its parts in `let`",
            ));
        }
        let mut left = self.prefix()?;
        while let Some(TokenKind::Operator(op)) = self.peek() {
            let op = *op;
            if op.strength() <= strength {
                break;
            }
            self.refuse_chain(op, &left)?;
            self.at += 1;
            let right = self.expr(op.strength())?;
            let span = left.span.start..right.span.end;
            left = Expr { kind: Kind::Binary(op, Box::new(left), Box::new(right)), span };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn refuse_chain(&self, op: BinaryOp, left: &Expr) -> Result<(), Mistake> {
        let Kind::Binary(first, inner, _) = &left.kind else { return Ok(()) };
        // In parentheses it is a mixing of types, which the compiler tells.
        let in_parentheses = inner.span.start > left.span.start;
        if !first.is_comparison() || !op.is_comparison() || in_parentheses {
            return Ok(());
        }
        let help = format!("write `a {} b and b {} c`", first.sign(), op.sign());
        Err(Mistake::new(self.span(), "comparisons do not chain", help))
    }

    fn prefix(&mut self) -> Result<Expr, Mistake> {
        let start = self.span().start;
        if self.take(&TokenKind::Not) {
            let inner = self.expr(NOT_STRENGTH)?;
            let span = start..inner.span.end;
            return Ok(Expr { kind: Kind::Not(Box::new(inner)), span });
        }
        if self.take(&TokenKind::Operator(BinaryOp::Subtract)) {
            let inner = self.expr(NEGATE_STRENGTH)?;
            let span = start..inner.span.end;
            return Ok(Expr { kind: Kind::Negate(Box::new(inner)), span });
        }
        let primary = self.primary()?;
        self.postfix(primary)
    }

    fn primary(&mut self) -> Result<Expr, Mistake> {
        let span = self.span();
        let Some(token) = self.peek().cloned() else {
            return Err(Mistake::new(
                span,
                "something is missing here",
                "for example a number, a name or a call such as sma(close, 20)",
            ));
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
            TokenKind::Name(name) => Ok(Expr { kind: Kind::Name(name), span }),
            TokenKind::Open => {
                let inner = self.expr(0)?;
                if !self.take(&TokenKind::Close) {
                    return Err(Mistake::new(span, "this parenthesis is not closed", "add a `)`"));
                }
                Ok(Expr { span: span.start..self.tokens[self.at - 1].span.end, ..inner })
            }
            _ => Err(Mistake::new(
                span,
                "a value is missing before this",
                "for example a number, a name or a call such as sma(close, 20)",
            )),
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
                return Err(match self.peek() {
                    None => Mistake::new(name.clone(), "the parenthesis of this call is not closed", "add a `)`"),
                    Some(_) => Mistake::new(
                        self.span(),
                        "a comma or `)` is missing before this",
                        "arguments are separated by commas",
                    ),
                });
            }
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
                let whole = expr.span.start..self.tokens[self.at - 1].span.end;
                expr = Expr { kind: Kind::Ago(Box::new(expr), Box::new(ago)), span: whole };
            } else if let Some(TokenKind::At(parts)) = self.peek() {
                let place = place(parts, &span)?;
                self.at += 1;
                let whole = expr.span.start..span.end;
                expr = Expr { kind: Kind::At(Box::new(expr), place), span: whole };
            } else {
                return Ok(expr);
            }
        }
    }
}

fn place(parts: &[(String, Range<usize>)], at: &Range<usize>) -> Result<Place, Mistake> {
    const HELP: &str = "write `@ 4h`, `@ ETH/USDT` or `@ ETH/USDT 4h`";
    let mut place = Place { symbol: None, timeframe: None, span: at.clone() };
    if parts.is_empty() {
        return Err(Mistake::new(at.clone(), "a timeframe or a symbol is missing after `@`", HELP));
    }
    for (text, span) in parts {
        if text.contains('/') {
            place.symbol =
                Some(text.parse::<Symbol>().map_err(|error| Mistake::new(span.clone(), error.to_string(), HELP))?);
        } else {
            place.timeframe =
                Some(text.parse::<Timeframe>().map_err(|error| Mistake::new(span.clone(), error.to_string(), HELP))?);
        }
    }
    Ok(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree in full parentheses.
    fn show(expr: &Expr) -> String {
        match &expr.kind {
            Kind::Number(number) => number.to_string(),
            Kind::Word(word) => format!("'{word}'"),
            Kind::Name(name) => name.clone(),
            Kind::Negate(inner) => format!("(-{})", show(inner)),
            Kind::Not(inner) => format!("(not {})", show(inner)),
            Kind::Binary(op, left, right) => format!("({} {} {})", show(left), op.sign(), show(right)),
            Kind::Call(call) => {
                format!("{}({})", call.name, call.arguments.iter().map(show).collect::<Vec<_>>().join(", "))
            }
            Kind::Ago(inner, ago) => format!("{}[{}]", show(inner), show(ago)),
            Kind::At(inner, place) => {
                let symbol = place.symbol.as_ref().map(|symbol| format!(" {symbol}")).unwrap_or_default();
                let timeframe = place.timeframe.map(|timeframe| format!(" {timeframe}")).unwrap_or_default();
                format!("({} @{symbol}{timeframe})", show(inner))
            }
        }
    }

    #[track_caller]
    fn check(text: &str, tree: &str) {
        assert_eq!(parse(text).map(|expr| show(&expr)), Ok(tree.to_owned()));
    }

    #[track_caller]
    fn fails(text: &str, column: usize, part: &str) {
        let mistake = parse(text).expect_err(text);
        assert!(format!("{mistake:?}").contains(part), "{mistake:?}");
        assert_eq!(mistake.span.start, column, "{mistake:?}");
    }

    #[test]
    fn operators_bind_as_the_page_says() {
        check("1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)");
        check("not a and b or c", "(((not a) and b) or c)");
        check("not a > b", "(not (a > b))");
        check("a or b and c", "(a or (b and c))");
        check("-a * b", "((-a) * b)");
        check("-close[1]", "(-close[1])");
        check("a - -1", "(a - (-1))");
        check("10 % 3 / 2", "((10 % 3) / 2)");
        check("a < b + 1 and c >= d", "((a < (b + 1)) and (c >= d))");
        check("(1 + 2) * 3", "((1 + 2) * 3)");
    }

    #[test]
    fn calls_places_and_candles_ago() {
        check("crossover(sma(close, 10), x)", "crossover(sma(close, 10), x)");
        check("vwap('week')", "vwap('week')");
        check("highest(high, 48)[1]", "highest(high, 48)[1]");
        check("ema(close, 50) @ 1h > 3", "((ema(close, 50) @ 1h) > 3)");
        check("close @ETH/USDT 4h - close @ ETH/USDT", "((close @ ETH/USDT 4h) - (close @ ETH/USDT))");
        check("(close + open) @ 1d[1]", "((close + open) @ 1d)[1]");
        check("close @ BTC/USDT:USDT 1M", "(close @ BTC/USDT:USDT 1M)");
        check("close @ 4h/2-close @ 1d", "(((close @ 4h) / 2) - (close @ 1d))");
        check("if(a > b, 1, 0)", "if((a > b), 1, 0)");
        check("bop()", "bop()");
        check("1e-8 + 1_000.5", "(0.00000001 + 1000.5)");
    }

    #[test]
    fn mistakes_point_and_teach() {
        fails("a && b", 2, "write `and`");
        fails("a AND b", 2, "write `and`");
        fails("ta.rsi(close, 14)", 0, "write `rsi`");
        fails("a || b", 2, "write `or`");
        fails("!a", 0, "write `not`");
        fails("a = b", 2, "write `==`");
        fails("close[−1]", 6, "minus of the keyboard");
        fails("a < b < c", 6, "write `a < b and b < c`");
        check("(a < b) == c", "((a < b) == c)");
        fails("sma(close, 10", 0, "not closed");
        fails("(a + b", 0, "not closed");
        fails("a b", 2, "operator or a comma");
        fails("a +", 3, "missing here");
        fails("a)", 1, "no open parenthesis");
        fails("close @ 7h", 8, "not a timeframe");
        fails("close @", 6, "missing after `@`");
        fails("ema(close, 4h)", 11, "@ 4h");
        fails("vwap('week)", 5, "not closed");
        fails("1.2.3", 0, "not a number");
        fails("1e999", 0, "not a number");
        fails("", 0, "missing here");
        fails(&"(".repeat(1000), 64, "levels deep");
        fails(&"-".repeat(1000), 64, "levels deep");
        fails(&"a+".repeat(8000), 0, "longer than");
    }
}
