//! `protect`: how far from the entry price `stop`, `take` and `trail` stand, and `max_bars`.

use yaml::{Fields, Node, nearest};

use super::{PROTECT_KEYS, Reader, hints};
use crate::compile::{Compiler, Part, Typed};
use crate::expression::{Kind, Mistake};
use crate::indicators::{FUNCTIONS, Gives};
use crate::plan::{Needs, Operand};
use crate::reference;
use crate::strategy::{Protection, Unit};

impl Reader<'_> {
    /// The levels, and their distances: stop, take, trail.
    pub(super) fn protect(&mut self, fields: &Fields<'_>, compiler: &mut Compiler) -> (Protection, [Option<Part>; 3]) {
        let mut protection = Protection::default();
        let mut distances = [None, None, None];
        let Some(node) = fields.get("protect").filter(|node| !node.is_empty()) else { return (protection, distances) };
        let Some(levels) = Fields::read_with(node, "`protect`", &PROTECT_KEYS, hints::of_protect, self.problems) else {
            return (protection, distances);
        };
        let units = [&mut protection.stop, &mut protection.take, &mut protection.trail];
        for ((key, unit), distance) in PROTECT_KEYS.into_iter().zip(units).zip(&mut distances) {
            let Some(node) = levels.get(key) else { continue };
            if let Some((found, part)) = self.distance(node, key, compiler) {
                *unit = Some(found);
                *distance = Some(part);
            }
        }
        protection.max_bars = self.bars(&levels, "max_bars", 1);
        (protection, distances)
    }

    /// `3%`, `500 quote`, or an expression in quote.
    fn distance(&mut self, node: &Node, key: &str, compiler: &mut Compiler) -> Option<(Unit, Part)> {
        let text = node.text().unwrap_or_default().trim();
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
            self.no_unit(node, key, text);
            return None;
        }
        if let Some((amount, unit)) = unknown_unit(text) {
            let instead = meant(amount, unit).map_or_else(String::new, |meant| format!("did you mean `{meant}`? "));
            let help = format!(
                "{instead}A distance is `3%` of the entry price, `500 quote`, or an expression such as 2 * atr(14)"
            );
            let message = format!("`{unit}` is no unit of a distance: there are `%` and `quote`");
            self.problems.push(node.span.clone(), message, Some(help));
            return None;
        }
        let expr = self.expr(node, key)?;
        // As in `(3)` and `1_000`.
        let is_plain = text.chars().all(|c| c.is_ascii_digit() || "_.()".contains(c));
        if is_plain && matches!(expr.kind, Kind::Number(_)) {
            self.no_unit(node, key, text);
            return None;
        }
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

    fn no_unit(&mut self, node: &Node, key: &str, text: &str) {
        let help = format!("write `{text}%` of the entry price, `{text} quote`, or an expression such as 2 * atr(14)");
        self.problems.push(node.span.clone(), format!("`{key}: {text}` has no unit"), Some(help));
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

fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// The number and the word of `500 usd` or `5ticks`, which are no expression.
fn unknown_unit(text: &str) -> Option<(&str, &str)> {
    let is_letter = |c: char| c.is_alphabetic() || "_$€£¥".contains(c);
    let end = text.find(char::is_whitespace).unwrap_or_else(|| text.trim_end_matches(is_letter).len());
    let (amount, unit) = (&text[..end], text[end..].trim_start());
    let is_word = unit.starts_with(is_letter) && unit.chars().all(|c| is_letter(c) || c.is_numeric());
    (is_word && number(amount).is_some()).then_some((amount, unit))
}

/// What was meant by a number with a unit of other places.
fn meant(amount: &str, unit: &str) -> Option<String> {
    const MONEY: [&str; 12] =
        ["usd", "usdt", "usdc", "busd", "dollar", "dollars", "$", "eur", "€", "£", "price", "points"];
    let word = unit.to_lowercase();
    let function = FUNCTIONS.iter().find(|function| function.name == word && function.gives == Gives::Number);
    match word.as_str() {
        "pct" | "perc" | "pc" => Some(format!("{amount}%")),
        "bp" | "bps" => number(amount).map(|amount| format!("{}%", amount / 100.0)),
        _ if function.is_some() => function.map(|function| format!("{amount} * {}", reference::example(function))),
        word if MONEY.contains(&word) => Some(format!("{amount} quote")),
        word => match nearest(word, ["quote", "percent"])? {
            "quote" => Some(format!("{amount} quote")),
            _ => Some(format!("{amount}%")),
        },
    }
}

/// A distance that is the same at every candle.
fn constant(text: &str, value: f64) -> Part {
    Part { text: text.to_owned(), ..Part::new(Typed::Number(Operand::Constant(value)), Needs::default()) }
}
