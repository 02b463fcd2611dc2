//! `crossover(a, b)` and `crossunder(a, b)`: the candle at which one series passes another.
//!
//! Over: a is above b now and was at or below it one candle ago. Under is the mirror image. Lookback 1.
//! Pine `ta.crossover` and `ta.crossunder`.

use super::{Argument, Family, Function, Gives, Parameter, Shift};
use crate::plan::{Builder, Inputs, Memory, Operand, Step, WORD, bits};

const PARAMETERS: &[Parameter] = &[Parameter::Series("a"), Parameter::Series("b")];

pub(super) const CROSSOVER: Function = Function {
    name: "crossover",
    family: Family::Events,
    parameters: PARAMETERS,
    gives: Gives::Condition,
    unit: "a condition",
    about: "whether a has just risen above b",
    formula: "a > b and a[1] <= b[1]",
    warm_up: "1",
    talib: None,
    pine: Some("ta.crossover"),
    shift: Shift::Ignores,
    build: |builder, arguments| cross(builder, arguments, false),
};

pub(super) const CROSSUNDER: Function = Function {
    name: "crossunder",
    family: Family::Events,
    parameters: PARAMETERS,
    gives: Gives::Condition,
    unit: "a condition",
    about: "whether a has just fallen below b",
    formula: "a < b and a[1] >= b[1]",
    warm_up: "1",
    talib: None,
    pine: Some("ta.crossunder"),
    shift: Shift::Ignores,
    build: |builder, arguments| cross(builder, arguments, true),
};

fn cross(builder: &mut Builder, arguments: &[Argument], under: bool) -> Operand {
    let (a, b) = (builder.column(arguments[0].series()), builder.column(arguments[1].series()));
    let name = if under { "crossunder" } else { "crossover" };
    builder.step(name, &[a, b], &[], (1, Memory::Window), || Box::new(Cross { under, was_at_or_below: false }))
}

struct Cross {
    under: bool,
    was_at_or_below: bool,
}

impl Cross {
    /// The series that rises above the other one: crossing under is the other one crossing over.
    fn sides<'a>(&self, inputs: &Inputs<'a>) -> (&'a [f64], &'a [f64]) {
        let (a, b) = (inputs.column(0), inputs.column(1));
        if self.under { (b, a) } else { (a, b) }
    }

    fn remember(&mut self, (rising, other): (&[f64], &[f64])) {
        if let (Some(rising), Some(other)) = (rising.last(), other.last()) {
            self.was_at_or_below = rising <= other;
        }
    }
}

impl Step for Cross {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let (rising, other) = self.sides(inputs);
        if out.is_empty() {
            return;
        }
        out[0] = f64::from(u8::from(rising[0] > other[0] && self.was_at_or_below));
        // Nothing waits for the candle before, so that several go at once.
        let now = out[1..].iter_mut().zip(rising[1..].iter().zip(&other[1..]));
        for ((out, (rising, other)), (was_rising, was_other)) in now.zip(rising.iter().zip(other)) {
            *out = if (rising > other) & (was_rising <= was_other) { 1.0 } else { 0.0 };
        }
        self.remember((rising, other));
    }

    fn mark(&mut self, inputs: &Inputs<'_>, _: &mut [f64], out: &mut [u64]) {
        let (rising, other) = self.sides(inputs);
        // Whether it may not have been above one candle ago.
        let mut was_above = !self.was_at_or_below;
        for (number, out) in out.iter_mut().enumerate() {
            let start = number * WORD;
            let candles = start..(start + WORD).min(rising.len());
            let above =
                bits::word([&rising[candles.clone()], &other[candles.clone()]], |[rising, other]| rising > other);
            *out = above & !(above << 1 | u64::from(was_above));
            // Few are left. What was not above was at or below, or unknown.
            let mut crossed = *out;
            while crossed != 0 {
                let index = crossed.trailing_zeros();
                crossed &= crossed - 1;
                let at = start + index as usize;
                if at > 0 && !is_at_or_below(rising[at - 1], other[at - 1]) {
                    *out &= !(1 << index);
                }
            }
            was_above = above >> (candles.len() - 1) & 1 != 0;
        }
        self.remember((rising, other));
    }
}

fn is_at_or_below(rising: f64, other: f64) -> bool {
    rising <= other
}

#[cfg(test)]
mod tests {
    use market::Candles;
    use proptest::prelude::*;

    use super::*;
    use crate::plan::Arg;

    proptest! {
        #[test]
        fn bits_are_those_of_the_values(
            rows in prop::collection::vec(prop::array::uniform2(prop::sample::select(vec![1.0, 2.0, 3.0, f64::NAN])), 1..300),
            splits in prop::collection::vec(1..140_usize, 0..5),
            under: bool,
        ) {
            let [a, b] = [0, 1].map(|column| rows.iter().map(|row| row[column]).collect::<Vec<f64>>());
            let mut steps = [Cross { under, was_at_or_below: false }, Cross { under, was_at_or_below: false }];
            let (none, mut splits, mut start) = (Candles::default(), splits.into_iter(), 0);
            while start < rows.len() {
                let end = splits.next().map_or(rows.len(), |length| rows.len().min(start + length));
                let args = [Arg::Column(&a[start..end]), Arg::Column(&b[start..end]), Arg::Constant(0.0)];
                let inputs = Inputs { candles: none.as_slice(), args };
                let mut values = vec![f64::NAN; end - start];
                let mut found = vec![0; values.len().div_ceil(WORD)];
                let mut expected = found.clone();
                steps[0].run(&inputs, &mut values);
                bits::fill(&values, &mut expected);
                steps[1].mark(&inputs, &mut values, &mut found);
                prop_assert_eq!(found, expected);
                start = end;
            }
        }
    }
}
