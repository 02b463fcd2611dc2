//! `zscore(x, n)`: how many standard deviations x is from its mean.
//!
//! (x − mean) / stdev over the last n values, x among them; unknown where they are all equal.
//! Lookback n − 1.

use super::moments::{Statistic, moments};
use super::stdev::Spread;
use super::{Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::Memory;

pub(super) const ZSCORE: Function = Function {
    name: "zscore",
    family: Family::Windows,
    parameters: &[Parameter::Series("x"), Parameter::Length("n", 2, MAX_LENGTH)],
    gives: Gives::Number,
    unit: "standard deviations",
    about: "how many standard deviations x is above the mean of the last n values; unknown where they are equal",
    formula: "(x − sma(x, n)) / stdev(x, n)",
    warm_up: "n - 1",
    talib: None,
    pine: None,
    shift: Shift::Ignores,
    build: |builder, arguments| {
        let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
        let make = || -> Box<dyn crate::plan::Step> { Box::new(moments(n, ZScore(Spread::new(n)))) };
        builder.step("zscore", &[x], &[n as f64], (n - 1, Memory::Window), make)
    },
};

struct ZScore(Spread);

impl Statistic<1, 2> for ZScore {
    fn terms(values: [f64; 1], pivot: [f64; 1]) -> [f64; 2] {
        Spread::terms(values, pivot)
    }

    fn read(&self, sums: [f64; 2], [x]: [f64; 1], [pivot]: [f64; 1]) -> f64 {
        let (mean, variance) = self.0.read(sums);
        if variance == 0.0 { f64::NAN } else { (x - pivot - mean) / variance.sqrt() }
    }
}
