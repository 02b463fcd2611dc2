//! Why a connection ended, in words for the person who reads the log.

use std::time::Duration;

/// A part of making a connection; each has its own deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Looking up the host's addresses.
    Resolve,
    /// Opening the TCP connection.
    Tcp,
    /// The TLS handshake.
    Tls,
    /// The HTTP upgrade to WebSocket.
    Upgrade,
    /// Sending something: a subscription, or the answer to a ping.
    Send,
    /// The answers to the subscriptions.
    Subscribe,
    /// The first message after the upgrade.
    FirstMessage,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Step::Resolve => "the address lookup",
            Step::Tcp => "the TCP connect",
            Step::Tls => "the TLS handshake",
            Step::Upgrade => "the WebSocket upgrade",
            Step::Send => "sending",
            Step::Subscribe => "the subscription",
            Step::FirstMessage => "the first message",
        })
    }
}

/// Why a connection ended or could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DownReason {
    /// A step took too long.
    #[error("{step} took longer than {after:?}")]
    TimedOut {
        /// Which step.
        step: Step,
        /// Its deadline.
        after: Duration,
    },
    /// A step failed.
    #[error("{step} failed: {error}")]
    Failed {
        /// Which step.
        step: Step,
        /// What the system or the library said.
        error: String,
    },
    /// The upgrade was answered with another status than 101.
    #[error("the exchange refused the connection with HTTP {status}: {}", explain(*.status))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The wait that the answer asked for in `Retry-After`, if it did.
        retry_after: Option<Duration>,
    },
    /// The exchange refused a subscription.
    #[error("the exchange refused a subscription: {0}")]
    SubscribeRefused(String),
    /// The exchange closed the connection.
    #[error("the exchange closed the connection: {0}")]
    Closed(String),
    /// The connection broke, or spoke no WebSocket.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// A message above the size limit.
    #[error("a message was larger than {max_bytes} bytes")]
    TooLarge {
        /// The limit.
        max_bytes: usize,
    },
    /// No frame at all arrived, not even a ping.
    #[error("nothing arrived for {after:?}, not even a ping")]
    Idle {
        /// How long.
        after: Duration,
    },
    /// Frames arrived, but none of a watched candle stream.
    #[error("{}", describe_silence(.stream, *.after, *.since_start))]
    Silent {
        /// The stream: symbol and timeframe.
        stream: String,
        /// How long.
        after: Duration,
        /// Whether it never said anything on this connection.
        since_start: bool,
    },
    /// The exchange announced that it shuts this server down.
    #[error("the exchange announced the shutdown of this server")]
    ServerShutdown,
    /// Planned: the connection was renewed before the exchange cuts it by age.
    #[error("planned renewal, before the exchange cuts the connection for its age")]
    Rotation,
    /// The listener took nothing while closed candles filled the queue.
    #[error("the listener is too slow: {queued} events wait to be taken; the connection starts anew when it caught up")]
    ListenerTooSlow {
        /// How many events waited.
        queued: usize,
    },
}

impl DownReason {
    /// Whether nothing is wrong, so that a new connection may be made at once.
    #[must_use]
    pub fn is_planned(&self) -> bool {
        matches!(self, DownReason::ServerShutdown | DownReason::Rotation | DownReason::ListenerTooSlow { .. })
    }

    /// Whether asking again soon would make it worse: a ban, a firewall, a country.
    #[must_use]
    pub fn is_refusal_to_respect(&self) -> bool {
        matches!(self, DownReason::Refused { status: 403 | 418 | 429 | 451, .. })
    }
}

fn explain(status: u16) -> &'static str {
    match status {
        403 => "a firewall rule was hit; too many requests, or this address is not welcome",
        418 => "this address is banned for a while after too many requests",
        429 => "too many requests from this address",
        451 => {
            "not available from this location for legal reasons; reconnecting will not help: \
             use an exchange, or a data address, that serves your country"
        }
        400 | 404 | 405 => "there is no such stream endpoint; check the address",
        500..=599 => "the exchange has trouble; it is tried again",
        _ => "an upgrade to WebSocket (101) was expected",
    }
}

fn describe_silence(stream: &str, after: Duration, since_start: bool) -> String {
    if since_start {
        return format!(
            "other frames arrive, but {stream} never said anything in {after:?}; does the exchange trade it?"
        );
    }
    format!("other frames arrive, but {stream} has said nothing for {after:?}")
}
