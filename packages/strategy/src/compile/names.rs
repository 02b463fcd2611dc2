//! What a name stands for: a param, a series, or an expression of `let`, on whichever candles it is read.

use std::ops::Range;

use super::{Broken, Compiler, SERIES, Typed, operators};
use crate::expression::{BinaryOp, Mistake};
use crate::indicators::FUNCTIONS;
use crate::plan::Operand;

impl Compiler {
    pub(super) fn name(&mut self, name: &str, span: &Range<usize>, context: Option<usize>) -> Result<Typed, Broken> {
        if let Some((_, value)) = self.params.iter().find(|(param, _)| param == name) {
            return Ok(Typed::Number(Operand::Constant(*value)));
        }
        if let Some(operand) = self.series(name, context) {
            return Ok(Typed::Number(operand));
        }
        if let Some(value) = self.known.get(&(name.to_owned(), context)) {
            return value.ok_or(Broken);
        }
        let Some((_, expr)) = self.lets.iter().find(|(known, _)| known == name) else {
            let mistake = self.unknown_name(name, span);
            self.mistakes.push(mistake);
            return Err(Broken);
        };
        let expr = expr.clone().ok_or(Broken)?;
        // Only here when a name defined on the base candles is read on others: it is computed on those.
        let told = self.mistakes.len();
        let value = self.compile(&expr, context);
        self.known.insert((name.to_owned(), context), value.ok());
        // Its own expression was right on the base candles: what is wrong here is told where it is read.
        let told_there = self.mistakes.drain(told..).next();
        self.mistakes.extend(told_there.map(|mistake| elsewhere(name, span, mistake)));
        value
    }

    fn series(&mut self, name: &str, context: Option<usize>) -> Option<Operand> {
        use Operand::{Close, High, Low, Open, Volume};
        let parts: &[Operand] = match name {
            "open" => &[Open],
            "high" => &[High],
            "low" => &[Low],
            "close" => &[Close],
            "volume" => &[Volume],
            "hl2" => &[High, Low],
            "hlc3" => &[High, Low, Close],
            "ohlc4" => &[Open, High, Low, Close],
            _ => return None,
        };
        let builder = self.builder(context);
        let sum = parts[1..].iter().fold(parts[0], |sum, part| operators::binary(builder, BinaryOp::Add, sum, *part));
        let count = Operand::Constant(parts.len() as f64);
        Some(if parts.len() == 1 { sum } else { operators::binary(builder, BinaryOp::Divide, sum, count) })
    }

    fn unknown_name(&self, name: &str, span: &Range<usize>) -> Mistake {
        if let Some(function) = FUNCTIONS.iter().find(|function| function.name.eq_ignore_ascii_case(name)) {
            let help = format!("call it: {}", function.signature());
            return Mistake::new(span.clone(), format!("`{name}` is a function"), help);
        }
        if let Some(mistake) = self.order.mistake(self.lets.len(), name, span) {
            return mistake;
        }
        let known = SERIES.into_iter().chain(self.lets.iter().map(|(name, _)| name.as_str()));
        let known: Vec<&str> = known.chain(self.params.iter().map(|(name, _)| name.as_str())).collect();
        let help = match yaml::nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}; a name in `let` may use those above it", known.join(", ")),
        };
        Mistake::new(span.clone(), format!("unknown name `{name}`"), help)
    }
}

/// A mistake of the expression behind `name` that shows only on the candles on which it is read here.
fn elsewhere(name: &str, span: &Range<usize>, mistake: Mistake) -> Mistake {
    const HERE: &str = " cannot be computed on these candles: ";
    let root = mistake.message.rsplit(HERE).next().unwrap_or_default();
    Mistake { span: span.clone(), message: format!("`{name}`{HERE}{root}"), help: mistake.help }
}
