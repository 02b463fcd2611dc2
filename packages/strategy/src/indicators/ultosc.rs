//! `ultosc(a, b, c)`: Williams' ultimate oscillator.
//!
//! Over each of the three windows, the buying pressure (close less the lower of low and last close) as a
//! share of the true range; the shares are weighed 4, 2 and 1 from the shortest window to the longest. A
//! window in which nothing moved adds 0, as TA-Lib has it. Lookback of the longest. TA-Lib `ULTOSC`.

use super::totals::Totals;
use super::tr::true_range;
use super::{Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{BLOCK, Inputs, Memory, Step};

pub(super) const ULTOSC: Function = Function {
    name: "ultosc",
    family: Family::Momentum,
    parameters: &[
        Parameter::Length("a", 1, MAX_LENGTH),
        Parameter::Length("b", 1, MAX_LENGTH),
        Parameter::Length("c", 1, MAX_LENGTH),
    ],
    gives: Gives::Number,
    unit: "0 to 100",
    about: "ultimate oscillator: the share of buying pressure in all moves, over three windows at once",
    formula: "100 · (4 · P(a) + 2 · P(b) + P(c)) / 7 for a ≤ b ≤ c, where P(n) = sum(close − min(low, close[1]), n) / sum(tr(), n)",
    warm_up: "max(a, b, c)",
    talib: Some("ULTOSC"),
    pine: None,
    shift: Shift::Depends,
    build: |builder, arguments| {
        // TA-Lib sorts them where they stand in another order.
        let mut lengths = [arguments[0].length(), arguments[1].length(), arguments[2].length()];
        lengths.sort_unstable();
        let longest = lengths[2];
        builder.step("ultosc", &[], &lengths.map(|n| n as f64), (longest, Memory::Window), || {
            Box::new(Ultosc::new(lengths))
        })
    },
};

/// Weights from the shortest window to the longest.
const WEIGHTS: [f64; 3] = [4.0, 2.0, 1.0];

struct Ultosc {
    /// From the shortest to the longest.
    lengths: [usize; 3],
    /// The last candle's close, and those of the block.
    closes: Vec<f64>,
    pressure: Totals,
    range: Totals,
}

impl Ultosc {
    fn new(lengths: [usize; 3]) -> Self {
        let totals = || Totals::new(lengths[2]);
        Ultosc { lengths, closes: Vec::with_capacity(BLOCK + 1), pressure: totals(), range: totals() }
    }
}

impl Step for Ultosc {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let candles = inputs.candles;
        // The very first candle has no last close.
        let first = usize::from(self.closes.is_empty());
        self.closes.drain(..self.closes.len().saturating_sub(1));
        self.closes.extend(candles.close);
        let prices = || candles.high[first..].iter().zip(&candles.low[first..]).zip(&self.closes);
        let closes = prices().zip(&self.closes[1..]);
        let pressures = closes.map(|(((_, &low), &last), close)| close - if low < last { low } else { last });
        let ranges = prices().map(|((&high, &low), &last)| true_range(high, low, last));
        let (pressure, range) = (self.pressure.extend(pressures), self.range.extend(ranges));
        out.fill(0.0);
        out[..first].fill(f64::NAN);
        for (n, weight) in self.lengths.into_iter().zip(WEIGHTS) {
            for ((out, pressure), range) in out[first..].iter_mut().zip(pressure.over(n)).zip(range.over(n)) {
                *out += if range == 0.0 { 0.0 } else { weight * (pressure / range) };
            }
        }
        let weights: f64 = WEIGHTS.iter().sum();
        out.iter_mut().for_each(|out| *out = 100.0 * (*out / weights));
    }
}
