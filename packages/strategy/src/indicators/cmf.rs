//! `cmf(n)`: Chaikin money flow.
//!
//! The money flow of n candles (see `ad`) as a share of their volume; unknown where there was none.
//! Lookback n − 1. From −1 to 1. TA-Lib `CMF`.

use super::ad::money_flow;
use super::totals::Totals;
use super::{Family, Function, Gives, ONE_LENGTH, Shift};
use crate::plan::{Inputs, Memory, Step};

pub(super) const CMF: Function = Function {
    name: "cmf",
    family: Family::Volume,
    parameters: ONE_LENGTH,
    gives: Gives::Number,
    unit: "-1 to 1",
    about: "Chaikin money flow: volume weighed by where the close stands in the range, as a share of all volume",
    formula: "sum(volume · ((close − low) − (high − close)) / (high − low), n) / sum(volume, n); unknown without volume",
    warm_up: "n - 1",
    talib: Some("CMF"),
    pine: None,
    shift: Shift::Depends,
    build: |builder, arguments| {
        let n = arguments[0].length();
        builder.step("cmf", &[], &[n as f64], (n - 1, Memory::Window), || Box::new(Cmf::new(n)))
    },
};

struct Cmf {
    n: usize,
    flow: Totals,
    volume: Totals,
}

impl Cmf {
    fn new(n: usize) -> Self {
        Cmf { n, flow: Totals::new(n), volume: Totals::new(n) }
    }
}

impl Step for Cmf {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let candles = inputs.candles;
        let prices = candles.high.iter().zip(candles.low).zip(candles.close).zip(candles.volume);
        let flows = prices.map(|(((&high, &low), &close), &volume)| money_flow(high, low, close, volume));
        let (flow, volume) = (self.flow.extend(flows), self.volume.extend(candles.volume.iter().copied()));
        for ((out, flow), volume) in out.iter_mut().zip(flow.over(self.n)).zip(volume.over(self.n)) {
            *out = flow / volume;
        }
    }
}
