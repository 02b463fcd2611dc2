//! How much an exchange lets us ask in a minute, and whether a request still fits.

/// Exchanges count in calendar minutes: the count drops to zero at each full one.
const WINDOW_MS: i64 = 60_000;

/// The part of the limit that we use, in percent: the rest is for what we cannot see in time.
const SHARE_PERCENT: u64 = 90;

/// Request weight used in the present minute, by us and, as far as replies tell, by others on our address.
///
/// Time is an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WeightBudget {
    limit: u64,
    window: i64,
    used: u64,
}

impl WeightBudget {
    /// A budget of `limit` a minute, until the exchange says otherwise.
    pub(crate) fn new(limit: u32) -> Self {
        WeightBudget { limit: u64::from(limit), window: i64::MIN, used: 0 }
    }

    /// Counts a request as sent, or tells until when (Unix milliseconds) it has to wait.
    ///
    /// The first request of a minute always passes, or one heavier than the budget never would.
    pub(crate) fn take(&mut self, weight: u32, now_ms: i64) -> Result<(), i64> {
        self.enter(now_ms);
        let wanted = self.used + u64::from(weight);
        if self.used > 0 && wanted > self.limit * SHARE_PERCENT / 100 {
            return Err((self.window + 1).saturating_mul(WINDOW_MS));
        }
        self.used = wanted;
        Ok(())
    }

    /// Learns what the exchange has counted, from the reply to a request sent at `sent_ms`.
    ///
    /// A reply from the minute before says nothing about this one. The larger count holds: ours
    /// knows requests still under way, theirs knows other programs and the true weights.
    pub(crate) fn learn_used(&mut self, used: u32, sent_ms: i64, now_ms: i64) {
        self.enter(now_ms);
        if window_of(sent_ms) == self.window {
            self.used = self.used.max(u64::from(used));
        }
    }

    /// Learns the limit of a minute; zero is no limit that could be kept and is passed over.
    pub(crate) fn learn_limit(&mut self, limit: u32) {
        if limit > 0 {
            self.limit = u64::from(limit);
        }
    }

    fn enter(&mut self, now_ms: i64) {
        let window = window_of(now_ms);
        if window != self.window {
            self.window = window;
            self.used = 0;
        }
    }
}

fn window_of(time_ms: i64) -> i64 {
    time_ms.div_euclid(WINDOW_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_pass_up_to_the_share_and_then_wait_for_the_minute_to_end() {
        let mut budget = WeightBudget::new(100);
        for _ in 0..45 {
            assert_eq!(budget.take(2, 61_000), Ok(()));
        }
        assert_eq!(budget.take(1, 61_500), Err(120_000));
        assert_eq!(budget.take(1, 119_999), Err(120_000));
        assert_eq!(budget.take(90, 120_000), Ok(()));
        assert_eq!(budget.take(1, 120_001), Err(180_000));
    }

    #[test]
    fn what_others_use_counts_and_what_is_under_way_is_not_forgotten() {
        let mut budget = WeightBudget::new(100);
        assert_eq!(budget.take(2, 0), Ok(()));
        budget.learn_used(88, 0, 10);
        assert_eq!(budget.take(2, 20), Ok(()));
        budget.learn_used(50, 20, 30);
        assert_eq!(budget.take(1, 40), Err(60_000));
    }

    #[test]
    fn a_reply_to_the_minute_before_is_no_news() {
        let mut budget = WeightBudget::new(100);
        budget.learn_used(99, 59_990, 60_010);
        assert_eq!(budget.take(90, 60_020), Ok(()));
    }

    #[test]
    fn the_limit_is_learned_and_a_heavy_request_is_not_shut_out() {
        let mut budget = WeightBudget::new(100);
        budget.learn_limit(10);
        assert_eq!(budget.take(20, 0), Ok(()));
        assert_eq!(budget.take(1, 1), Err(60_000));
        budget.learn_limit(0);
        assert_eq!(budget.take(20, 60_000), Ok(()));
        assert_eq!(budget.take(1, 60_001), Err(120_000));
    }
}
