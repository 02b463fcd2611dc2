//! `long` and `short`: the rules of each side.

use yaml::{Fields, Node};

use super::{Reader, SIDE_KEYS, hints};
use crate::compile::{Compiler, Misuse, Part};
use crate::expression::{Expr, Mistake};

/// The values of one side's rules.
#[derive(Default)]
pub(super) struct Side {
    pub(super) enter: Option<Part>,
    pub(super) exit: Option<Part>,
}

impl Reader<'_> {
    pub(super) fn side(&mut self, fields: &Fields<'_>, side: &str, compiler: &mut Compiler) -> Option<Side> {
        let node = fields.get(side)?;
        let rules = Fields::read_with(node, &format!("`{side}`"), &SIDE_KEYS, hints::of_side, self.problems)?;
        if !hints::stands_in(node, "enter", &SIDE_KEYS, hints::of_side) {
            rules.required("enter", "crossover(close, sma(close, 20))", self.problems);
        }
        let enter = rules.get("enter").and_then(|node| self.rule(node, "enter", compiler));
        let exit = rules.get("exit").and_then(|node| self.rule(node, "exit", compiler));
        Some(Side { enter, exit })
    }

    fn rule(&mut self, node: &Node, key: &str, compiler: &mut Compiler) -> Option<Part> {
        let expr = self.expr(node, key)?;
        match compiler.value(node.text().unwrap_or_default(), &expr) {
            Ok(part) if part.is_condition => {
                self.warn_of_level(node, key, &expr, compiler);
                Some(part)
            }
            Ok(_) => {
                let help = "a rule is true or false: compare the number with something, for example `… > 0`";
                self.mistake(node, Mistake::new(expr.span, format!("`{key}` is a number, not a condition"), help));
                None
            }
            Err(mistakes) => {
                self.mistakes(node, mistakes);
                None
            }
        }
    }

    /// Warns where a rule or a distance depends on the level of a running total.
    pub(super) fn warn_of_level(&mut self, node: &Node, key: &str, expr: &Expr, compiler: &Compiler) {
        let Some(Misuse { span, total }) = compiler.misuse(expr) else { return };
        let message = format!("`{key}` depends on the level of `{total}()`, and so on where the history starts");
        let help =
            format!("only its changes mean something: compare it with itself, such as {total}() > sma({total}(), 20)");
        self.warnings.push(node.locate(self.source, span), message, Some(help));
    }
}
