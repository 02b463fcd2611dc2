//! Streams: the WebSocket handshake, and what follows it.

mod address;
mod connection;
mod control;
mod events;
mod heartbeat;
mod subscriptions;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::routing::get;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::exchange::Exchange;
use address::Address;
use subscriptions::{MOST_STREAMS, Subscriptions};

/// Connections that may be open at once.
const MOST_CONNECTIONS: usize = 300;
/// The largest message that a client may send, bytes.
const LARGEST_MESSAGE: usize = 1 << 18;
/// Bytes read at once: clients say little.
const READ_BUFFER: usize = 4_096;

/// The routes of the streams.
pub(crate) fn router(exchange: Arc<Exchange>) -> Router {
    let mut router = Router::new();
    for path in ["/ws", "/ws/{*rest}", "/stream", "/stream/{*rest}"] {
        router = router.route(path, get(upgrade));
    }
    router.with_state(exchange)
}

async fn upgrade(State(exchange): State<Arc<Exchange>>, request: Request) -> Response<Body> {
    let params = Query::<Vec<(String, String)>>::try_from_uri(request.uri()).map(|query| query.0).unwrap_or_default();
    let address = Address::parse(request.uri().path(), &params);
    let Some(accept) = accept_key(&request) else {
        return refusal(StatusCode::UPGRADE_REQUIRED, "this is a stream: connect with a WebSocket");
    };
    if exchange.connection_count() >= MOST_CONNECTIONS {
        return refusal(StatusCode::SERVICE_UNAVAILABLE, "too many connections");
    }
    let mut subscriptions = Subscriptions::new(address.combined, address.unit);
    if !address.streams.iter().all(|name| subscriptions.add(name, &exchange.market)) {
        return refusal(StatusCode::BAD_REQUEST, &format!("more than {MOST_STREAMS} streams on one connection"));
    }
    tokio::spawn(serve(exchange, request, subscriptions));

    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    response
}

async fn serve(exchange: Arc<Exchange>, request: Request, subscriptions: Subscriptions) {
    let Ok(upgraded) = hyper::upgrade::on(request).await else { return };
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .max_message_size(Some(LARGEST_MESSAGE))
        .max_frame_size(Some(LARGEST_MESSAGE));
    let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
    connection::serve(exchange, socket, subscriptions).await;
}

/// The answer to the handshake's key; `None` when the request is no handshake.
fn accept_key(request: &Request) -> Option<HeaderValue> {
    let headers = request.headers();
    let upgrade = headers.get(header::UPGRADE)?.to_str().ok()?;
    let key = headers.get(header::SEC_WEBSOCKET_KEY)?;
    if !upgrade.eq_ignore_ascii_case("websocket") {
        return None;
    }
    HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok()
}

fn refusal(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(text.to_owned()));
    *response.status_mut() = status;
    response
}
