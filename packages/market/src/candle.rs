//! One candle, and what makes it a good one.

use crate::Timeframe;

/// What a market did between an open time and the next one.
///
/// Prices are in quote, volume is in base. The candle is named by its open time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candle {
    /// Open time, Unix milliseconds, UTC.
    pub open_time_ms: i64,
    /// First price.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price.
    pub close: f64,
    /// Traded volume in base.
    pub volume: f64,
}

/// Why a candle is refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum CandleFault {
    /// A value is NaN or infinite.
    #[error("a value is not a finite number")]
    NotFinite,
    /// The high is below the open, the close or the low.
    #[error("high {high} is below open, close or low")]
    HighTooLow {
        /// The high of the candle.
        high: f64,
    },
    /// The low is above the open or the close.
    #[error("low {low} is above open or close")]
    LowTooHigh {
        /// The low of the candle.
        low: f64,
    },
    /// A price is zero or negative.
    #[error("price {price} is not above zero")]
    PriceNotPositive {
        /// The offending price.
        price: f64,
    },
    /// The volume is negative.
    #[error("volume {volume} is negative")]
    NegativeVolume {
        /// The volume of the candle.
        volume: f64,
    },
    /// The open time is not one of the timeframe's.
    #[error("open time {open_time_ms} ms is not on the {timeframe} grid")]
    OffGrid {
        /// The open time of the candle.
        open_time_ms: i64,
        /// The timeframe it was checked against.
        timeframe: Timeframe,
    },
}

impl Candle {
    /// Checks that the candle is possible and on the grid of `timeframe`.
    ///
    /// # Errors
    /// The first [`CandleFault`] found.
    pub fn check(&self, timeframe: Timeframe) -> Result<(), CandleFault> {
        let Candle { open_time_ms, open, high, low, close, volume } = *self;
        if ![open, high, low, close, volume].iter().all(|value| value.is_finite()) {
            return Err(CandleFault::NotFinite);
        }
        if high < open || high < close || high < low {
            return Err(CandleFault::HighTooLow { high });
        }
        if low > open || low > close {
            return Err(CandleFault::LowTooHigh { low });
        }
        if low <= 0.0 {
            return Err(CandleFault::PriceNotPositive { price: low });
        }
        if volume < 0.0 {
            return Err(CandleFault::NegativeVolume { volume });
        }
        if timeframe.open_of(open_time_ms) != open_time_ms {
            return Err(CandleFault::OffGrid { open_time_ms, timeframe });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Candle = Candle { open_time_ms: 0, open: 2.0, high: 3.0, low: 1.0, close: 2.5, volume: 0.0 };

    #[track_caller]
    fn check(candle: Candle, fault: Option<CandleFault>) {
        assert_eq!(candle.check(Timeframe::H1).err(), fault);
    }

    #[test]
    fn a_candle_is_checked() {
        check(GOOD, None);
        check(Candle { close: f64::INFINITY, ..GOOD }, Some(CandleFault::NotFinite));
        check(Candle { high: 2.4, ..GOOD }, Some(CandleFault::HighTooLow { high: 2.4 }));
        check(Candle { low: 2.1, ..GOOD }, Some(CandleFault::LowTooHigh { low: 2.1 }));
        check(Candle { low: 0.0, ..GOOD }, Some(CandleFault::PriceNotPositive { price: 0.0 }));
        check(Candle { volume: -1.0, ..GOOD }, Some(CandleFault::NegativeVolume { volume: -1.0 }));
        let off_grid = CandleFault::OffGrid { open_time_ms: 1, timeframe: Timeframe::H1 };
        check(Candle { open_time_ms: 1, ..GOOD }, Some(off_grid));
        assert!(Candle { volume: f64::NAN, ..GOOD }.check(Timeframe::H1).is_err());
    }
}
