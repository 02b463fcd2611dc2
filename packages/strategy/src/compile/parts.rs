//! The parts of an expression, each with its value, for those who explain a decision.

use crate::expression::{BinaryOp, Expr, Kind};
use crate::plan::{Needs, Operand};

use super::Typed;

/// A part of an expression.
pub(crate) struct Part {
    /// As it is written.
    pub(crate) text: String,
    pub(crate) operand: Operand,
    pub(crate) needs: Needs,
    pub(crate) is_condition: bool,
    pub(crate) logic: Option<Logic>,
    /// Whether it compares its parts with what they were one candle ago, as `crossover` does.
    pub(crate) looks_back: bool,
    pub(crate) parts: Vec<Part>,
}

impl Part {
    /// A part of which no more is known than its value.
    pub(crate) fn new(typed: Typed, needs: Needs) -> Self {
        let is_condition = matches!(typed, Typed::Condition(_));
        let (text, operand, parts) = (String::new(), typed.operand(), Vec::new());
        Part { text, operand, needs, is_condition, logic: None, looks_back: false, parts }
    }

    pub(crate) fn typed(&self) -> Typed {
        if self.is_condition { Typed::Condition(self.operand) } else { Typed::Number(self.operand) }
    }
}

/// How a condition is made of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Logic {
    And,
    Or,
    Not,
}

/// Collects the parts of one expression while it is compiled.
#[derive(Default)]
pub(super) struct Recorder {
    text: String,
    /// The parts so far of each part that is still open.
    open: Vec<Vec<Part>>,
}

impl Recorder {
    /// Begins an expression.
    pub(super) fn begin(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        self.open = vec![Vec::new()];
    }

    /// Ends the expression; gives it with all its parts.
    pub(super) fn end(&mut self) -> Option<Part> {
        self.open.pop()?.pop()
    }

    /// Begins a part.
    pub(super) fn open(&mut self) {
        self.open.push(Vec::new());
    }

    /// Ends the part that was begun last; `None` where it has no value. `on_base` where it is computed on the
    /// base candles.
    pub(super) fn close(&mut self, expr: &Expr, part: Option<Part>, on_base: bool) {
        let parts = self.open.pop().unwrap_or_default();
        let is_whole = self.open.len() == 1;
        let Some(outer) = self.open.last_mut() else { return };
        let Some(part) = part else { return };
        let (logic, parts) = match &expr.kind {
            // What a name stands for is told at the name itself.
            Kind::Name(_) => (None, Vec::new()),
            Kind::Binary(BinaryOp::And, ..) => (Some(Logic::And), parts),
            Kind::Binary(BinaryOp::Or, ..) => (Some(Logic::Or), parts),
            Kind::Not(_) => (Some(Logic::Not), parts),
            // A number tells its value itself.
            Kind::Number(_) if !is_whole => return,
            _ => (None, parts),
        };
        let text = without_parentheses(self.text.get(expr.span.clone()).unwrap_or_default()).to_owned();
        // Of all functions those that give a condition: crossings, rising and falling.
        // On other candles the candle before is another one than that which is explained.
        let is_call = matches!(&expr.kind, Kind::Call(call) if call.name != "if");
        let looks_back = on_base && part.is_condition && is_call;
        outer.push(Part { text, logic, looks_back, parts, ..part });
    }
}

/// `(a or b)` as `a or b`; `(a) or (b)` stays.
fn without_parentheses(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return text };
    let mut depth = 0_i32;
    let closes_early = inner.chars().any(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth < 0
    });
    if closes_early { text } else { inner.trim() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_outer_parentheses_are_left_out() {
        for (text, bare) in [("(a or b)", "a or b"), ("(a) or (b)", "(a) or (b)"), ("f(a)", "f(a)"), ("( (a) )", "(a)")]
        {
            assert_eq!(without_parentheses(text), bare);
        }
    }
}
