//! How long to wait before the next attempt: capped exponential growth with full jitter.

use std::time::Duration;

use fastrand::Rng;

/// Gives the delay before each further attempt.
///
/// The n-th delay is drawn evenly between zero and `first · 2ⁿ`, at most `cap`: clients that
/// failed together do not come back together. Randomness is an input, so that a test can repeat it.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    cap: Duration,
    attempt: u32,
    rng: Rng,
}

impl Backoff {
    /// A backoff whose first delay is at most `first`, and none more than `cap`.
    #[must_use]
    pub fn new(first: Duration, cap: Duration, rng: Rng) -> Self {
        Backoff { first, cap, attempt: 0, rng }
    }

    /// The delay before the next attempt.
    pub fn next_delay(&mut self) -> Duration {
        let ceiling = self.first.saturating_mul(2u32.saturating_pow(self.attempt)).min(self.cap);
        self.attempt = self.attempt.saturating_add(1);
        let ceiling_ns = u64::try_from(ceiling.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(self.rng.u64(0..=ceiling_ns))
    }

    /// Starts over from `first`; to be called after a success.
    pub fn reset(&mut self) {
        self.attempt = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_millis(100);
    const CAP: Duration = Duration::from_secs(5);

    fn delays(seed: u64, count: usize) -> Vec<Duration> {
        let mut backoff = Backoff::new(FIRST, CAP, Rng::with_seed(seed));
        (0..count).map(|_| backoff.next_delay()).collect()
    }

    #[test]
    fn delays_stay_below_a_ceiling_that_doubles_up_to_the_cap() {
        for seed in 0..200 {
            for (attempt, delay) in delays(seed, 70).into_iter().enumerate() {
                let ceiling = FIRST.saturating_mul(2u32.saturating_pow(u32::try_from(attempt).unwrap())).min(CAP);
                assert!(delay <= ceiling, "delay {delay:?} of attempt {attempt} is above {ceiling:?}");
            }
        }
    }

    #[test]
    fn delays_fill_the_whole_range() {
        let tenths: Vec<_> = (0..2_000).map(|seed| delays(seed, 10)[9].as_millis()).collect();
        assert!(tenths.iter().any(|&ms| ms < 250) && tenths.iter().any(|&ms| ms > 4_750));
        let mean = tenths.iter().sum::<u128>() / 2_000;
        assert!((2_300..2_700).contains(&mean), "mean {mean} ms");
    }

    #[test]
    fn a_seed_repeats_and_a_reset_starts_over() {
        assert_eq!(delays(7, 20), delays(7, 20));
        assert_ne!(delays(7, 20), delays(8, 20));
        let mut backoff = Backoff::new(FIRST, CAP, Rng::with_seed(1));
        for _ in 0..40 {
            backoff.next_delay();
        }
        backoff.reset();
        assert!(backoff.next_delay() <= FIRST);
    }

    #[test]
    fn extremes_do_not_overflow() {
        let mut backoff = Backoff::new(Duration::MAX, Duration::MAX, Rng::with_seed(1));
        let longest = (0..100).map(|_| backoff.next_delay()).max();
        assert!(longest > Some(Duration::from_secs(60)));
        assert_eq!(Backoff::new(Duration::ZERO, CAP, Rng::with_seed(1)).next_delay(), Duration::ZERO);
    }
}
