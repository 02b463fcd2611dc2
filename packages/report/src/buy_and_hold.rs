//! What doing nothing would have given: all cash bought at the first open, no fees.

use market::{CandleSlice, Timeframe};

use crate::{Figures, Tally};

/// The figures of buying at the first open with all cash and holding, marked at each close.
#[must_use]
pub fn buy_and_hold(candles: CandleSlice<'_>, timeframe: Timeframe, cash: f64) -> Figures {
    let mut tally = Tally::new(cash, timeframe);
    tally.add(candles, &vec![cash; candles.len()]);
    tally.buy_and_hold()
}
