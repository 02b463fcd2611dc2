//! How to connect: where to, and how patiently.

use std::sync::Arc;
use std::time::Duration;

use limits::{Priority, Shared};
use network::{CertificateDer, TlsError};

use crate::{Clock, SystemClock};

/// Within which time those who waited together start again.
const SPREAD: Duration = Duration::from_millis(500);

/// How to connect to an exchange. [`Options::default`] is right for the real ones.
#[derive(Debug, Clone)]
pub struct Options {
    /// Address instead of the exchange's own, such as `http://127.0.0.1:8765`.
    pub base_url: Option<String>,
    /// How long opening a connection may take.
    pub connect_timeout: Duration,
    /// How long one request may take, from sending it to the end of the reply.
    pub timeout: Duration,
    /// How long a call may take in all, with its retries and the waits that the exchange imposes.
    /// A wait that would end later is not begun: the call fails at once and says until when.
    pub call_timeout: Duration,
    /// How often a request is sent at most.
    pub max_attempts: u32,
    /// Ceiling of the delay before the second attempt; it doubles with each further one.
    pub retry_delay: Duration,
    /// Ceiling of any delay between attempts.
    pub retry_delay_max: Duration,
    /// Roots to trust besides Mozilla's.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What the requests are for.
    pub priority: Priority,
    /// Where the limits lie that other processes keep too; without it, this client counts alone.
    pub limits: Option<Arc<dyn Shared>>,
    /// Whoever waited for a limit starts again at random within this time, lest all start at once.
    pub spread: Duration,
}

impl Options {
    /// The defaults, and the extra roots that `SSL_CERT_FILE` names.
    ///
    /// # Errors
    /// [`TlsError`] when that file is of no use.
    pub fn from_env() -> Result<Self, TlsError> {
        Ok(Options { extra_roots: network::extra_roots_from_env()?, ..Options::default() })
    }
}

impl Options {
    /// Keeps to the limits together with all processes that name the same place.
    #[must_use]
    pub fn sharing(self, limits: Arc<dyn Shared>, priority: Priority) -> Self {
        Options { limits: Some(limits), priority, spread: SPREAD, ..self }
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            base_url: None,
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(20),
            call_timeout: Duration::from_secs(180),
            max_attempts: 5,
            retry_delay: Duration::from_millis(500),
            retry_delay_max: Duration::from_secs(15),
            extra_roots: Vec::new(),
            clock: Arc::new(SystemClock),
            priority: Priority::Data,
            limits: None,
            spread: Duration::ZERO,
        }
    }
}
