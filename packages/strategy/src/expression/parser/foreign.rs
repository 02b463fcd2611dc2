//! What other languages write, told as what to write here; reading goes on as if that had been written.

use std::ops::Range;

use super::super::words::{crossing, truth, without_choice};
use super::super::{BinaryOp, Call, Expr, Kind, Mistake};
use super::{Parser, TokenKind};

impl Parser<'_> {
    /// Tells of `a < b < c`, and goes on as if it were `a < b and … < c`.
    pub(super) fn chain(
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
    pub(super) fn choice(&mut self, condition: Expr) -> Result<Expr, Mistake> {
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
        self.forget_truth([&a, &b], told);
        self.tell(name_span.clone(), "`… ? … : …` is not known here", help);
        let call = Call { name: "if".to_owned(), name_span, arguments: vec![condition, a, b] };
        Ok(Expr { kind: Kind::Call(call), span })
    }

    /// Tells of the constants of other languages, and goes on with one of the same type.
    pub(super) fn literal(&mut self, name: &str, span: &Range<usize>) -> Option<Expr> {
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

    /// What is wrong where the next words compare, as `crosses above` does.
    pub(super) fn crossing(&self) -> Option<Mistake> {
        crossing(self.text, &self.tokens, self.at)
    }

    /// Tells of `condition == true`: whether it was that. The condition alone is what was meant.
    pub(super) fn is_compared_with_truth(
        &mut self,
        left: &Expr,
        (op, sign_span): (BinaryOp, &Range<usize>),
        right: &Expr,
        told: usize,
    ) -> bool {
        let (BinaryOp::Equal | BinaryOp::NotEqual, Some(truth)) = (op, truth(self.text, right)) else { return false };
        let wanted = truth == (op == BinaryOp::Equal);
        let condition = &self.text[left.span.clone()];
        let instead = if wanted { condition.to_owned() } else { format!("not ({condition})") };
        let span = sign_span.start..right.span.end;
        let message = format!("`{}` is not known here", &self.text[span.clone()]);
        self.forget_truth([right, right], told);
        self.tell(span, message, format!("a condition is true or false by itself: write `{instead}`"));
        true
    }

    /// Tells of `if(condition, true, false)` as one mistake.
    pub(super) fn chosen_truth(&mut self, whole: &Range<usize>, condition: &Expr, [a, b]: [&Expr; 2], told: usize) {
        if [a, b].iter().any(|side| truth(self.text, side).is_some()) {
            let help = format!("write `{}`", without_choice(self.text, condition, a, b));
            self.forget_truth([a, b], told);
            self.tell(whole.clone(), "`true` and `false` are not known here", help);
        }
    }

    /// Takes back what was told of `true` and `false` since there were `told` mistakes: what is to be written
    /// instead has none.
    fn forget_truth(&mut self, sides: [&Expr; 2], told: usize) {
        let literals = sides.map(|side| truth(self.text, side).map(|_| side.span.clone()));
        let since = self.mistakes.split_off(told.min(self.mistakes.len()));
        let is_of_literal = |mistake: &Mistake| literals.iter().flatten().any(|literal| *literal == mistake.span);
        self.mistakes.extend(since.into_iter().filter(|mistake| !is_of_literal(mistake)));
    }
}
