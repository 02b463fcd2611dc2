//! `vwma(x, n)`: volume-weighted moving average.
//!
//! Σ x · volume / Σ volume over the last n candles; unknown where none of them had a volume.
//! Lookback n − 1. Unit of x. TA-Lib `VWMA`, Pine `ta.vwma`.

use super::moments::{Statistic, moments};
use super::{Family, Function, Gives, SERIES_AND_LENGTH, Shift};
use crate::plan::{Memory, Operand};

pub(super) const VWMA: Function = Function {
    name: "vwma",
    family: Family::Averages,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "moving average in which each value counts by the volume of its candle; unknown where there was none",
    formula: "Σ x · volume / Σ volume over the last n candles",
    warm_up: "n - 1",
    talib: Some("VWMA"),
    pine: Some("ta.vwma"),
    shift: Shift::Follows,
    build: |builder, arguments| {
        let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
        let make = || -> Box<dyn crate::plan::Step> { Box::new(moments(n, VolumeWeighted)) };
        builder.step("vwma", &[x, Operand::Volume], &[n as f64], (n - 1, Memory::Window), make)
    },
};

struct VolumeWeighted;

impl Statistic<2, 2> for VolumeWeighted {
    fn terms([x, volume]: [f64; 2], [pivot, _]: [f64; 2]) -> [f64; 2] {
        [(x - pivot) * volume, volume]
    }

    fn read(&self, [turnover, volume]: [f64; 2], _: [f64; 2], [pivot, _]: [f64; 2]) -> f64 {
        if volume > 0.0 { pivot + turnover / volume } else { f64::NAN }
    }
}
