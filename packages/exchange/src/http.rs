//! The thin sender: waits its turn, sends, reads a bounded reply, tries again where that may help.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use network::Backoff;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};

use crate::gate::Gate;
use crate::request::{Reply, Request};
use crate::{ExchangeError, Options};

/// The longest reply that is read, unpacked. The longest real one, a list of all markets, has some 15 MB.
const MAX_BODY_BYTES: usize = 64 << 20;

/// Waits from this long on are told, and ended at different times.
const LONG_WAIT: Duration = Duration::from_secs(1);

/// Name and version, as good manners ask.
const USER_AGENT: &str = concat!("chandler/", env!("CARGO_PKG_VERSION"));

/// What a venue says of itself to the sender.
pub(crate) struct Dialect {
    /// Its name.
    pub(crate) exchange: &'static str,
    /// Where it is, unless the options say otherwise.
    pub(crate) base_url: &'static str,
    /// The header that tells the weight used in this minute.
    pub(crate) used_weight_header: &'static str,
    /// What may be used in a minute, until the exchange says otherwise.
    pub(crate) weight_limit: u32,
    /// The error that a reply means, if it means one: exchange, reply, URL, now in Unix milliseconds.
    pub(crate) fault: fn(&'static str, &Reply, &str, i64) -> Option<ExchangeError>,
}

/// Sends the requests of one venue. Every request is a GET that changes nothing, so repeating it is harmless.
pub(crate) struct Http {
    client: Client,
    base_url: String,
    dialect: Dialect,
    options: Options,
    gate: Mutex<Gate>,
}

impl Http {
    /// A sender; no connection is opened yet.
    pub(crate) fn new(dialect: Dialect, options: &Options) -> Result<Self, ExchangeError> {
        let base_url = options.base_url.as_deref().unwrap_or(dialect.base_url).trim_end_matches('/').to_owned();
        let client = client(&base_url, options)?;
        let (priority, shared) = (options.priority, options.limits.clone());
        let gate = Gate::new(dialect.exchange, base_url.to_ascii_lowercase(), dialect.weight_limit, priority, shared);
        let gate = Mutex::new(gate);
        Ok(Http { client, base_url, dialect, options: options.clone(), gate })
    }

    /// Learns the exchange's own limit of a minute.
    pub(crate) fn learn_weight_limit(&self, limit: u32) {
        let now_ms = self.now_ms();
        self.gate().learn_limit(limit, now_ms);
    }

    /// Sends `request` until `parse` likes the reply, within the attempts and the time of the options.
    ///
    /// `parse` says in words what is wrong with a body.
    pub(crate) async fn call<T>(
        &self,
        request: &Request,
        parse: impl Fn(&[u8]) -> Result<T, String>,
    ) -> Result<T, ExchangeError> {
        let deadline_ms = self.now_ms().saturating_add(milliseconds(self.options.call_timeout));
        let mut backoff = Backoff::new(self.options.retry_delay, self.options.retry_delay_max, Rng::new());
        let mut attempt = 1;
        loop {
            self.wait_turn(request.weight, deadline_ms).await?;
            let error = match self.send(request, &parse).await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let now_ms = self.now_ms();
            self.gate().note(&error, now_ms);
            let mut delay = backoff.next_delay();
            // Where the exchange wants a longer silence, the gate waits.
            if error.silent_until_ms().is_some_and(|until_ms| until_ms - self.now_ms() >= milliseconds(delay)) {
                delay = Duration::ZERO;
            }
            let too_late = self.now_ms().saturating_add(milliseconds(delay)) >= deadline_ms;
            if !error.is_retryable() || attempt >= self.options.max_attempts || too_late {
                return Err(self.told(error));
            }
            tracing::info!(attempt, delay_ms = milliseconds(delay), "asking again: {error}");
            self.options.clock.sleep(delay).await;
            attempt += 1;
        }
    }

    /// Waits until the gate lets the request out; fails at once where that is after the deadline.
    async fn wait_turn(&self, weight: u32, deadline_ms: i64) -> Result<(), ExchangeError> {
        loop {
            let now_ms = self.now_ms();
            let Err(error) = self.gate().admit(weight, now_ms) else { return Ok(()) };
            let until_ms = error.silent_until_ms().unwrap_or(i64::MAX);
            if until_ms > deadline_ms {
                return Err(self.told(error));
            }
            let wait = Duration::from_millis(u64::try_from(until_ms - now_ms).unwrap_or(1));
            if wait >= LONG_WAIT && self.gate().note_told(now_ms) {
                // It may last for many minutes, in which nothing else is heard.
                tracing::warn!("waiting: {error}");
            } else if wait >= LONG_WAIT {
                tracing::info!(wait_ms = until_ms - now_ms, "waiting: {error}");
            }
            self.options.clock.sleep(wait + self.spread(wait)).await;
        }
    }

