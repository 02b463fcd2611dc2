//! How a candle forms: the path its price takes from open to close, in steps.

use market::{Candle, Timeframe};

use crate::number::round_to;

/// The exchange pushes a forming candle this often, real milliseconds.
const PUSH_EVERY_MS: f64 = 2_000.0;
/// Three legs: to the first extreme, to the second, to the close.
const LEGS: i64 = 3;

/// How finely candles form. A candle that has closed is always the candle itself, to the bit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Path {
    /// Steps of a candle, a multiple of the legs so that both extremes are touched.
    steps: i64,
    /// Decimals of prices on the way.
    price_decimals: u32,
    /// Decimals of volumes on the way.
    volume_decimals: u32,
}

impl Path {
    /// One step for each push at `speed` virtual seconds a real second, and at least one for each leg.
    pub(crate) fn new(timeframe: Timeframe, speed: f64, price_decimals: u32, volume_decimals: u32) -> Self {
        let pushes = timeframe.longest_ms() as f64 / (PUSH_EVERY_MS * speed);
        let legs = ((pushes / LEGS as f64).ceil() as i64).max(1);
        Path { steps: legs * LEGS, price_decimals, volume_decimals }
    }

    /// When the step after the one that is current at `time_ms` comes; `close_ms` after the last one.
    pub(crate) fn next_step_ms(&self, open_ms: i64, close_ms: i64, time_ms: i64) -> i64 {
        let next = self.step_at(open_ms, close_ms, time_ms) + 1;
        open_ms + (close_ms - open_ms) * next / self.steps
    }

    /// The candle as it looks at `time_ms`, before its close at `close_ms`, and the share of it that is past.
    pub(crate) fn forming(&self, candle: &Candle, close_ms: i64, time_ms: i64) -> (Candle, f64) {
        let step = self.step_at(candle.open_time_ms, close_ms, time_ms);
        let leg_steps = self.steps / LEGS;
        let rising = candle.close >= candle.open;
        let (first, second) = if rising { (candle.low, candle.high) } else { (candle.high, candle.low) };
        let way = [candle.open, first, second, candle.close];
        let leg = usize::try_from(step / leg_steps).unwrap_or(0);
        let within = (step % leg_steps) as f64 / leg_steps as f64;
        let price = match step % leg_steps {
            0 => way[leg],
            _ => round_to(way[leg] + (way[leg + 1] - way[leg]) * within, self.price_decimals)
                .clamp(candle.low, candle.high),
        };
        let share = step as f64 / self.steps as f64;
        let seen = &way[..=leg];
        let formed = Candle {
            open_time_ms: candle.open_time_ms,
            open: candle.open,
            high: seen.iter().copied().fold(price, f64::max),
            low: seen.iter().copied().fold(price, f64::min),
            close: price,
            volume: round_to(candle.volume * share, self.volume_decimals),
        };
        (formed, share)
    }

    /// The last step that has come by `time_ms`, from 0 at the open.
    fn step_at(&self, open_ms: i64, close_ms: i64, time_ms: i64) -> i64 {
        // Step k comes at open + floor(length * k / steps): solved for the largest k that is not later.
        let passed = (time_ms - open_ms + 1) * self.steps - 1;
        passed.div_euclid(close_ms - open_ms).clamp(0, self.steps - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;
    const RISING: Candle = Candle { open_time_ms: 0, open: 100.0, high: 110.0, low: 90.0, close: 105.0, volume: 3.0 };

    #[track_caller]
    fn check(candle: Candle, time_ms: i64, high: f64, low: f64, close: f64, volume: f64) {
        let path = Path::new(Timeframe::M1, 1.0, 2, 5);
        let (formed, _) = path.forming(&candle, MINUTE, time_ms);
        assert_eq!(formed, Candle { high, low, close, volume, ..candle }, "at {time_ms}");
    }

    #[test]
    fn a_candle_opens_touches_its_extremes_and_goes_to_its_close() {
        check(RISING, 0, 100.0, 100.0, 100.0, 0.0);
        check(RISING, 1_999, 100.0, 100.0, 100.0, 0.0);
        check(RISING, 10_000, 100.0, 95.0, 95.0, 0.5);
        check(RISING, 20_000, 100.0, 90.0, 90.0, 1.0);
        check(RISING, 40_000, 110.0, 90.0, 110.0, 2.0);
        check(RISING, 59_999, 110.0, 90.0, 105.5, 2.9);
        let falling = Candle { close: 95.0, ..RISING };
        check(falling, 20_000, 110.0, 100.0, 110.0, 1.0);
        check(falling, 40_000, 110.0, 90.0, 90.0, 2.0);
    }

    #[test]
    fn steps_come_one_after_the_other_until_the_close() {
        for speed in [0.7, 1.0, 33.0, 1e6] {
            let path = Path::new(Timeframe::M1, speed, 2, 5);
            let (mut time_ms, mut count) = (0, 0);
            while time_ms < MINUTE {
                let next = path.next_step_ms(0, MINUTE, time_ms);
                assert!(next > time_ms);
                assert_eq!(path.step_at(0, MINUTE, next - 1), count);
                (time_ms, count) = (next, count + 1);
            }
            assert_eq!((time_ms, count), (MINUTE, path.steps));
        }
        assert_eq!(Path::new(Timeframe::M1, 1.0, 2, 5).steps, 30);
        assert_eq!(Path::new(Timeframe::H1, 360_000.0, 2, 5).steps, 3);
    }
}
