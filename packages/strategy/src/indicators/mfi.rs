//! `mfi(n)`: money flow index.
//!
//! 100 · P/(P + N), where P and N are the sums of hlc3 · volume over n candles at which hlc3 rose and fell;
//! 0 where no money flowed, as TA-Lib has it. Lookback n. From 0 to 100. TA-Lib `MFI`, Pine `ta.mfi(hlc3, n)`.

use super::sums::Sums;
use super::{Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{BLOCK, Inputs, Memory, Step};

pub(super) const MFI: Function = Function {
    name: "mfi",
    family: Family::Momentum,
    parameters: &[Parameter::Length("n", 2, MAX_LENGTH)],
    gives: Gives::Number,
    unit: "0 to 100",
    about: "money flow index: the share of the turnover that went with rising prices",
    formula: "100 · P / (P + N), where P and N are Σ hlc3 · volume of candles at which hlc3 rose and fell; 0 without any",
    warm_up: "n",
    talib: Some("MFI"),
    pine: Some("ta.mfi"),
    shift: Shift::Depends,
    build: |builder, arguments| {
        let n = arguments[0].length();
        builder.step("mfi", &[], &[n as f64], (n, Memory::Window), || Box::new(Mfi::new(n)))
    },
};

/// A change of hlc3 below this share of the two prices is rounding, not a move; TA-Lib's bound.
const NO_MOVE: f64 = 1e-14;

struct Mfi {
    n: usize,
    /// The last candle's hlc3.
    last: f64,
    rising: Sums,
    falling: Sums,
    flows: [Vec<f64>; 2],
}

impl Mfi {
    fn new(n: usize) -> Self {
        let flows = std::array::from_fn(|_| vec![0.0; BLOCK]);
        Mfi { n, last: f64::NAN, rising: Sums::new(n), falling: Sums::new(n), flows }
    }
}

impl Step for Mfi {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let (candles, mut last) = (inputs.candles, self.last);
        let is_first = last.is_nan();
        let [rising, falling] = self.flows.each_mut().map(|flow| &mut flow[..out.len()]);
        let prices = candles.high.iter().zip(candles.low).zip(candles.close).zip(candles.volume);
        for ((rising, falling), (((high, low), close), &volume)) in rising.iter_mut().zip(&mut *falling).zip(prices) {
            let price = (high + low + close) / 3.0;
            *rising = flow(price - last, last, price, volume);
            *falling = flow(last - price, last, price, volume);
            last = price;
        }
        self.last = last;
        if is_first {
            // There is no price to compare the very first one with.
            (rising[0], falling[0]) = (f64::NAN, f64::NAN);
        }
        self.rising.extend(rising);
        self.rising.sums(self.n, out);
        self.falling.extend(falling);
        self.falling.sums(self.n, falling);
        for (out, falling) in out.iter_mut().zip(&*falling) {
            let all = *out + falling;
            *out = if all == 0.0 { 0.0 } else { 100.0 * (*out / all) };
        }
    }
}

/// What flowed at a candle whose price moved the right way.
fn flow(change: f64, last: f64, price: f64, volume: f64) -> f64 {
    // A product, not a branch: whether the price rises is a toss-up.
    f64::from(u8::from(change > NO_MOVE * (price + last))) * (price * volume)
}
