//! `dema(x, n)` and `tema(x, n)`: double and triple exponential moving average.
//!
//! With e₁ the `ema` of x, e₂ that of e₁ and e₃ that of e₂: 2e₁ − e₂, and 3e₁ − 3e₂ + e₃. Lookback
//! 2(n − 1) and 3(n − 1). Unit of x. TA-Lib `DEMA` and `TEMA`.

use super::ema::{Exponential, fading_times};
use super::runs::known;
use super::{Argument, Family, Function, Gives, SERIES_AND_LENGTH, Shift};
use crate::plan::{Builder, Inputs, Operand, Step};

pub(super) const DEMA: Function = Function {
    name: "dema",
    family: Family::Averages,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "double exponential moving average: lags less than ema",
    formula: "2 · e1 − e2, where e1 = ema(x, n) and e2 = ema(e1, n)",
    warm_up: "2 * (n - 1)",
    talib: Some("DEMA"),
    pine: None,
    shift: Shift::Follows,
    build: |builder, arguments| {
        stages(builder, arguments, "dema", (0, |now: &Reading<2>| now.x + now.gaps[0] - now.gaps[1]))
    },
};

pub(super) const TEMA: Function = Function {
    name: "tema",
    family: Family::Averages,
    parameters: SERIES_AND_LENGTH,
    gives: Gives::Number,
    unit: "that of x",
    about: "triple exponential moving average: lags less than dema",
    formula: "3 · e1 − 3 · e2 + e3, where e1 = ema(x, n), e2 = ema(e1, n) and e3 = ema(e2, n)",
    warm_up: "3 * (n - 1)",
    talib: Some("TEMA"),
    pine: None,
    shift: Shift::Follows,
    build: |builder, arguments| {
        let tell = |now: &Reading<3>| now.x + now.gaps[0] - 2.0 * now.gaps[1] + now.gaps[2];
        stages(builder, arguments, "tema", (0, tell))
    },
};

/// Several averages at a candle, each of the one before.
pub(super) struct Reading<const STAGES: usize> {
    pub(super) x: f64,
    /// From x to the first average, from that to the second, and so on.
    pub(super) gaps: [f64; STAGES],
    /// By how much the last average fell; NaN where it has just begun.
    pub(super) fall: f64,
}

/// Adds the step of a number made of several averages, each of the one before. In one step they run side
/// by side, where one after the other each would wait for its last value.
pub(super) fn stages<const STAGES: usize, F: Fn(&Reading<STAGES>) -> f64 + Send + 'static>(
    builder: &mut Builder,
    arguments: &[Argument],
    name: &str,
    (later, tell): (usize, F),
) -> Operand {
    let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
    let factor = 2.0 / (n as f64 + 1.0);
    builder.step(name, &[x], &[n as f64], (STAGES * (n - 1) + later, fading_times(factor, STAGES)), || {
        Box::new(Stages { averages: [Exponential::new(n, factor); STAGES], factor, tell })
    })
}

struct Stages<const STAGES: usize, F> {
    averages: [Exponential; STAGES],
    factor: f64,
    tell: F,
}

impl<const STAGES: usize, F: Fn(&Reading<STAGES>) -> f64 + Send> Step for Stages<STAGES, F> {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let x = inputs.column(0);
        if self.are_seeded() && known(x) == x.len() {
            self.go_on(x, out);
            return;
        }
        for (out, x) in out.iter_mut().zip(x) {
            if self.are_seeded() && x.is_finite() {
                self.go_on(std::slice::from_ref(x), std::slice::from_mut(out));
            } else {
                *out = self.begin(*x);
            }
        }
    }
}

impl<const STAGES: usize, F: Fn(&Reading<STAGES>) -> f64> Stages<STAGES, F> {
    fn are_seeded(&self) -> bool {
        self.averages.iter().all(Exponential::is_seeded)
    }

    /// Takes a value while an average is unknown, or a value that is unknown.
    fn begin(&mut self, x: f64) -> f64 {
        let mut value = x;
        for average in &mut self.averages {
            value = average.next(value);
        }
        let gaps = self.averages.map(|average| average.gap());
        if value.is_nan() { f64::NAN } else { (self.tell)(&Reading { x, gaps, fall: f64::NAN }) }
    }

    /// Takes known values where all averages are known. What one average falls by is a share of its gap before,
    /// so the next need not wait for the difference of its values.
    fn go_on(&mut self, x: &[f64], out: &mut [f64]) {
        let (factor, kept) = (self.factor, 1.0 - self.factor);
        let (mut last, mut gaps) = (self.averages[0].last(), self.averages.map(|average| average.gap()));
        for (out, &x) in out.iter_mut().zip(x) {
            let mut fall = last - x;
            for gap in &mut gaps {
                let before = *gap + fall;
                (*gap, fall) = (kept * before, factor * before);
            }
            last = x;
            *out = (self.tell)(&Reading { x, gaps, fall });
        }
        for (average, gap) in self.averages.iter_mut().zip(gaps) {
            average.go_on_from(last, gap);
            last += gap;
        }
    }
}
