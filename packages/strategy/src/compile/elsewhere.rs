//! Values from elsewhere than the current candle: candles ago, and other candles.

use super::{Broken, Compiler, Other, OtherPlan, Typed, operators, whole};
use crate::expression::{BinaryOp, Expr, Place};
use crate::indicators::change;
use crate::plan::{Builder, Operand};

/// Most candles back in `x[n]`.
const MAX_AGO: usize = 1_048_576;

impl Compiler {
    /// `inner[ago]`.
    pub(super) fn ago(&mut self, inner: &Expr, ago: &Expr, context: Option<usize>) -> Result<Typed, Broken> {
        let (value, n) = (self.compile(inner, context), self.number(ago, context));
        let (value, n) = (value?, n?);
        let Some(n) = whole(n, 0, MAX_AGO) else {
            let message = format!("the candles ago must be a whole number from 0 to {MAX_AGO}, or such a param");
            return Err(self.wrong(&ago.span, message, "for example close[1], the close one candle ago"));
        };
        if n == 0 {
            return Ok(value);
        }
        let builder = self.builder(context);
        Ok(match value {
            Typed::Number(operand) => Typed::Number(change::ago(builder, operand, n)),
            Typed::Condition(operand) => {
                // Before the first candle a condition was not true: unknown turns into false.
                let past = change::ago(builder, operand, n);
                Typed::Condition(operators::binary(builder, BinaryOp::Greater, past, Operand::Constant(0.5)))
            }
        })
    }

    /// `inner @ place`.
    pub(super) fn at(&mut self, inner: &Expr, place: &Place, context: Option<usize>) -> Result<Typed, Broken> {
        if context.is_some() {
            let help = "what stands before an `@` reads those candles alone: leave out one of the two, so that the \
                        inner part is computed on the strategy's own candles, or write a strategy file whose \
                        `timeframe` is that of the outer one";
            return Err(self.wrong(&place.span, "`@` inside `@` cannot be computed", help));
        }
        let other = Other { symbol: place.symbol.clone(), timeframe: place.timeframe.unwrap_or(self.base) };
        if other.timeframe < self.base {
            let message = format!("{} is lower than the strategy's timeframe, {}", other.timeframe, self.base);
            return Err(self.wrong(&place.span, message, "`@` reads the same or a higher timeframe"));
        }
        if other.timeframe == self.base && other.symbol.is_none() {
            let message = format!("{} is the strategy's own timeframe", self.base);
            return Err(self.wrong(&place.span, message, "leave out the `@`"));
        }
        let index = self.other(other);
        let value = self.compile(inner, Some(index))?;
        let (Typed::Number(operand) | Typed::Condition(operand)) = value;
        let aligned = self.aligned(index, operand);
        Ok(match value {
            Typed::Number(_) => Typed::Number(aligned),
            Typed::Condition(_) => Typed::Condition(operators::binary(
                &mut self.builder,
                BinaryOp::Greater,
                aligned,
                Operand::Constant(0.5),
            )),
        })
    }

    fn other(&mut self, other: Other) -> usize {
        if let Some(index) = self.others.iter().position(|known| known.other == other) {
            return index;
        }
        self.others.push(OtherPlan { other, builder: Builder::default(), outputs: Vec::new(), read: Vec::new() });
        self.others.len() - 1
    }

    pub(super) fn aligned(&mut self, context: usize, operand: Operand) -> Operand {
        let other = &mut self.others[context];
        let output = other.outputs.iter().position(|known| *known == operand).unwrap_or_else(|| {
            other.outputs.push(operand);
            other.outputs.len() - 1
        });
        if !other.read.contains(&output) {
            other.read.push(output);
        }
        let needs = other.builder.needs(operand);
        let symbol = other.other.symbol.as_ref().map_or_else(String::new, |symbol| format!(" {symbol}"));
        let label = format!("({} @{symbol} {})", other.builder.label(&operand), other.other.timeframe);
        self.builder.note_aligned(context, output, &needs, label);
        Operand::Aligned { context, output }
    }
}
