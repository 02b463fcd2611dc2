//! Request weights, counted in calendar minutes of real time. Pure: the time of day is an input.

/// Weight that may be used in a minute.
pub(crate) const WEIGHT_A_MINUTE: u32 = 6_000;
/// Requests sent against a 429 before the ban comes.
const IGNORED_BEFORE_BAN: u32 = 10;
/// The first ban; every further one is twice as long.
const FIRST_BAN_MS: i64 = 120_000;
/// The longest ban, three days.
const LONGEST_BAN_MS: i64 = 3 * 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// The weight used by all clients together: they share one address.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    minute: i64,
    used: u32,
    ignored: u32,
    bans: u32,
    banned_until_ms: i64,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is answered.
    Allowed,
    /// Answered with 429.
    TooMuch {
        /// When the minute ends, seconds from now.
        retry_after_s: i64,
    },
    /// Answered with 418.
    Banned {
        /// Seconds from now.
        retry_after_s: i64,
        /// Unix milliseconds of real time.
        until_ms: i64,
    },
}

impl Limiter {
    /// Counts a request of `weight` at `real_now_ms`.
    pub(crate) fn charge(&mut self, weight: u32, real_now_ms: i64) -> Verdict {
        let minute = real_now_ms.div_euclid(MINUTE_MS);
        if minute != self.minute {
            (self.minute, self.used, self.ignored) = (minute, 0, 0);
        }
        if real_now_ms < self.banned_until_ms {
            return self.banned(real_now_ms);
        }
        self.used = self.used.saturating_add(weight);
        if self.used <= WEIGHT_A_MINUTE {
            return Verdict::Allowed;
        }
        self.ignored += 1;
        if self.ignored > IGNORED_BEFORE_BAN {
            let ban_ms = FIRST_BAN_MS.saturating_mul(1 << self.bans.min(20)).min(LONGEST_BAN_MS);
            self.bans += 1;
            self.banned_until_ms = real_now_ms + ban_ms;
            return self.banned(real_now_ms);
        }
        Verdict::TooMuch { retry_after_s: seconds_up((minute + 1) * MINUTE_MS - real_now_ms) }
    }

    /// The weight used in the current minute, for the reply's header.
    pub(crate) fn used(&self) -> u32 {
        self.used
    }

    fn banned(&self, real_now_ms: i64) -> Verdict {
        let until_ms = self.banned_until_ms;
        Verdict::Banned { retry_after_s: seconds_up(until_ms - real_now_ms), until_ms }
    }
}

fn seconds_up(span_ms: i64) -> i64 {
    (span_ms + 999).div_euclid(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weight_is_free_again_in_the_next_minute() {
        let mut limiter = Limiter::default();
        assert_eq!(limiter.charge(WEIGHT_A_MINUTE, 30_000), Verdict::Allowed);
        assert_eq!(limiter.charge(1, 30_001), Verdict::TooMuch { retry_after_s: 30 });
        assert_eq!(limiter.charge(1, 60_000), Verdict::Allowed);
        assert_eq!(limiter.used(), 1);
    }

    #[test]
    fn who_ignores_429_is_banned_longer_each_time() {
        let mut limiter = Limiter::default();
        let mut ignore = |start_ms| {
            limiter.charge(WEIGHT_A_MINUTE, start_ms);
            (0..IGNORED_BEFORE_BAN)
                .for_each(|_| assert!(matches!(limiter.charge(1, start_ms), Verdict::TooMuch { .. })));
            limiter.charge(1, start_ms)
        };
        assert_eq!(ignore(0), Verdict::Banned { retry_after_s: 120, until_ms: 120_000 });
        assert_eq!(ignore(120_000), Verdict::Banned { retry_after_s: 240, until_ms: 360_000 });
        assert_eq!(limiter.charge(1, 359_999), Verdict::Banned { retry_after_s: 1, until_ms: 360_000 });
        assert_eq!(limiter.charge(1, 360_000), Verdict::Allowed);
    }
}
