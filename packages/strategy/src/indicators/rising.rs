//! `rising(x, n)` and `falling(x, n)`: whether x is above (below) each of the n values before it.
//!
//! As in Pine's reference, it need not have risen with every candle. Lookback n; false while a value is
//! unknown. Pine `ta.rising` and `ta.falling`.

use super::extremes::Extremes;
use super::highest::{higher, lower};
use super::{Argument, Family, Function, Gives, SERIES_AND_LENGTH, Shift};
use crate::plan::{BLOCK, Builder, Inputs, Memory, Operand, Step};

pub(super) const RISING: Function = Function {
    name: "rising",
    family: Family::Windows,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Condition,
    unit: "a condition",
    about: "whether x is above each of the n values before it",
    formula: "x > highest(x, n)[1]",
    warm_up: "n",
    talib: None,
    pine: Some("ta.rising"),
    shift: Shift::Ignores,
    build: |builder, arguments| beyond(builder, arguments, "rising", (higher, |x, highest| x > highest)),
};

pub(super) const FALLING: Function = Function {
    name: "falling",
    family: Family::Windows,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Condition,
    unit: "a condition",
    about: "whether x is below each of the n values before it",
    formula: "x < lowest(x, n)[1]",
    warm_up: "n",
    talib: None,
    pine: Some("ta.falling"),
    shift: Shift::Ignores,
    build: |builder, arguments| beyond(builder, arguments, "falling", (lower, |x, lowest| x < lowest)),
};

/// Adds the step that compares x with the extreme of the n values before it.
fn beyond<J: Fn(f64, f64) -> f64 + Send + 'static, F: Fn(f64, f64) -> bool + Send + 'static>(
    builder: &mut Builder,
    arguments: &[Argument],
    name: &str,
    (join, is_beyond): (J, F),
) -> Operand {
    let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
    let make = || -> Box<dyn Step> { Box::new(Beyond { extremes: Extremes::new(n, join), last: f64::NAN, is_beyond }) };
    builder.step(name, &[x], &[n as f64], (n, Memory::Window), make)
}

struct Beyond<J, F> {
    extremes: Extremes<J>,
    /// The extreme as of the candle before.
    last: f64,
    is_beyond: F,
}

impl<J: Fn(f64, f64) -> f64 + Send, F: Fn(f64, f64) -> bool + Send> Step for Beyond<J, F> {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let x = inputs.column(0);
        let mut extremes = [0.0; BLOCK];
        self.extremes.run(x, &mut extremes[..x.len()]);
        let mut last = self.last;
        for ((out, &x), extreme) in out.iter_mut().zip(x).zip(extremes) {
            *out = f64::from(u8::from((self.is_beyond)(x, last) & x.is_finite()));
            last = extreme;
        }
        self.last = last;
    }
}
