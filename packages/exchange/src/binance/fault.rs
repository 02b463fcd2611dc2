//! Which error a reply of Binance means. The status and the code decide; the text is for people,
//! except that the end of a ban is told nowhere else.

use limits::LONGEST_SILENCE_MS;
use market::{Symbol, Timeframe};
use serde::Deserialize;

use crate::ExchangeError;
use crate::request::Reply;

/// Silence after a 429 that does not say how long: its window, a minute, is over by then.
const RATE_LIMIT_SILENCE_MS: i64 = 60_000;
/// Silence after a 418 that does not say how long: the shortest ban.
const BAN_SILENCE_MS: i64 = 120_000;
/// Silence after a 403: the firewall's windows are five minutes.
const BLOCK_SILENCE_MS: i64 = 300_000;
/// The shortest silence after a 429 or a 403, whatever the reply says: `Retry-After: 0` leads to the next refusal.
const LEAST_SILENCE_MS: i64 = 1_000;
/// The shortest silence after a 418, whatever the reply says: who asks on while banned is banned for longer,
/// and an end that lies in the past tells of clocks that differ, not of a ban that is over.
const LEAST_BAN_SILENCE_MS: i64 = 10_000;

/// A refusal is shorter than this.
const LONGEST_REFUSAL_BYTES: usize = 2_048;
/// How much of a body is quoted.
const QUOTED_CHARS: usize = 80;

#[derive(Deserialize)]
struct Refusal {
    code: i64,
    #[serde(default)]
    msg: String,
}

/// The error that a reply of `exchange` to `url` means, read at `now_ms`; `None` for a good one.
pub(super) fn of(exchange: &'static str, reply: &Reply, url: &str, now_ms: i64) -> Option<ExchangeError> {
    let Reply { status, ref body, .. } = *reply;
    let url = url.to_owned();
    // A proxy may hand a refusal on with another status. Good replies are longer, or have no code.
    let is_short = status != 200 || body.len() <= LONGEST_REFUSAL_BYTES;
    let refusal: Option<Refusal> = is_short.then(|| serde_json::from_slice(body).ok()).flatten();
    if status == 200 && refusal.as_ref().is_none_or(|refusal| refusal.code >= 0) {
        let reason = not_json(reply)?;
        return Some(ExchangeError::BadReply { url, status, reason });
    }
    let message = refusal.as_ref().map_or_else(|| beginning(body), |refusal| refusal.msg.clone());
    Some(match (status, refusal.map(|refusal| refusal.code)) {
        (418, _) => ExchangeError::Banned { exchange, until_ms: ban_end(reply, &message, now_ms) },
        (429, _) | (_, Some(-1003 | -1015 | -1034)) => {
            ExchangeError::RateLimited { exchange, until_ms: silence_end(reply, RATE_LIMIT_SILENCE_MS, now_ms) }
        }
        (403, _) => ExchangeError::Blocked { exchange, until_ms: silence_end(reply, BLOCK_SILENCE_MS, now_ms) },
        (451, _) => ExchangeError::Region { exchange },
        (500.., _) | (_, Some(-1008..=-1006 | -1001 | -1000)) => {
            ExchangeError::ServerFault { exchange, status, message }
        }
        (200 | 400..500, Some(code)) => ExchangeError::Refused { exchange, url, code, message },
        _ => ExchangeError::BadReply { url, status, reason: format!("it begins with `{message}`") },
    })
}

/// Says whose fault a refused request for candles was: the symbol's or the timeframe's.
pub(super) fn blame(
    error: ExchangeError,
    exchange: &'static str,
    symbol: &Symbol,
    timeframe: Timeframe,
) -> ExchangeError {
    match error {
        ExchangeError::Refused { code: -1120, .. } => ExchangeError::UnknownTimeframe { exchange, timeframe },
        error => blame_symbol(error, exchange, symbol),
    }
}

/// Says whether the symbol was at fault: it is unknown (-1121), or no symbol is written so (-1100).
pub(super) fn blame_symbol(error: ExchangeError, exchange: &'static str, symbol: &Symbol) -> ExchangeError {
    match error {
        ExchangeError::Refused { code: -1121 | -1100, .. } => {
            ExchangeError::UnknownSymbol { exchange, symbol: symbol.clone() }
        }
        error => error,
    }
}

/// How a body begins, on one line.
pub(super) fn beginning(body: &[u8]) -> String {
    // A character has at most four bytes.
    let text = String::from_utf8_lossy(&body[..body.len().min(4 * QUOTED_CHARS)]);
    text.chars().take(QUOTED_CHARS).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn not_json(reply: &Reply) -> Option<String> {
    let content_type = reply.content_type.as_deref().filter(|text| !text.to_ascii_lowercase().contains("json"))?;
    let beginning = beginning(&reply.body);
    Some(format!("expected JSON, got {content_type} (a proxy or a firewall?); it begins with `{beginning}`"))
}

fn silence_end(reply: &Reply, default_ms: i64, now_ms: i64) -> i64 {
    let asked_ms = reply.retry_after_s.map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000));
    now_ms.saturating_add(asked_ms.unwrap_or(default_ms).clamp(LEAST_SILENCE_MS, LONGEST_SILENCE_MS))
}

/// The later of `Retry-After` and of `IP banned until <Unix milliseconds>` in the text.
fn ban_end(reply: &Reply, message: &str, now_ms: i64) -> i64 {
    let told = message.split_once("banned until ").map(|(_, rest)| rest);
    let digits = told.map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default());
    let told_ms: Option<i64> = digits.and_then(|digits| digits.parse().ok());
    let default_ms = if told_ms.is_some() { LEAST_BAN_SILENCE_MS } else { BAN_SILENCE_MS };
    let end_ms = told_ms.unwrap_or(now_ms).max(silence_end(reply, default_ms, now_ms));
    end_ms.clamp(now_ms.saturating_add(LEAST_BAN_SILENCE_MS), now_ms.saturating_add(LONGEST_SILENCE_MS))
}

#[cfg(test)]
mod tests;
