//! `natr(n)`: average true range in percent of the close.
//!
//! 100 · `atr(n)` / close; `tr()` itself where n is 1, as TA-Lib has it. Lookback n. In percent. TA-Lib `NATR`.

use super::atr::atr;
use super::tr::tr;
use super::{Family, Function, Gives, ONE_LENGTH, Shift};
use crate::plan::{Inputs, Memory, Operand, Step};

pub(super) const NATR: Function = Function {
    name: "natr",
    family: Family::Volatility,
    parameters: ONE_LENGTH,
    gives: Gives::Number,
    unit: "percent",
    about: "average true range in percent of the close; the true range itself where n is 1, as TA-Lib has it",
    formula: "100 · atr(n) / close; tr() where n is 1",
    warm_up: "n",
    talib: Some("NATR"),
    pine: None,
    shift: Shift::Depends,
    build: |builder, arguments| {
        if arguments[0].length() == 1 {
            return tr(builder);
        }
        let average = atr(builder, arguments[0].length());
        builder.step("natr", &[average, Operand::Close], &[], (0, Memory::Window), || Box::new(Share))
    },
};

struct Share;

impl Step for Share {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        for ((out, &range), &close) in out.iter_mut().zip(inputs.column(0)).zip(inputs.column(1)) {
            *out = if close == 0.0 && !range.is_nan() { 0.0 } else { range / close * 100.0 };
        }
    }
}
