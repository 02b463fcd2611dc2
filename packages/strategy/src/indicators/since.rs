//! `bars_since(cond)` and `value_when(cond, x)`: when a condition was last true, and what x was then.
//!
//! At the candle at which it is true: 0, and x as it is. Unknown before the first.
//! Pine `ta.barssince` and `ta.valuewhen(cond, x, 0)`.

use super::{Family, Function, Gives, Parameter, Shift};
use crate::plan::{Inputs, Memory, Step};

pub(super) const BARS_SINCE: Function = Function {
    name: "bars_since",
    family: Family::Events,
    parameters: &[Parameter::Condition("cond")],
    gives: Gives::Number,
    unit: "candles",
    about: "how many candles ago the condition was last true: 0 where it is; unknown before the first time",
    formula: "if(cond, 0, bars_since(cond)[1] + 1)",
    warm_up: "0",
    talib: None,
    pine: Some("ta.barssince"),
    shift: Shift::Ignores,
    build: |builder, arguments| {
        let condition = builder.column(arguments[0].series());
        let make = || -> Box<dyn Step> { Box::new(BarsSince { count: f64::NAN }) };
        builder.step("bars_since", &[condition], &[], (0, Memory::SEEN), make)
    },
};

pub(super) const VALUE_WHEN: Function = Function {
    name: "value_when",
    family: Family::Events,
    parameters: &[Parameter::Condition("cond"), Parameter::Series("x")],
    gives: Gives::Number,
    unit: "that of x",
    about: "x at the last candle where the condition was true; unknown before the first time",
    formula: "if(cond, x, value_when(cond, x)[1])",
    warm_up: "0",
    talib: None,
    pine: Some("ta.valuewhen"),
    shift: Shift::Follows,
    build: |builder, arguments| {
        let (condition, x) = (builder.column(arguments[0].series()), builder.column(arguments[1].series()));
        let make = || -> Box<dyn Step> { Box::new(ValueWhen { value: f64::NAN }) };
        builder.step("value_when", &[condition, x], &[], (0, Memory::SEEN), make)
    },
};

struct BarsSince {
    /// NaN before the first time.
    count: f64,
}

impl Step for BarsSince {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        for (out, &condition) in out.iter_mut().zip(inputs.column(0)) {
            self.count = if condition > 0.0 { 0.0 } else { self.count + 1.0 };
            *out = self.count;
        }
    }
}

struct ValueWhen {
    value: f64,
}

impl Step for ValueWhen {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        for ((out, &condition), &x) in out.iter_mut().zip(inputs.column(0)).zip(inputs.column(1)) {
            if condition > 0.0 {
                self.value = if x.is_finite() { x } else { f64::NAN };
            }
            *out = self.value;
        }
    }
}
