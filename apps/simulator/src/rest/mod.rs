//! REST: a table of routes, and the gate that every request passes before it is answered.

pub(crate) mod call;
mod control;
mod error;
mod info;
mod klines;
pub(crate) mod limiter;
mod ticker;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use axum::routing::{any, get, post};
use serde_json::{Value, json};
use terminal::now_ms;

use crate::exchange::Exchange;
use Reply::{Text, Values};
use call::{Call, TimeUnit};
use error::ApiError;
use limiter::{Verdict, WEIGHT_A_MINUTE};

/// Commands and status live under this path; no fault touches them.
pub(crate) const CONTROL_PREFIX: &str = "/simulator/";
const USED_WEIGHT: &str = "X-MBX-USED-WEIGHT-1M";
const TIME_UNIT: &str = "X-MBX-TIME-UNIT";
const JSON: &str = "application/json;charset=UTF-8";

/// Who answers a route: with values, or with their text at once, where it is long.
#[derive(Clone, Copy)]
enum Reply {
    Values(fn(&Call<'_>) -> Result<Value, ApiError>),
    Text(fn(&Call<'_>) -> Result<Vec<u8>, ApiError>),
}

impl Reply {
    fn text(self, call: &Call<'_>) -> Result<Vec<u8>, ApiError> {
        match self {
            Reply::Values(reply) => reply(call).map(|value| value.to_string().into_bytes()),
            Reply::Text(reply) => reply(call),
        }
    }
}

/// Every public route: path, weight, weight when all symbols are asked for, and who answers.
const ROUTES: &[(&str, u32, u32, Reply)] = &[
    ("/api/v3/ping", 1, 1, Values(info::ping)),
    ("/api/v3/time", 1, 1, Values(info::time)),
    ("/api/v3/exchangeInfo", 20, 20, Values(info::exchange_info)),
    ("/api/v3/klines", 2, 2, Text(klines::klines)),
    ("/api/v3/uiKlines", 2, 2, Text(klines::klines)),
    ("/api/v3/ticker/24hr", 2, 80, Values(ticker::day)),
    ("/api/v3/ticker/price", 2, 4, Values(ticker::price)),
    ("/api/v3/ticker/bookTicker", 2, 4, Values(ticker::book)),
    ("/api/v3/depth", 5, 5, Values(ticker::depth)),
    ("/fapi/v1/exchangeInfo", 1, 1, Values(info::no_symbols)),
    ("/dapi/v1/exchangeInfo", 1, 1, Values(info::no_symbols)),
    ("/eapi/v1/exchangeInfo", 1, 1, Values(info::no_symbols)),
    ("/sapi/v1/system/status", 1, 1, Values(info::system_status)),
    ("/sapi/v1/capital/config/getall", 10, 10, Values(info::nothing)),
    ("/sapi/v1/margin/allPairs", 1, 1, Values(info::nothing)),
    ("/sapi/v1/margin/isolated/allPairs", 10, 10, Values(info::nothing)),
    ("/sapi/v1/asset/tradeFee", 1, 1, Values(info::nothing)),
];

/// All routes but the streams.
pub(crate) fn router(exchange: Arc<Exchange>) -> Router {
    let mut router = Router::new()
        .route("/simulator/status", get(status))
        .route("/simulator/{command}", post(command))
        .fallback(any(|state, uri, headers| {
            answer(state, uri, headers, ("other", 1, 1, Values(|_| Err(ApiError::unknown_route()))))
        }));
    for &route in ROUTES {
        let handler = move |state, uri, headers| answer(state, uri, headers, route);
        router = router.route(route.0, get(handler));
    }
    router.with_state(exchange)
}

async fn status(State(exchange): State<Arc<Exchange>>) -> Response<Body> {
    let call =
        Call { exchange: &exchange, params: Vec::new(), now_ms: exchange.clock.now_ms(), unit: TimeUnit::Milliseconds };
    json_reply(200, &control::status(&call))
}

async fn command(
    State(exchange): State<Arc<Exchange>>,
    Path(command): Path<String>,
    Query(params): Query<Vec<(String, String)>>,
) -> Response<Body> {
    let call = Call { exchange: &exchange, params, now_ms: exchange.clock.now_ms(), unit: TimeUnit::Milliseconds };
    match control::command(&call, &command) {
        Ok(reply) => json_reply(200, &reply),
        Err(refusal) => json_reply(400, &json!({"error": refusal})),
    }
}

/// Counts the request, lets faults and limits have their way, and answers.
async fn answer(
    State(exchange): State<Arc<Exchange>>,
    uri: Uri,
    headers: HeaderMap,
    (name, weight, weight_of_all, reply): (&'static str, u32, u32, Reply),
) -> Response<Body> {
    *exchange.requests().entry(name.to_owned()).or_default() += 1;
    let stall = exchange.faults().take_stall();
    if let Some(delay) = stall {
        tokio::time::sleep(delay).await;
    }
    if let Some(fail) = exchange.faults().take_fail(uri.path()) {
        return error_reply(&ApiError::of_status(fail.status, now_ms()), fail.retry_after_s);
    }
    let params = Query::<Vec<(String, String)>>::try_from_uri(&uri).map(|query| query.0).unwrap_or_default();
    let one_symbol = params.iter().any(|(key, _)| key == "symbol" || key == "symbols");
    let weight = if one_symbol { weight } else { weight_of_all };
    let (verdict, used) = {
        let mut limiter = exchange.limiter();
        (limiter.charge(weight, now_ms()), limiter.used())
    };
    let mut response = match verdict {
        Verdict::Allowed => replied(&exchange, params, &headers, reply),
        Verdict::TooMuch { retry_after_s } => {
            error_reply(&ApiError::too_much_weight(WEIGHT_A_MINUTE), Some(retry_after_s.unsigned_abs()))
        }
        Verdict::Banned { retry_after_s, until_ms } => {
            error_reply(&ApiError::banned(until_ms), Some(retry_after_s.unsigned_abs()))
        }
    };
    response.headers_mut().insert(USED_WEIGHT, used.into());
    response
}

fn replied(exchange: &Exchange, params: Vec<(String, String)>, headers: &HeaderMap, reply: Reply) -> Response<Body> {
    let unit = match headers.get(TIME_UNIT) {
        Some(unit) => TimeUnit::parse(unit.to_str().unwrap_or_default()),
        None => Ok(TimeUnit::Milliseconds),
    };
    let text = unit.and_then(|unit| reply.text(&Call { exchange, params, now_ms: exchange.clock.now_ms(), unit }));
    match text {
        Ok(text) => reply_of(200, JSON, text),
        Err(error) => error_reply(&error, None),
    }
}

fn error_reply(error: &ApiError, retry_after_s: Option<u64>) -> Response<Body> {
    let mut response = if error.status == 403 {
        // The firewall in front of the exchange does not speak JSON.
        html_reply(403, "<html><body><h1>403 Forbidden</h1></body></html>")
    } else {
        json_reply(error.status, &error.body())
    };
    if let Some(seconds) = retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn json_reply(status: u16, value: &Value) -> Response<Body> {
    reply_of(status, JSON, value.to_string().into_bytes())
}

fn html_reply(status: u16, text: &str) -> Response<Body> {
    reply_of(status, "text/html", text.into())
}

fn reply_of(status: u16, content_type: &'static str, text: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    response
}

#[cfg(test)]
mod tests;
