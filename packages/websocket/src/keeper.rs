//! Keeps a connection up for ever: connect, listen, wait, again.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use network::Backoff;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use crate::codec::Codec;
use crate::connect::{Target, connect};
use crate::inbox::Inbox;
use crate::session::Session;
use crate::watchdog::Watchdog;
use crate::{DownReason, Event, Options, Watch, WebsocketError};

/// The longest wait that a refusal may ask for. Binance's bans last up to three days.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3 * 24 * 3_600);

/// One part in this many of a connection's age is taken off at random.
const ROTATE_JITTER: u32 = 20;

/// Holds one watch's connection.
pub(crate) struct Keeper {
    codec: Box<dyn Codec>,
    watch: Watch,
    options: Options,
    target: Target,
    inbox: Arc<Inbox>,
    backoff: Backoff,
    rng: Rng,
}

/// How an attempt ended.
struct Ended {
    reason: DownReason,
    /// Whether the connection proved good before.
    proved: bool,
}

impl Keeper {
    /// A keeper that has not begun yet.
    pub(crate) fn new(
        codec: Box<dyn Codec>,
        watch: Watch,
        options: Options,
        inbox: Arc<Inbox>,
    ) -> Result<Self, WebsocketError> {
        let target = Target::new(codec.url(), &options)?;
        let mut rng = options.seed.map_or_else(Rng::new, Rng::with_seed);
        let backoff = Backoff::new(options.backoff_first, options.backoff_max, rng.fork());
        Ok(Keeper { codec, watch, options, target, inbox, backoff, rng })
    }

    /// Keeps the connection until `stopped`, or the drop of its other end.
    pub(crate) async fn run(mut self, mut stopped: oneshot::Receiver<()>) {
        let _end = EndOnDrop(Arc::clone(&self.inbox));
        for epoch in 1.. {
            let Some(ended) = self.attempt(epoch, &mut stopped).await else { return };
            let wait = self.wait_after(&ended);
            tracing::debug!(epoch, ?wait, "stream down: {}", ended.reason);
            // Only closes can be refused.
            let _ = self.inbox.put(Event::Down { epoch, reason: ended.reason });
            let pause = async {
                sleep(wait).await;
                self.inbox.room().await;
            };
            if or_stop(&mut stopped, pause).await.is_none() {
                return;
            }
        }
    }

    /// Connects and listens until that ends; `None` when told to stop.
    async fn attempt(&mut self, epoch: u64, stopped: &mut oneshot::Receiver<()>) -> Option<Ended> {
        let socket = match or_stop(stopped, connect(&self.target, &self.options)).await? {
            Ok(socket) => socket,
            Err(reason) => {
                self.inbox.count(|stats| stats.failed_attempts += 1);
                return Some(Ended { reason, proved: false });
            }
        };
        let started = Instant::now();
        let unanswered = self.codec.subscribe().len();
        let age = self.age();
        let mut session = Session {
            socket,
            watchdog: Watchdog::new(&self.watch, &self.options, age, unanswered, started),
            codec: self.codec.as_ref(),
            inbox: &self.inbox,
            options: &self.options,
            epoch,
            is_up: false,
        };
        let reason = or_stop(stopped, session.run()).await;
        if reason.as_ref().is_none_or(DownReason::is_planned) {
            session.close().await;
        }
        // One that dies young is not good, or a flapping exchange would be stormed.
        let proved = session.watchdog.is_proved() && started.elapsed() >= self.options.backoff_max;
        reason.map(|reason| Ended { reason, proved })
    }

    fn age(&mut self) -> Duration {
        let age = self.options.rotate_after;
        age - (age / ROTATE_JITTER).mul_f64(self.rng.f64())
    }

    fn wait_after(&mut self, ended: &Ended) -> Duration {
        if ended.proved {
            self.backoff.reset();
            if ended.reason.is_planned() {
                return Duration::ZERO;
            }
        }
        let wait = self.backoff.next_delay();
        if !ended.reason.is_refusal_to_respect() {
            return wait;
        }
        let asked = match ended.reason {
            DownReason::Refused { retry_after: Some(asked), .. } => asked.min(RETRY_AFTER_MAX),
            _ => Duration::ZERO,
        };
        wait + asked.max(self.options.refused_backoff)
    }
}

/// Tells the listener that nothing more comes, even when the keeper panics.
struct EndOnDrop(Arc<Inbox>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// The outcome of `work`, or `None` when told to stop before.
async fn or_stop<T>(stopped: &mut oneshot::Receiver<()>, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        _ = stopped => None,
        outcome = work => Some(outcome),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_millis(10);

    fn keeper() -> Keeper {
        let watch = Watch { ohlcv: Vec::new(), tickers: vec!["BTC/USDT".parse().unwrap()] };
        let codec = crate::codec("binance", &watch, None).unwrap();
        let options = Options { backoff_first: FIRST, seed: Some(3), ..Options::default() };
        Keeper::new(codec, watch, options, Arc::new(Inbox::new(1))).unwrap()
    }

    #[test]
    fn waits_grow_until_a_connection_proves_good() {
        let mut keeper = keeper();
        let ended = |reason: DownReason, proved: bool| Ended { reason, proved };
        let closed = DownReason::Closed(String::new());
        let waits: Vec<_> = (0..50).map(|_| keeper.wait_after(&ended(closed.clone(), false))).collect();
        assert!(waits.iter().all(|wait| *wait <= keeper.options.backoff_max), "capped");
        assert!(waits.iter().max().unwrap() > &(keeper.options.backoff_max / 2), "grown");
        assert!(keeper.wait_after(&ended(DownReason::Rotation, true)).is_zero(), "planned");
        assert!(keeper.wait_after(&ended(closed, true)) <= FIRST, "begun anew");
        let refused = |status, retry_after| DownReason::Refused { status, retry_after };
        let year = Some(Duration::from_secs(365 * 24 * 3_600));
        let wait = keeper.wait_after(&ended(refused(418, year), false));
        assert!(wait >= RETRY_AFTER_MAX && wait <= RETRY_AFTER_MAX + keeper.options.backoff_max, "bounded");
        assert!(keeper.wait_after(&ended(refused(451, None), false)) >= keeper.options.refused_backoff);
    }

    #[test]
    fn connections_are_renewed_at_different_ages_below_the_limit() {
        let mut keeper = keeper();
        let (first, second) = (keeper.age(), keeper.age());
        let limit = keeper.options.rotate_after;
        assert!(first != second && first.max(second) <= limit && first.min(second) >= limit / 20 * 19);
    }
}
