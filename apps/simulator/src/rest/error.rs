//! Errors as the exchange words them.

use serde_json::{Value, json};

/// A refusal with the exchange's code and message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct ApiError {
    /// HTTP status.
    pub(crate) status: u16,
    /// The exchange's code, negative.
    pub(crate) code: i32,
    /// The exchange's message.
    pub(crate) message: String,
}

impl ApiError {
    fn bad_request(code: i32, message: impl Into<String>) -> Self {
        ApiError { status: 400, code, message: message.into() }
    }

    /// -1100: `name` is not of the form `range`.
    pub(crate) fn illegal(name: &str, range: &str) -> Self {
        let message = format!("Illegal characters found in parameter '{name}'; legal range is '{range}'.");
        Self::bad_request(-1100, message)
    }

    /// -1102: `name` was not sent.
    pub(crate) fn missing(name: &str) -> Self {
        let message = format!("Mandatory parameter '{name}' was not sent, was empty/null, or malformed.");
        Self::bad_request(-1102, message)
    }

    /// -1120.
    pub(crate) fn invalid_interval() -> Self {
        Self::bad_request(-1120, "Invalid interval.")
    }

    /// -1121.
    pub(crate) fn invalid_symbol() -> Self {
        Self::bad_request(-1121, "Invalid symbol.")
    }

    /// -1128.
    pub(crate) fn invalid_combination() -> Self {
        Self::bad_request(-1128, "Combination of optional parameters invalid.")
    }

    /// -1130: the value of `name` cannot be used.
    pub(crate) fn invalid_data(name: &str) -> Self {
        Self::bad_request(-1130, format!("Data sent for parameter '{name}' is not valid."))
    }

    /// -1194.
    pub(crate) fn invalid_time_unit() -> Self {
        Self::bad_request(-1194, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.")
    }

    /// 404: no such route.
    pub(crate) fn unknown_route() -> Self {
        ApiError { status: 404, code: -1020, message: "This operation is not supported.".to_owned() }
    }

    /// 429: the weight of the minute is used up.
    pub(crate) fn too_much_weight(limit: u32) -> Self {
        let message = format!(
            "Too much request weight used; current limit is {limit} request weight per 1 MINUTE. \
             Please use WebSocket Streams for live updates to avoid polling the API."
        );
        ApiError { status: 429, code: -1003, message }
    }

    /// 418: banned for ignoring 429.
    pub(crate) fn banned(until_ms: i64) -> Self {
        let message = format!(
            "Way too much request weight used; IP banned until {until_ms}. \
             Please use WebSocket Streams for live updates to avoid bans."
        );
        ApiError { status: 418, code: -1003, message }
    }

    /// What the exchange says beside an HTTP `status` that was asked for.
    pub(crate) fn of_status(status: u16, real_now_ms: i64) -> Self {
        let (code, message) = match status {
            418 => return Self::banned(real_now_ms + 120_000),
            429 => return Self::too_much_weight(super::limiter::WEIGHT_A_MINUTE),
            503 => (-1008, "Server is currently overloaded with other requests. Please try again in a few minutes."),
            504 => (
                -1007,
                "Timeout waiting for response from backend server. Send status unknown; execution status unknown.",
            ),
            500.. => (-1001, "Internal error; unable to process your request. Please try again."),
            _ => (-1000, "An unknown error occurred while processing the request."),
        };
        ApiError { status, code, message: message.to_owned() }
    }

    /// The body of the reply.
    pub(crate) fn body(&self) -> Value {
        json!({"code": self.code, "msg": self.message})
    }
}
