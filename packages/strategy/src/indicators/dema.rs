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
    build: |builder, arguments| stages(builder, arguments, "dema", |[e1, e2]: [f64; 2]| 2.0 * e1 - e2),
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
    build: |builder, arguments| stages(builder, arguments, "tema", |[e1, e2, e3]: [f64; 3]| 3.0 * e1 - 3.0 * e2 + e3),
};

/// Adds the step of a number made of several averages, each of the one before. In one step they run side
/// by side, where one after the other each would wait for its last value.
pub(super) fn stages<const STAGES: usize, F: Fn([f64; STAGES]) -> f64 + Send + 'static>(
    builder: &mut Builder,
    arguments: &[Argument],
    name: &str,
    combine: F,
) -> Operand {
    let (x, n) = (builder.column(arguments[0].series()), arguments[1].length());
    let factor = 2.0 / (n as f64 + 1.0);
    builder.step(name, &[x], &[n as f64], (STAGES * (n - 1), fading_times(factor, STAGES)), || {
        Box::new(Stages { averages: [Exponential::new(n, factor); STAGES], combine })
    })
}

struct Stages<const STAGES: usize, F> {
    averages: [Exponential; STAGES],
    combine: F,
}

impl<const STAGES: usize, F: Fn([f64; STAGES]) -> f64 + Send> Step for Stages<STAGES, F> {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let x = inputs.column(0);
        let mut averages = self.averages;
        if averages.iter().all(Exponential::is_seeded) && known(x) == x.len() {
            for (out, &x) in out.iter_mut().zip(x) {
                *out = (self.combine)(chain(&mut averages, x, Exponential::go_on));
            }
            self.averages = averages;
            return;
        }
        for (out, &x) in out.iter_mut().zip(x) {
            *out = (self.combine)(chain(&mut averages, x, Exponential::next));
        }
        self.averages = averages;
    }
}

/// Gives x to the first average, and what each gives to the one behind it.
#[inline]
fn chain<const STAGES: usize>(
    averages: &mut [Exponential; STAGES],
    x: f64,
    take: impl Fn(&mut Exponential, f64) -> f64,
) -> [f64; STAGES] {
    let mut values = [x; STAGES];
    for stage in 0..STAGES {
        values[stage] = take(&mut averages[stage], if stage > 0 { values[stage - 1] } else { x });
    }
    values
}
