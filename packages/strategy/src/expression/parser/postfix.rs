//! What stands behind a value: `[n]` and `@`.

use std::ops::Range;

use market::{Symbol, Timeframe};

use super::super::words::symbol_without_slash;
use super::super::{Expr, Kind, Mistake, Place};
use super::{Parser, TokenKind};

impl Parser<'_> {
    pub(super) fn postfix(&mut self, mut expr: Expr) -> Result<Expr, Mistake> {
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
