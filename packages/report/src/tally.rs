//! What a report tells of candles and equity, gathered as they come: so that a long run need not keep them.

use market::{CandleSlice, Timeframe};

use crate::figures::figures_of_equity;
use crate::monthly::Months;
use crate::{Curve, Figures};

/// The candles of a run and its equity after each, without their values.
#[derive(Debug, Clone)]
pub struct Tally {
    timeframe: Timeframe,
    pub(crate) curve: Curve,
    pub(crate) months: Months,
    hold: Hold,
    /// The close of the last candle.
    pub(crate) last_close: Option<f64>,
}

/// What doing nothing would have given: all cash bought at the first open, no fees.
#[derive(Debug, Clone)]
struct Hold {
    cash: f64,
    quantity: Option<f64>,
    curve: Curve,
}

impl Tally {
    /// Nothing but the cash at the start, in quote.
    #[must_use]
    pub fn new(cash: f64, timeframe: Timeframe) -> Self {
        Tally {
            timeframe,
            curve: Curve::new(cash),
            months: Months::new(cash),
            hold: Hold { cash, quantity: None, curve: Curve::new(cash) },
            last_close: None,
        }
    }

    /// Takes the next candles, and the equity after each.
    pub fn add(&mut self, candles: CandleSlice<'_>, equity: &[f64]) {
        self.curve.add(candles.open_time_ms, equity);
        self.months.add(candles.open_time_ms, equity);
        self.hold.add(candles);
        self.last_close = candles.close.last().copied().or(self.last_close);
    }

    /// How many candles there were.
    #[must_use]
    pub fn candles(&self) -> usize {
        self.curve.candles
    }

    /// Where the first candle opens and the last one closes, Unix milliseconds.
    #[must_use]
    pub fn span_ms(&self) -> Option<(i64, i64)> {
        self.curve.span_ms.map(|(first_ms, last_ms)| (first_ms, self.timeframe.next_open(last_ms)))
    }

    /// The figures of buying at the first open with all cash and holding, marked at each close.
    #[must_use]
    pub fn buy_and_hold(&self) -> Figures {
        figures_of_equity(&self.hold.curve, self.timeframe)
    }
}

impl Hold {
    fn add(&mut self, candles: CandleSlice<'_>) {
        let Some(&open) = candles.open.first() else { return };
        let quantity = *self.quantity.get_or_insert(self.cash / open);
        let equity: Vec<f64> = candles.close.iter().map(|close| quantity * close).collect();
        self.curve.add(candles.open_time_ms, &equity);
    }
}
