//! Messages that a client sends: subscribe, unsubscribe, properties. Pure.

use serde_json::{Value, json};

use super::subscriptions::Subscriptions;
use crate::replay::Market;

const METHODS: [&str; 5] = ["SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY"];
const LONGEST_ID: usize = 36;

/// Why a message is refused: the exchange's code and text.
struct Refusal(u8, String);

/// Does what `text` asks, and gives the reply.
pub(crate) fn handle(text: &str, subscriptions: &mut Subscriptions, market: &Market) -> String {
    let message: Value = match serde_json::from_str(text) {
        Ok(message) => message,
        Err(error) => return json!({"code": 3, "msg": format!("Invalid JSON: {error}")}).to_string(),
    };
    let id = message.get("id").cloned().unwrap_or(Value::Null);
    if !is_id(&id) {
        return json!({"code": 2, "msg": "Invalid request: request ID must be an integer, a string of at most 36 letters and digits, or null"}).to_string();
    }
    match carry_out(&message, subscriptions, market) {
        Ok(result) => json!({"result": result, "id": id}),
        Err(Refusal(code, text)) => json!({"code": code, "msg": text, "id": id}),
    }
    .to_string()
}

fn carry_out(message: &Value, subscriptions: &mut Subscriptions, market: &Market) -> Result<Value, Refusal> {
    let method = message.get("method").ok_or_else(|| invalid("missing field `method`"))?;
    let method = method.as_str().filter(|method| METHODS.contains(method)).ok_or_else(|| {
        invalid(&format!(
            "unknown variant `{}`, expected one of `{}`",
            method.as_str().unwrap_or_default(),
            METHODS.join("`, `")
        ))
    })?;
    let params = match message.get("params") {
        Some(Value::Array(params)) => params.as_slice(),
        None if method == "LIST_SUBSCRIPTIONS" => &[],
        None => return Err(invalid("missing field `params`")),
        Some(_) => return Err(invalid("params must be a list")),
    };
    match method {
        "SUBSCRIBE" => {
            for name in names(params)? {
                if !subscriptions.add(name, market) {
                    return Err(invalid("too many streams on one connection"));
                }
            }
            Ok(Value::Null)
        }
        "UNSUBSCRIBE" => {
            names(params)?.into_iter().for_each(|name| subscriptions.remove(name));
            Ok(Value::Null)
        }
        "LIST_SUBSCRIPTIONS" => Ok(json!(subscriptions.names())),
        "SET_PROPERTY" => {
            is_combined(params, 2)?;
            let value = params.get(1).and_then(Value::as_bool);
            subscriptions.combined =
                value.ok_or_else(|| Refusal(1, "Invalid value type: expected Boolean".to_owned()))?;
            Ok(Value::Null)
        }
        _ => is_combined(params, 1).map(|()| json!(subscriptions.combined)),
    }
}

fn names(params: &[Value]) -> Result<Vec<&str>, Refusal> {
    params.iter().map(|param| param.as_str().ok_or_else(|| invalid("stream name must be a string"))).collect()
}

fn is_combined(params: &[Value], most: usize) -> Result<(), Refusal> {
    if params.len() > most {
        return Err(invalid("too many parameters"));
    }
    match params.first().map(Value::as_str) {
        Some(Some("combined")) => Ok(()),
        Some(Some(_)) => Err(Refusal(0, "Unknown property".to_owned())),
        _ => Err(invalid("property name must be a string")),
    }
}

fn is_id(id: &Value) -> bool {
    let short = |text: &str| {
        text.len() <= LONGEST_ID && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    id.is_null() || id.is_i64() || id.as_str().is_some_and(short)
}

fn invalid(text: &str) -> Refusal {
    Refusal(2, format!("Invalid request: {text}"))
}
