//! The exchange's clock: virtual time as a function of the real time that has passed.

use std::time::{Duration, Instant};

/// Virtual time that begins at `start_ms` and runs `speed` times as fast as real time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    /// Virtual time at the beginning, Unix milliseconds.
    pub(crate) start_ms: i64,
    /// Virtual seconds in a real second.
    pub(crate) speed: f64,
    /// Where the clock stops, if it does: a moment after the end of a file. Unix milliseconds.
    pub(crate) end_ms: Option<i64>,
}

impl Clock {
    /// Virtual time after `elapsed` real time, Unix milliseconds. Never runs back, never passes the end.
    pub(crate) fn now_ms(&self, elapsed: Duration) -> i64 {
        let passed_ms = (elapsed.as_secs_f64() * 1_000.0 * self.speed).floor() as i64;
        let now_ms = self.start_ms.saturating_add(passed_ms);
        self.end_ms.map_or(now_ms, |end_ms| now_ms.min(end_ms))
    }

    /// Real time that must have passed for virtual time to be `time_ms`.
    pub(crate) fn elapsed_at(&self, time_ms: i64) -> Duration {
        let virtual_s = (time_ms.saturating_sub(self.start_ms)).max(0) as f64 / 1_000.0;
        Duration::try_from_secs_f64(virtual_s / self.speed).unwrap_or(Duration::MAX)
    }

    /// Whether the clock has stopped for good.
    pub(crate) fn has_ended(&self, now_ms: i64) -> bool {
        self.end_ms.is_some_and(|end_ms| now_ms >= end_ms)
    }
}

/// A clock that has been started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunningClock {
    clock: Clock,
    begun: Instant,
}

impl RunningClock {
    /// Starts the clock now.
    pub(crate) fn start(clock: Clock) -> Self {
        RunningClock { clock, begun: Instant::now() }
    }

    /// The clock's settings.
    pub(crate) fn settings(&self) -> &Clock {
        &self.clock
    }

    /// Real time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Virtual time, Unix milliseconds.
    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now_ms(self.elapsed())
    }

    /// The real instant `elapsed` after the start.
    pub(crate) fn instant_at(&self, elapsed: Duration) -> Instant {
        self.begun + elapsed
    }

    /// The real instant at which virtual time reaches `time_ms`; `None` when it lies too far ahead to matter.
    pub(crate) fn instant_of(&self, time_ms: i64) -> Option<Instant> {
        self.begun.checked_add(self.clock.elapsed_at(time_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: Clock = Clock { start_ms: 1_000, speed: 3_600.0, end_ms: Some(10_000_000) };

    #[test]
    fn virtual_time_follows_real_time_and_stops_at_the_end() {
        assert_eq!(CLOCK.now_ms(Duration::ZERO), 1_000);
        assert_eq!(CLOCK.now_ms(Duration::from_secs(1)), 3_601_000);
        assert_eq!(CLOCK.now_ms(Duration::from_secs(100)), 10_000_000);
        assert!(CLOCK.has_ended(10_000_000) && !CLOCK.has_ended(9_999_999));
    }

    #[test]
    fn waiting_for_a_time_reaches_it() {
        for time_ms in [1_001, 4_567, 3_601_000, 9_999_999] {
            let elapsed = CLOCK.elapsed_at(time_ms) + Duration::from_micros(1);
            assert!(CLOCK.now_ms(elapsed) >= time_ms, "{time_ms}");
        }
        assert_eq!(CLOCK.elapsed_at(0), Duration::ZERO);
    }
}
