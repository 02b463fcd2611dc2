//! Pings to the client, and how long it may stay silent. Pure: the time is an input.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How often the exchange pings.
const PING_EVERY: Duration = Duration::from_secs(20);
/// A client that has not echoed a ping for so long is dropped.
const DROP_AFTER: Duration = Duration::from_secs(60);
/// Pings that may still be echoed: those sent before the drop comes.
const KEPT_PINGS: usize = 3;

/// The pings of one connection.
#[derive(Debug)]
pub(crate) struct Heartbeat {
    last_ping: Instant,
    last_echo: Instant,
    sent: VecDeque<String>,
}

/// What to do when a ping is due.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Beat {
    /// Send a ping with this payload.
    Ping(String),
    /// Drop the client.
    Drop,
}

impl Heartbeat {
    /// A connection that has just begun.
    pub(crate) fn new(now: Instant) -> Self {
        Heartbeat { last_ping: now, last_echo: now, sent: VecDeque::new() }
    }

    /// When [`Heartbeat::beat`] is to be called next.
    pub(crate) fn due(&self) -> Instant {
        self.last_ping + PING_EVERY
    }

    /// Pings with `payload`, or gives up.
    pub(crate) fn beat(&mut self, now: Instant, payload: String) -> Beat {
        if now.duration_since(self.last_echo) >= DROP_AFTER {
            return Beat::Drop;
        }
        self.last_ping = now;
        if self.sent.len() == KEPT_PINGS {
            self.sent.pop_front();
        }
        self.sent.push_back(payload.clone());
        Beat::Ping(payload)
    }

    /// Takes a pong. One that echoes no ping does not count.
    pub(crate) fn pong(&mut self, now: Instant, payload: &[u8]) {
        if self.sent.iter().any(|sent| sent.as_bytes() == payload) {
            self.last_echo = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_echo_keeps_a_client() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut heartbeat = Heartbeat::new(start);
        assert_eq!(heartbeat.due(), at(20));
        assert_eq!(heartbeat.beat(at(20), "a".to_owned()), Beat::Ping("a".to_owned()));
        heartbeat.pong(at(21), b"a");
        for second in [40, 60, 80] {
            assert_eq!(heartbeat.beat(at(second), "b".to_owned()), Beat::Ping("b".to_owned()));
            heartbeat.pong(at(second + 1), b"unasked");
        }
        assert_eq!(heartbeat.beat(at(81), "c".to_owned()), Beat::Drop);
    }
}
