//! A request as the replies see it: parameters, virtual now, time unit. Pure.

use crate::exchange::Exchange;
use crate::rest::error::ApiError;

/// Times from here on are microseconds, as parameters.
const MICROSECONDS_FROM: i64 = 100_000_000_000_000;
const SYMBOL_RANGE: &str = "^[A-Z0-9-_.]{1,20}$";
const NUMBER_RANGE: &str = "^[0-9]{1,20}$";

/// One request.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The exchange that is asked.
    pub(crate) exchange: &'a Exchange,
    /// Decoded names and values of the query.
    pub(crate) params: Vec<(String, String)>,
    /// Virtual time, Unix milliseconds.
    pub(crate) now_ms: i64,
    /// Unit of times in the reply.
    pub(crate) unit: TimeUnit,
}

/// Unit of times in replies and events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeUnit {
    /// The default.
    Milliseconds,
    /// On request.
    Microseconds,
}

impl TimeUnit {
    /// Reads `MICROSECOND` or `MILLISECOND`, in either case.
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        match text.to_ascii_uppercase().as_str() {
            "MICROSECOND" => Ok(TimeUnit::Microseconds),
            "MILLISECOND" => Ok(TimeUnit::Milliseconds),
            _ => Err(ApiError::invalid_time_unit()),
        }
    }

    /// A point in time in this unit.
    pub(crate) fn time(self, time_ms: i64) -> i64 {
        match self {
            TimeUnit::Milliseconds => time_ms,
            TimeUnit::Microseconds => time_ms * 1_000,
        }
    }

    /// The last moment before the next candle opens at `next_open_ms`, in this unit.
    pub(crate) fn close_time(self, next_open_ms: i64) -> i64 {
        self.time(next_open_ms) - 1
    }
}

impl Call<'_> {
    /// The value of a parameter; an empty one counts as not sent.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        let value = self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// A whole number parameter.
    pub(crate) fn number(&self, name: &str) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.param(name) else { return Ok(None) };
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ApiError::illegal(name, NUMBER_RANGE));
        }
        Ok(Some(text.parse().unwrap_or(i64::MAX)))
    }

    /// A time parameter in milliseconds; microseconds are rounded up (`startTime`) or down (`endTime`).
    pub(crate) fn time_ms(&self, name: &str, round_up: bool) -> Result<Option<i64>, ApiError> {
        let round = |time: i64| match time {
            ..MICROSECONDS_FROM => time,
            _ if round_up => time / 1_000 + i64::from(time % 1_000 > 0),
            _ => time / 1_000,
        };
        Ok(self.number(name)?.map(round))
    }

    /// How many rows: `default` when not said, never more than `most`.
    pub(crate) fn limit(&self, default: usize, most: usize) -> Result<usize, ApiError> {
        match self.number("limit")? {
            None => Ok(default),
            Some(0) => Err(ApiError::invalid_data("limit")),
            Some(limit) => Ok(usize::try_from(limit).unwrap_or(most).min(most)),
        }
    }

    /// Checks that the mandatory `symbol` is the one traded here.
    pub(crate) fn require_symbol(&self) -> Result<(), ApiError> {
        self.check_symbol(self.param("symbol").ok_or_else(|| ApiError::missing("symbol"))?)
    }

    /// Whether the reply is to be one object (`symbol`) or a list (`symbols`, or neither); checks the symbols.
    pub(crate) fn wants_one_symbol(&self) -> Result<bool, ApiError> {
        match (self.param("symbol"), self.param("symbols")) {
            (Some(_), Some(_)) => Err(ApiError::invalid_combination()),
            (Some(symbol), None) => self.check_symbol(symbol).map(|()| true),
            (None, Some(list)) => {
                let symbols: Vec<String> =
                    serde_json::from_str(list).map_err(|_| ApiError::illegal("symbols", "a JSON list of symbols"))?;
                symbols.iter().try_for_each(|symbol| self.check_symbol(symbol)).map(|()| false)
            }
            (None, None) => Ok(false),
        }
    }

    fn check_symbol(&self, symbol: &str) -> Result<(), ApiError> {
        // Listings with names outside ASCII exist; lower case is what the exchange calls illegal.
        if symbol.chars().any(|letter| letter.is_ascii_lowercase() || letter == '/') || symbol.chars().count() > 20 {
            return Err(ApiError::illegal("symbol", SYMBOL_RANGE));
        }
        if symbol == self.exchange.venue_symbol { Ok(()) } else { Err(ApiError::invalid_symbol()) }
    }
}
