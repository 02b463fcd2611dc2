//! `stop`, `take` and `trail`: distances from the entry price.

use yaml::Node;

use super::Reader;
use crate::compile::{Compiler, Part, Typed};
use crate::expression::Mistake;
use crate::plan::{Needs, Operand};
use crate::strategy::Unit;

impl Reader<'_> {
    /// `3%`, `500 quote`, or an expression in quote.
    pub(super) fn distance(&mut self, node: &Node, key: &str, compiler: &mut Compiler) -> Option<(Unit, Part)> {
        let text = node.text().unwrap_or_default().trim();
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        if let Some(percent) = text.strip_suffix('%').and_then(number) {
            // The price cannot fall by all of itself: such a stop would never be reached.
            let most = if key == "take" { f64::INFINITY } else { 100.0 };
            return self
                .within(node, key, percent, most, "%")
                .map(|percent| (Unit::Share, constant(text, percent / 100.0)));
        }
        if let Some(amount) = text.strip_suffix("quote").and_then(number) {
            return self
                .within(node, key, amount, f64::INFINITY, " quote")
                .map(|amount| (Unit::Quote, constant(text, amount)));
        }
        if number(text).is_some() {
            let help =
                format!("write `{text}%` of the entry price, `{text} quote`, or an expression such as 2 * atr(14)");
            self.problems.push(node.span.clone(), format!("`{key}: {text}` has no unit"), Some(help));
            return None;
        }
        let expr = self.expr(node, key)?;
        match compiler.value(node.text().unwrap_or_default(), &expr) {
            Ok(part) if !part.is_condition => {
                self.warn_of_level(node, key, &expr, compiler);
                Some((Unit::Quote, part))
            }
            Ok(_) => {
                let help = "for example 3%, or 2 * atr(14)";
                self.mistake(node, Mistake::new(expr.span, format!("`{key}` is a condition, not a distance"), help));
                None
            }
            Err(mistakes) => {
                self.mistakes(node, mistakes);
                None
            }
        }
    }

    fn within(&mut self, node: &Node, key: &str, number: f64, most: f64, unit: &str) -> Option<f64> {
        if number > 0.0 && number < most {
            return Some(number);
        }
        let most = if most.is_finite() { format!(" and below {most}{unit}") } else { String::new() };
        let help = format!("a distance from the entry price is above 0{unit}{most}, whichever way the position goes");
        self.problems.push(node.span.clone(), format!("`{key}: {number}{unit}` can never be reached"), Some(help));
        None
    }
}

/// A distance that is the same at every candle.
fn constant(text: &str, value: f64) -> Part {
    Part { text: text.to_owned(), ..Part::new(Typed::Number(Operand::Constant(value)), Needs::default()) }
}
