//! `vwap('day' | 'week' | 'month')`: volume-weighted average price since the start of the period.
//!
//! Σ hlc3 · volume / Σ volume from 00:00 UTC of the day, of Monday, or of the 1st. Known from the first
//! candle with a volume on. In quote. Pine `ta.vwap(hlc3, anchor)`.

use market::Timeframe;

use super::{Family, Function, Gives, Parameter, Shift};
use crate::plan::{Inputs, Memory, Step};

pub(super) const VWAP: Function = Function {
    name: "vwap",
    family: Family::Volume,
    parameters: &[Parameter::Word("anchor", &["day", "week", "month"])],
    gives: Gives::Number,
    unit: "quote",
    about: "volume-weighted average of hlc3 since the start of the day, week or month",
    formula: "Σ hlc3 · volume / Σ volume since 00:00 UTC of the day, of Monday, or of the 1st",
    warm_up: "0",
    talib: None,
    pine: Some("ta.vwap"),
    shift: Shift::Depends,
    build: |builder, arguments| {
        let (name, anchor) = match arguments[0].word() {
            "day" => ("vwap 'day'", Timeframe::D1),
            "week" => ("vwap 'week'", Timeframe::W1),
            _ => ("vwap 'month'", Timeframe::Month1),
        };
        builder.step(name, &[], &[], (0, Memory::Since(anchor)), || Box::new(Vwap::new(anchor)))
    },
};

struct Vwap {
    anchor: Timeframe,
    period_ends_ms: i64,
    turnover: f64,
    volume: f64,
}

impl Vwap {
    fn new(anchor: Timeframe) -> Self {
        Vwap { anchor, period_ends_ms: i64::MIN, turnover: 0.0, volume: 0.0 }
    }
}

impl Step for Vwap {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let candles = inputs.candles;
        for (index, out) in out.iter_mut().enumerate() {
            let time_ms = candles.open_time_ms[index];
            if time_ms >= self.period_ends_ms {
                self.period_ends_ms = self.anchor.next_open(self.anchor.open_of(time_ms));
                (self.turnover, self.volume) = (0.0, 0.0);
            }
            let typical = (candles.high[index] + candles.low[index] + candles.close[index]) / 3.0;
            self.turnover += typical * candles.volume[index];
            self.volume += candles.volume[index];
            *out = if self.volume > 0.0 { self.turnover / self.volume } else { f64::NAN };
        }
    }
}