    /// An error for the caller, who tells of it: of a silence that it names nobody needs to hear again.
    fn told(&self, error: ExchangeError) -> ExchangeError {
        if error.silent_until_ms().is_some() {
            let now_ms = self.now_ms();
            self.gate().note_told(now_ms);
        }
        error
    }

    /// One attempt.
    async fn send<T>(&self, request: &Request, parse: impl Fn(&[u8]) -> Result<T, String>) -> Result<T, ExchangeError> {
        let url = format!("{}{}", self.base_url, request.target());
        tracing::debug!(url, "asking");
        let sent_ms = self.now_ms();
        let reply = match self.client.get(&url).send().await {
            Ok(response) => self.read(response, &url).await?,
            Err(error) => return Err(transport_error(&error, url, &self.options)),
        };
        let now_ms = self.now_ms();
        if let Some(used) = reply.used_weight {
            self.gate().learn_used(used, sent_ms, now_ms);
        }
        if let Some(error) = (self.dialect.fault)(self.dialect.exchange, &reply, &url, now_ms) {
            return Err(error);
        }
        parse(&reply.body).map_err(|reason| ExchangeError::BadReply { url, status: reply.status, reason })
    }

    async fn read(&self, mut response: Response, url: &str) -> Result<Reply, ExchangeError> {
        let header = |name: &str| Some(response.headers().get(name)?.to_str().ok()?.trim().to_owned());
        let mut reply = Reply {
            status: response.status().as_u16(),
            content_type: header(CONTENT_TYPE.as_str()),
            retry_after_s: header(RETRY_AFTER.as_str()).and_then(|text| text.parse().ok()),
            used_weight: header(self.dialect.used_weight_header).and_then(|text| text.parse().ok()),
            body: Vec::new(),
        };
        let broken = |error| transport_error(&error, url.to_owned(), &self.options);
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if reply.body.len() + chunk.len() > MAX_BODY_BYTES {
                let reason = format!("it has more than {} MB", MAX_BODY_BYTES >> 20);
                return Err(ExchangeError::BadReply { url: url.to_owned(), status: reply.status, reason });
            }
            reply.body.extend_from_slice(&chunk);
        }
        Ok(reply)
    }

    /// By how much to come later than a long wait ends, so that not all who wait come at once.
    fn spread(&self, wait: Duration) -> Duration {
        if wait < LONG_WAIT { Duration::ZERO } else { self.options.spread.mul_f64(fastrand::f64()) }
    }

    fn now_ms(&self) -> i64 {
        self.options.clock.now_ms()
    }

    /// The gate; held for a few instructions or one short transaction, never over an await, so a plain mutex is right.
    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an error on the way means.
pub(crate) fn transport_error(error: &reqwest::Error, url: String, options: &Options) -> ExchangeError {
    if error.is_timeout() {
        let after = if error.is_connect() { options.connect_timeout } else { options.timeout };
        return ExchangeError::Timeout { url, after };
    }
    // The cause at the bottom is the one that tells: `Connection refused`, not `error sending request`.
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    ExchangeError::Unreachable { url, reason: cause.to_string() }
}

/// An HTTP client for `base_url`.
pub(crate) fn client(base_url: &str, options: &Options) -> Result<Client, ExchangeError> {
    let bad_url = || ExchangeError::BadUrl { url: base_url.to_owned() };
    let url = Url::parse(base_url).map_err(|_| bad_url())?;
    let host = url.host_str().filter(|host| !host.is_empty() && ["http", "https"].contains(&url.scheme()));
    let is_local = ["localhost", "127.0.0.1", "[::1]"].contains(&host.ok_or_else(bad_url)?);
    let builder = Client::builder()
        .tls_backend_preconfigured((*network::tls_config(&options.extra_roots)).clone())
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .connect_timeout(options.connect_timeout)
        .timeout(options.timeout);
    // A proxy of the environment is for the world outside; a simulator on this machine is not there.
    let builder = if is_local { builder.no_proxy() } else { builder };
    builder.build().map_err(ExchangeError::Client)
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
