//! `sar(step, max)`: Wilder's parabolic stop and reverse.
//!
//! A stop that moves towards the extreme of the trend by a share of their distance: `step` at first, one more
//! `step` at each new extreme, at most `max`. It never enters the ranges of the last two candles; when the
//! price reaches it the trend turns and the stop begins anew at the extreme. As in TA-Lib the trend begins
//! down where the second candle reaches further below the first than above it, else up, with the stop at
//! the first candle's other end. Lookback 1. In quote. TA-Lib `SAR`, Pine `ta.sar(step, step, max)`.

use super::{Family, Function, Gives, Parameter, Shift};
use crate::plan::{Inputs, Memory, Step};

pub(super) const SAR: Function = Function {
    name: "sar",
    family: Family::Volatility,
    parameters: &[Parameter::Number("step", 0.0, 1e6), Parameter::Number("max", 0.0, 1e6)],
    gives: Gives::Number,
    unit: "quote",
    about: "parabolic stop and reverse: a stop that hurries after the trend and turns with it",
    formula: "sar = sar[1] + a · (extreme − sar[1]), where a grows by step with each new extreme, to max at most",
    warm_up: "1",
    talib: Some("SAR"),
    pine: Some("ta.sar"),
    shift: Shift::Depends,
    build: |builder, arguments| {
        let (step, max) = (arguments[0].number(), arguments[1].number());
        builder.step("sar", &[], &[step, max], (1, Memory::TURNING), || Box::new(Sar::new(step, max)))
    },
};

/// The top and the bottom of a candle in an upward trend. In a downward one all prices are seen upside
/// down: the top is the negative low, the bottom the negative high.
#[derive(Clone, Copy)]
struct Range {
    top: f64,
    bottom: f64,
}

impl Range {
    fn flipped(self) -> Range {
        Range { top: -self.bottom, bottom: -self.top }
    }
}

#[derive(Clone, Copy)]
struct Sar {
    step: f64,
    max: f64,
    /// The last candle, as the trend sees it; none before the first.
    last: Option<Range>,
    trend: Option<Trend>,
}

#[derive(Clone, Copy)]
struct Trend {
    /// 1 upwards, −1 downwards.
    side: f64,
    /// The stop of the next candle.
    stop: f64,
    extreme: f64,
    share: f64,
}

impl Sar {
    fn new(step: f64, max: f64) -> Self {
        Sar { step: step.min(max), max, last: None, trend: None }
    }

    /// The trend at the second candle, and that candle as the trend sees it.
    fn begin(&self, first: Range, second: Range) -> (Trend, Range) {
        let (rise, fall) = (second.top - first.top, first.bottom - second.bottom);
        let down = fall > 0.0 && fall > rise;
        let (side, first, second) = if down { (-1.0, first.flipped(), second.flipped()) } else { (1.0, first, second) };
        (Trend { side, stop: first.bottom, extreme: second.top, share: self.step }, second)
    }

    /// Takes the next candle as the trend sees it, and gives its stop.
    fn next(&self, trend: &mut Trend, last: &mut Range, mut now: Range) -> f64 {
        let turned = now.bottom <= trend.stop;
        if turned {
            (now, *last) = (now.flipped(), last.flipped());
            trend.side = -trend.side;
            trend.stop = lowest(-trend.extreme, last.bottom, now.bottom);
            (trend.share, trend.extreme) = (self.step, now.top);
        }
        let stop = trend.side * trend.stop;
        if now.top > trend.extreme {
            trend.extreme = now.top;
            trend.share = (trend.share + self.step).min(self.max);
        }
        trend.stop = lowest(trend.stop + trend.share * (trend.extreme - trend.stop), last.bottom, now.bottom);
        *last = now;
        stop
    }
}

fn lowest(a: f64, b: f64, c: f64) -> f64 {
    let lower = if b < a { b } else { a };
    if c < lower { c } else { lower }
}

impl Step for Sar {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let candles = inputs.candles;
        let mut state = *self;
        for ((out, &high), &low) in out.iter_mut().zip(candles.high).zip(candles.low) {
            let candle = Range { top: high, bottom: low };
            *out = match (state.last, state.trend) {
                (Some(mut last), Some(mut trend)) => {
                    let seen = if trend.side < 0.0 { candle.flipped() } else { candle };
                    let stop = state.next(&mut trend, &mut last, seen);
                    (state.last, state.trend) = (Some(last), Some(trend));
                    stop
                }
                (Some(first), None) => {
                    let (mut trend, second) = state.begin(first, candle);
                    // There the second candle stands for its last one, too.
                    let mut last = second;
                    let stop = state.next(&mut trend, &mut last, second);
                    (state.last, state.trend) = (Some(last), Some(trend));
                    stop
                }
                (None, _) => {
                    state.last = Some(candle);
                    f64::NAN
                }
            };
        }
        *self = state;
    }
}
