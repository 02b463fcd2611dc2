//! How patient a stream is, and where it connects.

use std::time::Duration;

use rustls::pki_types::CertificateDer;

/// Settings of a stream; the defaults suit Binance.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to connect instead of the exchange's own address: scheme, host and port, such as
    /// `ws://127.0.0.1:8765`.
    pub ws_url: Option<String>,
    /// Deadline for each of: address lookup, TCP connect, TLS handshake, WebSocket upgrade.
    pub connect_timeout: Duration,
    /// Deadline for the first frame after the upgrade, a ping included. Binance pings every 20 s.
    pub first_message_timeout: Duration,
    /// Deadline for the answers to subscriptions, and for each frame that is sent.
    pub send_timeout: Duration,
    /// How long no frame at all may arrive, pings included.
    pub idle_timeout: Duration,
    /// How long a watched candle stream may say nothing while the connection lives. A market
    /// without trades says nothing either: raise this for quiet ones.
    pub silence_timeout: Duration,
    /// Age at which a connection is renewed. Binance cuts at 24 h. Up to a twentieth is taken off
    /// at random, so that processes started together do not renew together.
    pub rotate_after: Duration,
    /// The first wait between attempts is random between nothing and this.
    pub backoff_first: Duration,
    /// Waits double from there, and are random between nothing and at most this.
    pub backoff_max: Duration,
    /// The shortest wait after HTTP 403, 418, 429 or 451; a longer `Retry-After` is obeyed.
    pub refused_backoff: Duration,
    /// How many closes (and ups and downs) may wait for the listener before the connection is
    /// given up, to begin anew when it caught up.
    pub queue_max: usize,
    /// The largest message accepted, in bytes.
    pub max_message_bytes: usize,
    /// Certificate authorities trusted besides the well-known ones.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// Seed of the random waits; `None` takes one from the system.
    pub seed: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            ws_url: None,
            connect_timeout: Duration::from_secs(10),
            first_message_timeout: Duration::from_secs(30),
            send_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(60),
            silence_timeout: Duration::from_secs(90),
            rotate_after: Duration::from_secs(23 * 3_600),
            backoff_first: Duration::from_millis(500),
            backoff_max: Duration::from_secs(30),
            refused_backoff: Duration::from_secs(300),
            queue_max: 4_096,
            max_message_bytes: 4 << 20,
            extra_roots: Vec::new(),
            seed: None,
        }
    }
}
