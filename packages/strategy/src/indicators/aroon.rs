//! `aroon_up(n)` and `aroon_down(n)`: how long ago the highest high and the lowest low were.
//!
//! 100 · (n − candles since the extreme of the last n + 1)/n; of equal ones the latest counts. Lookback n.
//! From 0 to 100. TA-Lib `AROON`.

use super::{Argument, Family, Function, Gives, MAX_LENGTH, Parameter, Shift};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

pub(super) const AROON_UP: Function = Function {
    name: "aroon_up",
    family: Family::Momentum,
    parameters: &[Parameter::Length("n", 2, MAX_LENGTH)],
    gives: Gives::Number,
    unit: "0 to 100",
    about: "how recent the highest high is: 100 now, 0 n candles ago",
    formula: "100 · (n − candles since the highest high of the last n + 1) / n",
    warm_up: "n",
    talib: Some("AROON"),
    pine: None,
    shift: Shift::Depends,
    build: |builder, arguments| aroon(builder, "aroon_up", arguments, Operand::High, 1.0),
};

pub(super) const AROON_DOWN: Function = Function {
    name: "aroon_down",
    about: "how recent the lowest low is: 100 now, 0 n candles ago",
    formula: "100 · (n − candles since the lowest low of the last n + 1) / n",
    build: |builder, arguments| aroon(builder, "aroon_down", arguments, Operand::Low, -1.0),
    ..AROON_UP
};

fn aroon(builder: &mut Builder, name: &str, arguments: &[Argument], price: Operand, sign: f64) -> Operand {
    let n = arguments[0].length();
    builder.step(name, &[price], &[n as f64], (n, Memory::Window), || Box::new(Aroon::new(n, sign)))
}

/// The extreme of no values.
const NOTHING: (f64, f64) = (f64::NEG_INFINITY, f64::NAN);

/// The place of the highest value in a sliding window of n + 1, in constant time: the window is the end of
/// the last run of n + 1 values and the beginning of this one, and the places of both extremes are at hand.
struct Aroon {
    n: usize,
    /// 1 to look for the highest value, −1 for the lowest.
    sign: f64,
    /// This run's values so far.
    run: Vec<f64>,
    /// For each place of the last run, the extreme after it and its place; unknown in the first run.
    ends: Vec<(f64, f64)>,
    /// The extreme of this run so far, and its place.
    begin: (f64, f64),
}

impl Aroon {
    fn new(n: usize, sign: f64) -> Self {
        // Higher than all, and nowhere: what no run has come before is unknown.
        let mut ends = vec![(f64::INFINITY, f64::NAN); n + 1];
        ends[n] = NOTHING;
        Aroon { n, sign, run: Vec::with_capacity(n + 1), ends, begin: NOTHING }
    }

    /// Takes values of one run, at most until its end.
    fn part(&mut self, values: &[f64], out: &mut [f64]) {
        let start = self.run.len();
        let (length, factor) = ((self.n + 1) as f64, 100.0 / self.n as f64);
        let (mut highest, mut place) = self.begin;
        for (offset, ((out, &value), end)) in out.iter_mut().zip(values).zip(&self.ends[start..]).enumerate() {
            let (value, here) = (self.sign * value, (start + offset) as f64);
            self.run.push(value);
            (highest, place) = if value >= highest { (value, here) } else { (highest, place) };
            let since = if highest >= end.0 { here - place } else { here + length - end.1 };
            *out = factor * (self.n as f64 - since);
        }
        self.begin = (highest, place);
    }

    /// Looks back over the run that has just ended.
    fn end(&mut self) {
        let mut best = NOTHING;
        for (place, (end, &value)) in self.ends.iter_mut().zip(&self.run).enumerate().rev() {
            *end = best;
            best = if value > best.0 { (value, place as f64) } else { best };
        }
        self.run.clear();
        self.begin = NOTHING;
    }
}

impl Step for Aroon {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let (mut values, mut out) = (inputs.column(0), out);
        while !values.is_empty() {
            let length = (self.n + 1 - self.run.len()).min(values.len());
            let (part, rest) = values.split_at(length);
            let (filled, left) = out.split_at_mut(length);
            self.part(part, filled);
            if self.run.len() == self.n + 1 {
                self.end();
            }
            (values, out) = (rest, left);
        }
    }
}
