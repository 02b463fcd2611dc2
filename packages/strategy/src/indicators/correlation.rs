//! `correlation(x, y, n)`: whether two series move together.
//!
//! Pearson's coefficient of the last n pairs; 0 where x or y has not moved, as TA-Lib has it.
//! Lookback n − 1. From −1 to 1. TA-Lib `CORREL`, Pine `ta.correlation`.

use super::moments::{Statistic, moments};
use super::{Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::Memory;

pub(super) const CORRELATION: Function = Function {
    name: "correlation",
    family: Family::Windows,
    parameters: &[Parameter::Series("x"), Parameter::Series("y"), Parameter::Length("n", 1, MAX_LENGTH)],
    gives: Gives::Number,
    unit: "−1 to 1",
    about: "how closely x and y moved together over the last n values; 0 where one of them did not move",
    formula: "the mean of (x − mean of x) · (y − mean of y) / (stdev(x, n) · stdev(y, n)), over the last n values",
    warm_up: "n - 1",
    talib: Some("CORREL"),
    pine: Some("ta.correlation"),
    shift: Shift::IgnoresEach,
    build: |builder, arguments| {
        let (x, y) = (builder.column(arguments[0].series()), builder.column(arguments[1].series()));
        let n = arguments[2].length();
        let make = || -> Box<dyn crate::plan::Step> { Box::new(moments(n, Correlation { one_nth: 1.0 / n as f64 })) };
        builder.step("correlation", &[x, y], &[n as f64], (n - 1, Memory::Window), make)
    },
};

struct Correlation {
    one_nth: f64,
}

impl Statistic<2, 5> for Correlation {
    fn terms([x, y]: [f64; 2], [pivot_x, pivot_y]: [f64; 2]) -> [f64; 5] {
        let (x, y) = (x - pivot_x, y - pivot_y);
        [x, y, x * x, y * y, x * y]
    }

    fn read(&self, [x, y, xx, yy, xy]: [f64; 5], _: [f64; 2], _: [f64; 2]) -> f64 {
        let together = xy - x * y * self.one_nth;
        // The roots one by one: the product of two tiny spreads may be less than a number can hold.
        let spread = (xx - x * x * self.one_nth).max(0.0).sqrt() * (yy - y * y * self.one_nth).max(0.0).sqrt();
        if spread > 0.0 { (together / spread).clamp(-1.0, 1.0) } else { 0.0 }
    }
}
