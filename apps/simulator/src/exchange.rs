//! The running exchange: what every request and every stream shares.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::clock::RunningClock;
use crate::faults::Faults;
use crate::replay::Market;
use crate::rest::limiter::Limiter;

/// The market, its clock, and what changes while it runs. Locks are held for a few instructions, never over a wait.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// The market that is replayed.
    pub(crate) market: Market,
    /// The exchange's own name for the symbol: `BTCUSDT`.
    pub(crate) venue_symbol: String,
    /// Virtual time.
    pub(crate) clock: RunningClock,
    /// How many streams are connected.
    pub(crate) connections: AtomicUsize,
    /// Counts the times that all streams were cut; every change cuts them.
    pub(crate) cuts: watch::Sender<u64>,
    faults: Mutex<Faults>,
    limiter: Mutex<Limiter>,
    requests: Mutex<BTreeMap<String, u64>>,
}

impl Exchange {
    /// An exchange that nobody has asked yet.
    pub(crate) fn new(market: Market, clock: RunningClock) -> Self {
        Exchange {
            venue_symbol: market.venue_symbol(),
            market,
            clock,
            connections: AtomicUsize::new(0),
            cuts: watch::Sender::new(0),
            faults: Mutex::new(Faults::none()),
            limiter: Mutex::default(),
            requests: Mutex::default(),
        }
    }

    /// What is broken.
    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The request weights.
    pub(crate) fn limiter(&self) -> MutexGuard<'_, Limiter> {
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Requests answered, by route.
    pub(crate) fn requests(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Cuts every stream.
    pub(crate) fn cut_streams(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// How many streams are connected.
    pub(crate) fn connection_count(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}
