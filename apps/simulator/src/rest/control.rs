//! `POST /simulator/…` breaks things, `GET /simulator/status` tells how the exchange is.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::call::Call;
use crate::faults::{Fail, Stall};

/// The longest span that a fault may last, an hour.
const LONGEST_S: f64 = 3_600.0;

/// A command that cannot be followed: what was wrong with it.
type Refusal = String;

/// Breaks what `command` names.
pub(crate) fn command(call: &Call<'_>, command: &str) -> Result<Value, Refusal> {
    let exchange = call.exchange;
    let elapsed = exchange.clock.elapsed();
    match command {
        "disconnect" => exchange.cut_streams(),
        "silence" => exchange.faults().silence(elapsed, span(call)?),
        "refuse" => exchange.faults().refuse(elapsed, span(call)?),
        "swap_volumes" => exchange.faults().swap_volumes(elapsed, span(call)?),
        "stale" => exchange.faults().stale(elapsed, span(call)?, call.now_ms),
        "fail" => exchange.faults().fail(fail(call)?),
        "stall" => exchange.faults().stall(Stall { delay: span(call)?, count: count(call)? }),
        "short_pages" => exchange.faults().short_pages(percent(call)?),
        "drop_closes" => exchange.faults().drop_closes(count(call)?),
        _ => {
            let known = "disconnect, silence, refuse, swap_volumes, stale, fail, stall, short_pages, drop_closes";
            return Err(format!("no command `{command}`; there are {known}"));
        }
    }
    Ok(json!({"ok": true}))
}

/// How the exchange is.
pub(crate) fn status(call: &Call<'_>) -> Value {
    let (exchange, settings) = (call.exchange, call.exchange.clock.settings());
    json!({
        "symbol": exchange.market.symbol.to_string(),
        "timeframe": exchange.market.timeframe.name(),
        "now": call.now_ms,
        "speed": settings.speed,
        "start": settings.start_ms,
        "firstOpenTime": exchange.market.first_open_ms(),
        "end": settings.end_ms,
        "ended": settings.has_ended(call.now_ms),
        "connections": exchange.connection_count(),
        "usedWeight": exchange.limiter().used(),
        "requests": *exchange.requests(),
    })
}

fn span(call: &Call<'_>) -> Result<Duration, Refusal> {
    let text = call.param("seconds").unwrap_or_default();
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.0..=LONGEST_S).contains(seconds));
    let seconds = seconds.ok_or_else(|| format!("seconds `{text}` is not a number from 0 to {LONGEST_S}"))?;
    Ok(Duration::from_secs_f64(seconds))
}

fn count(call: &Call<'_>) -> Result<u64, Refusal> {
    Ok(number(call, "count")?.unwrap_or(1))
}

fn percent(call: &Call<'_>) -> Result<u8, Refusal> {
    let percent = number(call, "percent")?.filter(|&percent| percent <= 100);
    percent.and_then(|percent| u8::try_from(percent).ok()).ok_or_else(|| "percent must be from 0 to 100".to_owned())
}

fn fail(call: &Call<'_>) -> Result<Fail, Refusal> {
    let status = number(call, "status")?.unwrap_or(500);
    let status = u16::try_from(status).ok().filter(|status| (400..600).contains(status));
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    Ok(Fail {
        status: status.ok_or("status must be from 400 to 599")?.as_u16(),
        count: count(call)?,
        retry_after_s: number(call, "retry_after")?,
        route: call.param("route").map(str::to_owned),
    })
}

fn number(call: &Call<'_>, name: &str) -> Result<Option<u64>, Refusal> {
    let Some(text) = call.param(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| format!("{name} `{text}` is not a whole number"))
}
