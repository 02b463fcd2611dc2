//! `plus_di`, `minus_di` and `adx(n)`: Wilder's directional movement.
//!
//! A candle that reaches further above the last one than below it moves up by that much, and the other way
//! round. The indicators are the smoothed movements as a share of the smoothed true range, the index is the
//! smoothed difference of the two as a share of their sum. Lookback n, and 2n − 1 of the index.
//! TA-Lib `PLUS_DI`, `MINUS_DI` and `ADX`, Pine `ta.dmi`.

use market::CandleSlice;

use super::ema::{fading, fading_times};
use super::tr::true_range;
use super::{Argument, Family, Function, Gives, MAX_LENGTH, ONE_LENGTH, Parameter, Shift};
use crate::plan::{Builder, Inputs, Operand, Step};

pub(super) const PLUS_DI: Function = Function {
    name: "plus_di",
    family: Family::Momentum,
    parameters: ONE_LENGTH,
    gives: Gives::Number,
    unit: "0 to 100",
    about: "upward movement as a share of the true range; from 0 to 1 where n is 1, as TA-Lib has it",
    formula: "100 · U / R, where U and R are Wilder's sums over n of the upward movement and of tr(); 0 where R is 0",
    warm_up: "n",
    talib: Some("PLUS_DI"),
    pine: Some("ta.dmi"),
    shift: Shift::Depends,
    build: |builder, arguments| indicator(builder, "plus_di", arguments, |up, _| up),
};

pub(super) const MINUS_DI: Function = Function {
    name: "minus_di",
    about: "downward movement as a share of the true range; from 0 to 1 where n is 1, as TA-Lib has it",
    formula: "100 · D / R, where D and R are Wilder's sums over n of the downward movement and of tr(); 0 where R is 0",
    talib: Some("MINUS_DI"),
    build: |builder, arguments| indicator(builder, "minus_di", arguments, |_, down| down),
    ..PLUS_DI
};

pub(super) const ADX: Function = Function {
    name: "adx",
    parameters: &[Parameter::Length("n", 2, MAX_LENGTH)],
    about: "average directional index: how one-sided the movements are, whichever way",
    formula: "rma(100 · |plus_di − minus_di| / (plus_di + minus_di), n), which stays where nothing moved",
    warm_up: "2 * n - 1",
    talib: Some("ADX"),
    build: |builder, arguments| {
        let n = arguments[0].length();
        builder.step("adx", &[], &[n as f64], (2 * n - 1, fading_times(1.0 / n as f64, 2)), || Box::new(Adx::new(n)))
    },
    ..PLUS_DI
};

fn indicator(builder: &mut Builder, name: &str, arguments: &[Argument], pick: fn(f64, f64) -> f64) -> Operand {
    let n = arguments[0].length();
    builder.step(name, &[], &[n as f64], (n, fading(1.0 / n as f64)), || {
        Box::new(Indicator { movement: Movement::new(n), pick, scale: if n == 1 { 1.0 } else { 100.0 } })
    })
}

struct Indicator {
    movement: Movement,
    pick: fn(f64, f64) -> f64,
    scale: f64,
}

impl Step for Indicator {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let (pick, scale) = (self.pick, self.scale);
        self.movement.run(
            inputs.candles,
            out,
            |up, down, range| {
                if range == 0.0 { 0.0 } else { scale * (pick(up, down) / range) }
            },
        );
    }
}

struct Adx {
    movement: Movement,
    n: usize,
    /// Values the average has begun with, at most n.
    seen: usize,
    /// Until there are n their sum, then the average.
    average: f64,
}

impl Adx {
    fn new(n: usize) -> Self {
        Adx { movement: Movement::new(n), n, seen: 0, average: 0.0 }
    }
}

impl Step for Adx {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let (n, mut seen, mut average) = (self.n, self.seen, self.average);
        let new = 1.0 / n as f64;
        let old = 1.0 - new;
        self.movement.run(inputs.candles, out, |up, down, range| {
            let moved = up + down;
            let still = range == 0.0 || moved == 0.0;
            let index = 100.0 * ((up - down).abs() / moved);
            if seen == n {
                average = if still { average } else { average * old + index * new };
                return average;
            }
            seen += 1;
            average += if still { 0.0 } else { index };
            if seen < n {
                return f64::NAN;
            }
            average /= n as f64;
            average
        });
        (self.seen, self.average) = (seen, average);
    }
}

/// Wilder's sums of the movements up and down and of the true range: with each candle they lose an n-th.
#[derive(Clone, Copy)]
struct Movement {
    n: usize,
    /// Movements seen, at most n.
    seen: usize,
    last: Option<(f64, f64, f64)>,
    up: f64,
    down: f64,
    range: f64,
}

impl Movement {
    fn new(n: usize) -> Self {
        Movement { n, seen: 0, last: None, up: 0.0, down: 0.0, range: 0.0 }
    }

    /// Fills `out` with what `read` makes of the three sums.
    fn run(&mut self, candles: CandleSlice<'_>, out: &mut [f64], mut read: impl FnMut(f64, f64, f64) -> f64) {
        // The very first candle has no other to move from.
        let first = usize::from(self.last.is_none());
        let last = self.last.unwrap_or((candles.high[0], candles.low[0], candles.close[0]));
        let (mut last_high, mut last_low, mut last_close) = last;
        let Movement { n, mut seen, mut up, mut down, mut range, .. } = *self;
        let fade = 1.0 - 1.0 / n as f64;
        out[..first].fill(f64::NAN);
        let prices = candles.high.iter().zip(candles.low).zip(candles.close);
        for (out, ((&high, &low), &close)) in out.iter_mut().zip(prices).skip(first) {
            let (rise, fall) = (high - last_high, last_low - low);
            // The sums begin with n − 1 whole movements.
            let keep = if seen + 1 < n { 1.0 } else { fade };
            up = up * keep + if rise > 0.0 && rise > fall { rise } else { 0.0 };
            down = down * keep + if fall > 0.0 && fall > rise { fall } else { 0.0 };
            range = range * keep + true_range(high, low, last_close);
            (last_high, last_low, last_close) = (high, low, close);
            seen += usize::from(seen < n);
            *out = if seen == n { read(up, down, range) } else { f64::NAN };
        }
        *self = Movement { n, seen, last: Some((last_high, last_low, last_close)), up, down, range };
    }
}
