//! What is broken on command, and for how long. Pure: real time since the start is an input.

use std::time::Duration;

use crate::replay::Dice;

/// Everything that can be broken at once.
#[derive(Debug)]
pub(crate) struct Faults {
    silent_until: Duration,
    refuse_until: Duration,
    fail: Option<Fail>,
    stall: Option<Stall>,
    swap_until: Duration,
    /// Until when klines stand still, and at which virtual time.
    stale: Option<(Duration, i64)>,
    short_pages_percent: u8,
    drop_closes: u64,
    dice: Dice,
}

/// The next requests that match get this answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fail {
    /// HTTP status.
    pub(crate) status: u16,
    /// How many requests.
    pub(crate) count: u64,
    /// Value of the `Retry-After` header, seconds.
    pub(crate) retry_after_s: Option<u64>,
    /// Only requests whose path ends in this; `None` means every one.
    pub(crate) route: Option<String>,
}

/// The next requests are answered late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stall {
    /// How late.
    pub(crate) delay: Duration,
    /// How many requests.
    pub(crate) count: u64,
}

impl Faults {
    /// Nothing is broken.
    pub(crate) fn none() -> Self {
        Faults {
            silent_until: Duration::ZERO,
            refuse_until: Duration::ZERO,
            swap_until: Duration::ZERO,
            stale: None,
            fail: None,
            stall: None,
            short_pages_percent: 0,
            drop_closes: 0,
            dice: Dice::new(0, 0),
        }
    }

    /// Streams say nothing for `span` from `elapsed` on.
    pub(crate) fn silence(&mut self, elapsed: Duration, span: Duration) {
        self.silent_until = elapsed + span;
    }

    /// Requests and upgrades are cut without an answer for `span` from `elapsed` on.
    pub(crate) fn refuse(&mut self, elapsed: Duration, span: Duration) {
        self.refuse_until = elapsed + span;
    }

    /// Streams tell volumes in quote where they should be in base, and the other way round, for `span` from
    /// `elapsed` on.
    pub(crate) fn swap_volumes(&mut self, elapsed: Duration, span: Duration) {
        self.swap_until = elapsed + span;
    }

    /// Klines over REST stay as they are at `now_ms`, in virtual time, for `span` from `elapsed` on.
    pub(crate) fn stale(&mut self, elapsed: Duration, span: Duration, now_ms: i64) {
        self.stale = Some((elapsed + span, now_ms));
    }

    /// The next requests fail.
    pub(crate) fn fail(&mut self, fail: Fail) {
        self.fail = Some(fail);
    }

    /// The next requests are answered late.
    pub(crate) fn stall(&mut self, stall: Stall) {
        self.stall = Some(stall);
    }

    /// So many of a hundred pages of klines lack their last row.
    pub(crate) fn short_pages(&mut self, percent: u8) {
        self.short_pages_percent = percent;
    }

    /// The next events of closed candles are not sent.
    pub(crate) fn drop_closes(&mut self, count: u64) {
        self.drop_closes = count;
    }

    /// Until when streams are silent, if they are at `elapsed`.
    pub(crate) fn silent_until(&self, elapsed: Duration) -> Option<Duration> {
        (elapsed < self.silent_until).then_some(self.silent_until)
    }

    /// The end of the newest silence, over or not; zero when there was none.
    pub(crate) fn silence_end(&self) -> Duration {
        self.silent_until
    }

    /// Whether requests are refused at `elapsed`.
    pub(crate) fn is_refusing(&self, elapsed: Duration) -> bool {
        elapsed < self.refuse_until
    }

    /// Whether volumes are swapped at `elapsed`.
    pub(crate) fn is_swapping_volumes(&self, elapsed: Duration) -> bool {
        elapsed < self.swap_until
    }

    /// The virtual time as of which klines over REST are told at `elapsed`, where it is not the present.
    pub(crate) fn stale_at(&self, elapsed: Duration) -> Option<i64> {
        self.stale.filter(|(until, _)| elapsed < *until).map(|(_, now_ms)| now_ms)
    }

    /// How the request for `path` is to fail, if it is: counts it.
    pub(crate) fn take_fail(&mut self, path: &str) -> Option<Fail> {
        let fail = self.fail.as_mut().filter(|fail| fail.count > 0)?;
        if !fail.route.as_deref().is_none_or(|route| path.ends_with(route)) {
            return None;
        }
        fail.count -= 1;
        Some(fail.clone())
    }

    /// How late the next request is to be answered, if it is: counts it.
    pub(crate) fn take_stall(&mut self) -> Option<Duration> {
        let stall = self.stall.as_mut().filter(|stall| stall.count > 0)?;
        stall.count -= 1;
        Some(stall.delay)
    }

    /// Whether this page of klines is to lack its last row: throws the dice.
    pub(crate) fn take_short_page(&mut self) -> bool {
        self.dice.bits() % 100 < u64::from(self.short_pages_percent)
    }

    /// Whether this event of a closed candle is not to be sent: counts it.
    pub(crate) fn take_dropped_close(&mut self) -> bool {
        let dropped = self.drop_closes > 0;
        self.drop_closes = self.drop_closes.saturating_sub(1);
        dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    #[test]
    fn spans_end() {
        let mut faults = Faults::none();
        faults.silence(S, 2 * S);
        faults.refuse(S, 3 * S);
        assert_eq!(faults.silent_until(2 * S), Some(3 * S));
        assert_eq!((faults.silent_until(3 * S), faults.silence_end()), (None, 3 * S));
        assert!(faults.is_refusing(3 * S) && !faults.is_refusing(4 * S));
        faults.stale(S, S, 7);
        assert_eq!([S, 2 * S].map(|elapsed| faults.stale_at(elapsed)), [Some(7), None]);
        faults.swap_volumes(S, S);
        assert!(faults.is_swapping_volumes(S) && !faults.is_swapping_volumes(2 * S));
    }

    #[test]
    fn counts_run_out() {
        let mut faults = Faults::none();
        faults.fail(Fail { status: 503, count: 1, retry_after_s: None, route: Some("klines".to_owned()) });
        assert_eq!(faults.take_fail("/api/v3/time"), None);
        assert_eq!(faults.take_fail("/api/v3/klines").map(|fail| fail.status), Some(503));
        assert_eq!(faults.take_fail("/api/v3/klines"), None);
        faults.stall(Stall { delay: S, count: 1 });
        assert_eq!([faults.take_stall(), faults.take_stall()], [Some(S), None]);
        faults.drop_closes(1);
        assert_eq!([faults.take_dropped_close(), faults.take_dropped_close()], [true, false]);
    }

    #[test]
    fn short_pages_come_as_often_as_asked() {
        let mut faults = Faults::none();
        assert!(!(0..100).any(|_| faults.take_short_page()));
        faults.short_pages(30);
        let short = (0..1_000).filter(|_| faults.take_short_page()).count();
        assert!((250..350).contains(&short), "{short}");
        faults.short_pages(100);
        assert!((0..100).all(|_| faults.take_short_page()));
    }
}
