//! What can go wrong between us and an exchange, by what the caller can do about it.

use std::time::Duration;

use market::{Symbol, Timeframe, format_utc};

/// Why a call to an exchange failed.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// No exchange of that name.
    #[error("unknown exchange `{name}`; did you mean `{nearest}`? known: {}", crate::names().join(", "))]
    UnknownExchange {
        /// The name that was asked for.
        name: String,
        /// The known name most like it.
        nearest: &'static str,
    },
    /// The address is not one.
    #[error("`{url}` is not an address; expected http:// or https:// and a host, such as http://127.0.0.1:8765")]
    BadUrl {
        /// What was given.
        url: String,
    },
    /// The HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up")]
    Client(#[source] reqwest::Error),
    /// The exchange does not list the symbol.
    #[error(
        "{exchange} has no symbol {symbol}; expected one it lists, in upper case, such as BTC/USDT, or BTC/USDT:USDT for a perpetual"
    )]
    UnknownSymbol {
        /// The exchange.
        exchange: &'static str,
        /// The symbol that was asked for.
        symbol: Symbol,
    },
    /// The exchange does not have candles of that length.
    #[error("{exchange} has no {timeframe} candles")]
    UnknownTimeframe {
        /// The exchange.
        exchange: &'static str,
        /// The timeframe that was asked for.
        timeframe: Timeframe,
    },
    /// The exchange has no data of that kind.
    #[error("{exchange} has no {what}; expected an exchange of perpetuals, such as binanceusdm")]
    Unsupported {
        /// The exchange.
        exchange: &'static str,
        /// What was asked for.
        what: &'static str,
    },
    /// No connection: name not found, refused, reset, TLS failed, or the reply broke off.
    #[error("cannot reach {url}: {reason}; check the network, the address and any proxy")]
    Unreachable {
        /// What was asked for.
        url: String,
        /// The cause at the bottom, such as `Connection refused`.
        reason: String,
    },
    /// No complete reply in time.
    #[error("{url} gave no complete reply within {after:?}")]
    Timeout {
        /// What was asked for.
        url: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// A reply that is not what the exchange promises, whatever its status says.
    #[error("{url} gave a reply that cannot be used (HTTP {status}): {reason}")]
    BadReply {
        /// What was asked for.
        url: String,
        /// HTTP status.
        status: u16,
        /// What is wrong with it, and how it begins.
        reason: String,
    },
    /// Too many requests: silence is due until a moment.
    #[error("{exchange} limits our requests until {}; wait, or run fewer programs on this address", format_utc(*until_ms))]
    RateLimited {
        /// The exchange.
        exchange: &'static str,
        /// When requests may go out again, Unix milliseconds.
        until_ms: i64,
    },
    /// The address is banned: any request before the end makes the ban longer.
    #[error("{exchange} has banned this address until {}; send nothing before then", format_utc(*until_ms))]
    Banned {
        /// The exchange.
        exchange: &'static str,
        /// When requests may go out again, Unix milliseconds.
        until_ms: i64,
    },
    /// A firewall before the exchange refuses us (HTTP 403).
    #[error("the firewall of {exchange} refuses us; nothing is sent until {}", format_utc(*until_ms))]
    Blocked {
        /// The exchange.
        exchange: &'static str,
        /// When requests may go out again, Unix milliseconds.
        until_ms: i64,
    },
    /// The exchange does not serve the country we ask from (HTTP 451).
    #[error("{exchange} does not serve the region this machine is in (HTTP 451); use an exchange that does")]
    Region {
        /// The exchange.
        exchange: &'static str,
    },
    /// The exchange has trouble of its own.
    #[error("{exchange} has trouble of its own (HTTP {status}): {message}")]
    ServerFault {
        /// The exchange.
        exchange: &'static str,
        /// HTTP status.
        status: u16,
        /// What it said.
        message: String,
    },
    /// The exchange refuses the request as it is.
    #[error("{exchange} refuses the request {url}: {message} (code {code})")]
    Refused {
        /// The exchange.
        exchange: &'static str,
        /// What was asked for.
        url: String,
        /// The exchange's own code.
        code: i64,
        /// What it said.
        message: String,
    },
}

impl ExchangeError {
    /// Whether the same question may be answered when it is asked again, now or later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            ExchangeError::Unreachable { .. }
            | ExchangeError::Timeout { .. }
            | ExchangeError::BadReply { .. }
            | ExchangeError::RateLimited { .. }
            | ExchangeError::Banned { .. }
            | ExchangeError::Blocked { .. }
            | ExchangeError::ServerFault { .. } => true,
            ExchangeError::UnknownExchange { .. }
            | ExchangeError::BadUrl { .. }
            | ExchangeError::Client(_)
            | ExchangeError::UnknownSymbol { .. }
            | ExchangeError::UnknownTimeframe { .. }
            | ExchangeError::Unsupported { .. }
            | ExchangeError::Region { .. }
            | ExchangeError::Refused { .. } => false,
        }
    }

    /// Until when the exchange wants silence, Unix milliseconds; `None` where it does not.
    #[must_use]
    pub fn silent_until_ms(&self) -> Option<i64> {
        match self {
            ExchangeError::RateLimited { until_ms, .. }
            | ExchangeError::Banned { until_ms, .. }
            | ExchangeError::Blocked { until_ms, .. } => Some(*until_ms),
            _ => None,
        }
    }
}
