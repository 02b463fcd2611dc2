//! `hour`, `minute`, `weekday`: when the candle opened, UTC.

use super::{Family, Function, Gives, Shift};
use crate::plan::{Builder, Inputs, Memory, Operand, Step};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// What the three share.
const TIME: Function = Function {
    name: "",
    family: Family::Time,
    parameters: &[],
    gives: Gives::Number,
    unit: "",
    about: "",
    formula: "of the candle's open, UTC",
    warm_up: "0",
    talib: None,
    pine: None,
    shift: Shift::Depends,
    build: |builder, _| part(builder, "", |_| 0),
};

pub(super) const HOUR: Function = Function {
    name: "hour",
    unit: "0 to 23",
    about: "the hour at which the candle opened",
    pine: Some("hour"),
    build: |builder, _| part(builder, "hour", |time_ms| time_ms.rem_euclid(DAY_MS) / HOUR_MS),
    ..TIME
};

pub(super) const MINUTE: Function = Function {
    name: "minute",
    unit: "0 to 59",
    about: "the minute of the hour at which the candle opened",
    pine: Some("minute"),
    build: |builder, _| part(builder, "minute", |time_ms| time_ms.rem_euclid(HOUR_MS) / MINUTE_MS),
    ..TIME
};

pub(super) const WEEKDAY: Function = Function {
    name: "weekday",
    unit: "1 to 7",
    about: "the day of the week on which the candle opened: Monday is 1, Sunday 7",
    // The first of January 1970 was a Thursday.
    build: |builder, _| part(builder, "weekday", |time_ms| (time_ms.div_euclid(DAY_MS) + 3).rem_euclid(7) + 1),
    ..TIME
};

fn part(builder: &mut Builder, name: &str, of: fn(i64) -> i64) -> Operand {
    builder.step(name, &[], &[], (0, Memory::Window), || Box::new(Part(of)))
}

struct Part(fn(i64) -> i64);

impl Step for Part {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        for (out, &time_ms) in out.iter_mut().zip(inputs.candles.open_time_ms) {
            *out = (self.0)(time_ms) as f64;
        }
    }
}
