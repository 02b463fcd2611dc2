//! `ad()` and `adosc(fast, slow)`: Chaikin's accumulation/distribution line and its oscillator.
//!
//! The line is the running total of the money flow: the volume times where the close stands between low (−1)
//! and high (1), 0 where they are one. The oscillator is its fast exponential average less the slow one, both
//! begun with the first value of the line. Lookback 0, and that of the slower average. In base units.
//! TA-Lib `AD` and `ADOSC`, Pine `ta.accdist`.

use super::ema::fading;
use super::{Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{Inputs, Memory, Operand, Step};

pub(super) const AD: Function = Function {
    name: "ad",
    family: Family::Volume,
    parameters: &[],
    gives: Gives::Number,
    unit: "base",
    about: "accumulation/distribution: the running total of volume, weighed by where the close stands in the range",
    formula: "y = y[1] + volume · ((close − low) − (high − close)) / (high − low); unchanged where high is low",
    warm_up: "0",
    talib: Some("AD"),
    pine: Some("ta.accdist"),
    shift: Shift::RunningTotal,
    build: |builder, _| ad(builder),
};

pub(super) const ADOSC: Function = Function {
    name: "adosc",
    parameters: &[Parameter::Length("fast", 2, MAX_LENGTH), Parameter::Length("slow", 2, MAX_LENGTH)],
    about: "Chaikin oscillator: a fast average of accumulation/distribution less a slow one",
    formula: "ema(ad(), fast) − ema(ad(), slow), both begun with the first value of ad()",
    warm_up: "max(fast, slow) - 1",
    talib: Some("ADOSC"),
    pine: None,
    shift: Shift::Depends,
    build: |builder, arguments| {
        let (fast, slow) = (arguments[0].length(), arguments[1].length());
        let hidden = fast.max(slow) - 1;
        let settings = [fast as f64, slow as f64];
        builder.step("adosc", &[], &settings, (hidden, fading(factor(fast.max(slow)))), || {
            Box::new(Adosc { kept: [1.0 - factor(fast), 1.0 - factor(slow)], gaps: None, hidden })
        })
    },
    ..AD
};

fn ad(builder: &mut crate::plan::Builder) -> Operand {
    builder.step("ad", &[], &[], (0, Memory::TOTAL), || Box::new(Ad { total: 0.0 }))
}

fn factor(n: usize) -> f64 {
    2.0 / (n as f64 + 1.0)
}

/// The volume of a candle times where its close stands between low (−1) and high (1).
pub(super) fn money_flow(high: f64, low: f64, close: f64, volume: f64) -> f64 {
    let range = high - low;
    if range > 0.0 { ((close - low) - (high - close)) / range * volume } else { 0.0 }
}

struct Ad {
    total: f64,
}

impl Step for Ad {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let candles = inputs.candles;
        let prices = candles.high.iter().zip(candles.low).zip(candles.close);
        let mut total = self.total;
        for ((out, ((&high, &low), &close)), &volume) in out.iter_mut().zip(prices).zip(candles.volume) {
            total += money_flow(high, low, close, volume);
            *out = total;
        }
        self.total = total;
    }
}

/// Both averages as their distance from the line: the line itself may be any height, and only moves count.
struct Adosc {
    /// 1 − factor of the fast and the slow average.
    kept: [f64; 2],
    gaps: Option<[f64; 2]>,
    /// Values that are not told any more: both averages have yet to leave their first value behind.
    hidden: usize,
}

impl Step for Adosc {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let candles = inputs.candles;
        let prices = candles.high.iter().zip(candles.low).zip(candles.close).zip(candles.volume);
        let [kept_fast, kept_slow] = self.kept;
        let mut flows =
            prices.map(|(((&high, &low), &close), &volume)| money_flow(high, low, close, volume)).peekable();
        // At the very first value both averages are that value: the gaps are 0 once it has flowed.
        let first = flows.peek().copied().unwrap_or_default();
        let [mut fast, mut slow] = self.gaps.unwrap_or([first; 2]);
        for (out, flow) in out.iter_mut().zip(flows) {
            fast = kept_fast * (fast - flow);
            slow = kept_slow * (slow - flow);
            *out = fast - slow;
        }
        self.gaps = Some([fast, slow]);
        let hidden = self.hidden.min(out.len());
        out[..hidden].fill(f64::NAN);
        self.hidden -= hidden;
    }
}
