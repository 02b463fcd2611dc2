//! `mfi(n)`: money flow index.
//!
//! 100 · P/(P + N), where P and N are the sums of hlc3 · volume over n candles at which hlc3 rose and fell;
//! 0 where no money flowed, as TA-Lib has it. Lookback n. From 0 to 100. TA-Lib `MFI`, Pine `ta.mfi(hlc3, n)`.

use super::totals::Totals;
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
    /// The last candle's hlc3, and those of the block.
    prices: Vec<f64>,
    rising: Totals,
    falling: Totals,
}

impl Mfi {
    fn new(n: usize) -> Self {
        Mfi { n, prices: Vec::with_capacity(BLOCK + 1), rising: Totals::new(n), falling: Totals::new(n) }
    }
}

impl Step for Mfi {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let candles = inputs.candles;
        let typical = candles.high.iter().zip(candles.low).zip(candles.close);
        // Nothing flowed at the very first candle: there is no price to compare it with.
        let first = usize::from(self.prices.is_empty());
        self.prices.drain(..self.prices.len().saturating_sub(1));
        self.prices.extend(typical.map(|((high, low), close)| (high + low + close) / 3.0));
        let moves = || self.prices.iter().zip(&self.prices[1..]).zip(&candles.volume[first..]);
        let rising =
            self.rising.extend(moves().map(|((last, price), volume)| flow(price - last, *last, *price, *volume)));
        let falling =
            self.falling.extend(moves().map(|((last, price), volume)| flow(last - price, *last, *price, *volume)));
        out[..first].fill(f64::NAN);
        for ((out, rising), falling) in out[first..].iter_mut().zip(rising.over(self.n)).zip(falling.over(self.n)) {
            let all = rising + falling;
            *out = if all == 0.0 { 0.0 } else { 100.0 * (rising / all) };
        }
    }
}

/// What flowed at a candle whose price moved the right way.
fn flow(change: f64, last: f64, price: f64, volume: f64) -> f64 {
    // A product, not a branch: whether the price rises is a toss-up.
    f64::from(u8::from(change > NO_MOVE * (price + last))) * (price * volume)
}
