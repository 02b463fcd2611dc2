//! `let`: named expressions, each of which may use those above it.

use yaml::{Fields, Node, Value};

use super::{Reader, params};
use crate::compile::{Compiler, Order, Part};
use crate::expression::Expr;

impl Reader<'_> {
    /// Compiles `let`; gives what has a value.
    pub(super) fn lets(
        &mut self,
        fields: &Fields<'_>,
        params: &[(String, f64)],
        compiler: &mut Compiler,
    ) -> Vec<(String, Part)> {
        let mut names = Vec::new();
        let Some(node) = fields.get("let").filter(|node| !node.is_empty()) else { return names };
        let Value::Map(entries) = &node.value else {
            if yaml::refuse_glued(node, self.problems) {
                return names;
            }
            let message = format!("`let` is {}, not a mapping of names to expressions", node.kind());
            self.problems.push(node.span.clone(), message, Some("for example `quick: sma(close, 10)`".into()));
            return names;
        };
        let read: Vec<_> = entries.iter().map(|(key, node)| self.entry(key, node, params)).collect();
        let mut order = Order::default();
        read.iter().for_each(|(name, _, expr)| order.push(name, expr.as_ref()));
        compiler.announce(order);
        for (name, node, expr) in read {
            // A file with so many mistakes is not looked at any further.
            if self.problems.is_full() {
                break;
            }
            let expr = expr.map(|expr| (node.text().unwrap_or_default(), expr));
            match compiler.define(name, expr) {
                Ok(part) => names.push((name.to_owned(), part)),
                Err(mistakes) => self.mistakes(node, mistakes),
            }
        }
        names
    }

    /// A name and its expression, where that can be read.
    fn entry<'n>(
        &mut self,
        key: &'n Node,
        node: &'n Node,
        params: &[(String, f64)],
    ) -> (&'n str, &'n Node, Option<Expr>) {
        let name = key.text().unwrap_or_default();
        if let Some(message) = params::bad_name(name) {
            self.problems.push(key.span.clone(), message, None);
        } else if params.iter().any(|(param, _)| param == name) {
            self.problems.push(key.span.clone(), format!("`{name}` is a param already"), None);
        }
        (name, node, self.expr(node, name))
    }
}
