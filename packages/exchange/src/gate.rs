//! Whether a request may go out now: by what all processes on this machine know together of the exchange's limits,
//! and by what this client knows alone where that cannot be reached.

use std::sync::Arc;

use limits::{Limits, Priority, Shared, SharedError, Silence, SilenceKind};

use crate::ExchangeError;

/// How long the shared limits are left alone after they failed: a request must not wait for them each time.
const SHARED_PAUSE_MS: i64 = 1_000;

/// The door that every request of a client goes through. Time is an input.
#[derive(Debug)]
pub(crate) struct Gate {
    exchange: &'static str,
    address: String,
    priority: Priority,
    /// What this client knows: a copy of what is shared, and all there is while that fails.
    own: Limits,
    shared: Option<Arc<dyn Shared>>,
    /// When the shared limits are tried again after a failure.
    shared_from_ms: i64,
    is_warned: bool,
    /// The last silence that was told.
    told: Option<Silence>,
}

impl Gate {
    /// An open gate to `exchange` at `address`.
    pub(crate) fn new(
        exchange: &'static str,
        address: String,
        weight_limit: u32,
        priority: Priority,
        shared: Option<Arc<dyn Shared>>,
    ) -> Self {
        let own = Limits::new(weight_limit);
        Gate { exchange, address, priority, own, shared, shared_from_ms: i64::MIN, is_warned: false, told: None }
    }

    /// Lets a request of `weight` out, or says why not and until when.
    pub(crate) fn admit(&mut self, weight: u32, now_ms: i64) -> Result<(), ExchangeError> {
        let priority = self.priority;
        let admitted = self.update(now_ms, |limits| limits.admit(weight, priority, now_ms));
        admitted.map_err(|silence| self.error(silence))
    }

    /// Keeps silent where `error` asks for it.
    pub(crate) fn note(&mut self, error: &ExchangeError, now_ms: i64) {
        let kind = match error {
            ExchangeError::RateLimited { .. } => SilenceKind::RateLimited,
            ExchangeError::Banned { .. } => SilenceKind::Banned,
            ExchangeError::Blocked { .. } => SilenceKind::Blocked,
            _ => return,
        };
        if let Some(until_ms) = error.silent_until_ms() {
            self.update(now_ms, |limits| limits.keep_silent(Silence { kind, until_ms }));
        }
    }

    /// Notes that people are told of the silence that the exchange wants, and says whether that is news to them. That the
    /// weight of a minute is used is no such silence.
    pub(crate) fn note_told(&mut self, now_ms: i64) -> bool {
        let silence = self.own.silence_at(now_ms);
        silence.is_some() && std::mem::replace(&mut self.told, silence) != silence
    }

    /// Learns the weight that the exchange has counted, from the reply to a request sent at `sent_ms`.
    pub(crate) fn learn_used(&mut self, used_weight: u32, sent_ms: i64, now_ms: i64) {
        // What is no news here is none to the others, who know at least as much.
        if !self.own.knows_used(used_weight, sent_ms, now_ms) {
            self.update(now_ms, |limits| limits.learn_used(used_weight, sent_ms, now_ms));
        }
    }

    /// Learns the limit of a minute.
    pub(crate) fn learn_limit(&mut self, weight_limit: u32, now_ms: i64) {
        self.update(now_ms, |limits| limits.learn_limit(weight_limit));
    }

    /// Changes the shared limits, and where that fails, those that this client keeps.
    fn update<T>(&mut self, now_ms: i64, change: impl Fn(&mut Limits) -> T) -> T {
        let Some(shared) = self.shared.clone().filter(|_| self.may_share(now_ms)) else {
            return change(&mut self.own);
        };
        let mut outcome = None;
        let mut both = |limits: &mut Limits| {
            limits.absorb(&self.own);
            let value = change(limits);
            outcome = Some((value, limits.clone()));
        };
        let kept = shared.update(self.exchange, &self.address, &Limits::new(self.own.weight_limit), &mut both);
        match (kept, outcome) {
            (Ok(()), Some((value, limits))) => {
                self.own = limits;
                return value;
            }
            (Err(SharedError::Failed(reason)), _) => self.go_alone(&reason, now_ms),
            _ => {}
        }
        change(&mut self.own)
    }

    fn may_share(&self, now_ms: i64) -> bool {
        // A clock that was set back far does not prolong the pause.
        now_ms >= self.shared_from_ms || self.shared_from_ms - now_ms > SHARED_PAUSE_MS
    }

    fn go_alone(&mut self, reason: &str, now_ms: i64) {
        self.shared_from_ms = now_ms.saturating_add(SHARED_PAUSE_MS);
        if !self.is_warned {
            self.is_warned = true;
            let exchange = self.exchange;
            tracing::warn!("the limits of {exchange} are counted in this process alone for now: {reason}");
        }
    }

    fn error(&self, Silence { kind, until_ms }: Silence) -> ExchangeError {
        let exchange = self.exchange;
        match kind {
            SilenceKind::RateLimited => ExchangeError::RateLimited { exchange, until_ms },
            SilenceKind::Banned => ExchangeError::Banned { exchange, until_ms },
            SilenceKind::Blocked => ExchangeError::Blocked { exchange, until_ms },
        }
    }
}

#[cfg(test)]
mod tests;
