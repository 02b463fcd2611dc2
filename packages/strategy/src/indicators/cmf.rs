//! `cmf(n)`: Chaikin money flow.
//!
//! The money flow of n candles (see `ad`) as a share of their volume; unknown where there was none.
//! Lookback n − 1. From −1 to 1. TA-Lib `CMF`.

use super::ad::money_flow;
use super::sums::Sums;
use super::{Family, Function, Gives, ONE_LENGTH, Shift};
use crate::plan::{BLOCK, Inputs, Memory, Step};

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
    flow: Sums,
    volume: Sums,
    block: Vec<f64>,
}

impl Cmf {
    fn new(n: usize) -> Self {
        Cmf { n, flow: Sums::new(n), volume: Sums::new(n), block: vec![0.0; BLOCK] }
    }
}

impl Step for Cmf {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let (candles, block) = (inputs.candles, &mut self.block[..out.len()]);
        let prices = candles.high.iter().zip(candles.low).zip(candles.close).zip(candles.volume);
        for (flow, (((&high, &low), &close), &volume)) in block.iter_mut().zip(prices) {
            *flow = money_flow(high, low, close, volume);
        }
        self.flow.extend(block);
        self.flow.sums(self.n, out);
        self.volume.extend(candles.volume);
        self.volume.sums(self.n, block);
        out.iter_mut().zip(&*block).for_each(|(flow, volume)| *flow /= volume);
    }
}
