//! Connections that never come to be, and subscriptions that are not accepted.

use std::time::Duration;

use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use websocket::{DownReason, Options, Step, Watch, watch};

use crate::server::{Server, is_down, is_up, next, soon, watch_btc};

/// After a refusal to respect; long enough to tell from a busy machine.
const WAIT: Duration = Duration::from_secs(2);

async fn check_refused(status: u16, says: &str, waits: bool) {
    let server = Server::start().await;
    let mut stream = watch_btc(Options { refused_backoff: WAIT, ..server.options() });
    let page = "<html>no</html>";
    let begin = Instant::now();
    let length = page.len();
    server.answer_http(&format!("HTTP/1.1 {status} No\r\nContent-Length: {length}\r\n\r\n{page}")).await;
    let reason = is_down(next(&mut stream).await);
    assert_eq!(reason, DownReason::Refused { status, retry_after: None });
    assert!(reason.to_string().contains(says), "{reason}");
    let _socket = server.accept().await;
    assert_eq!(begin.elapsed() >= WAIT, waits, "{:?}", begin.elapsed());
    is_up(next(&mut stream).await);
}

#[tokio::test]
async fn refusals_are_explained_and_bans_are_respected() {
    // All at once: each waits for itself.
    tokio::join!(
        check_refused(403, "firewall", true),
        check_refused(418, "banned", true),
        check_refused(429, "too many requests", true),
        check_refused(451, "legal reasons", true),
        check_refused(504, "tried again", false),
        check_refused(404, "check the address", false),
        check_refused(200, "101", false),
    );
}

#[tokio::test]
async fn retry_after_is_obeyed() {
    let server = Server::start().await;
    let mut stream = watch_btc(server.options());
    server.answer_http("HTTP/1.1 429 No\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n").await;
    let refused = Instant::now();
    let reason = is_down(next(&mut stream).await);
    assert_eq!(reason, DownReason::Refused { status: 429, retry_after: Some(Duration::from_secs(1)) });
    let _socket = server.accept().await;
    assert!(refused.elapsed() >= Duration::from_millis(990));
}

#[tokio::test]
async fn a_closed_port_is_told() {
    let server = Server::start().await;
    let options = server.options();
    drop(server);
    let mut stream = watch_btc(options);
    let reason = is_down(next(&mut stream).await);
    assert!(matches!(reason, DownReason::Failed { step: Step::Tcp, .. }), "{reason}");
}

/// The server takes the connection and says nothing.
async fn check_mute(scheme: &str, step: Step) {
    let server = Server::start().await;
    let limit = Duration::from_secs(1);
    let ws_url = Some(format!("{scheme}://127.0.0.1:{}", server.port));
    let mut stream = watch_btc(Options { ws_url, connect_timeout: limit, ..server.options() });
    let _tcp = server.accept_tcp().await;
    assert_eq!(is_down(next(&mut stream).await), DownReason::TimedOut { step, after: limit });
    let _tcp = server.accept_tcp().await;
}

#[tokio::test]
async fn a_listener_that_says_nothing_is_given_up_on() {
    tokio::join!(check_mute("ws", Step::Upgrade), check_mute("wss", Step::Tls));
}

/// More streams than the address holds.
fn many() -> Watch {
    let symbol = |index: u32| format!("A{index}/USDT").parse().unwrap();
    Watch { ohlcv: Vec::new(), tickers: (0..400).map(symbol).collect() }
}

async fn check_subscription(answers: &[&str], expected: Option<&DownReason>) {
    let server = Server::start().await;
    let limit = Duration::from_secs(2);
    let mut stream = watch("binance", many(), Options { send_timeout: limit, ..server.options() }).unwrap();
    let mut socket = server.accept().await;
    assert_eq!(socket.path.matches("@bookTicker").count(), 100);
    for (id, count) in [(1, 250), (2, 50)] {
        let Some(Message::Text(request)) = socket.hear().await else { panic!("a request") };
        let request: serde_json::Value = serde_json::from_str(&request).unwrap();
        assert_eq!((&request["method"], &request["id"]), (&"SUBSCRIBE".into(), &id.into()));
        assert_eq!(request["params"].as_array().unwrap().len(), count);
    }
    for answer in answers {
        assert!(soon(async { stream.stats().connects == 0 }).await, "not up before all is answered");
        socket.say(answer).await;
    }
    match expected {
        None => assert_eq!(is_up(next(&mut stream).await), 1),
        Some(reason) => assert_eq!(is_down(next(&mut stream).await), *reason),
    }
}

#[tokio::test]
async fn subscriptions_are_answered_before_the_stream_is_up() {
    let yes = [r#"{"result":null,"id":1}"#, r#"{"result":null,"id":2}"#];
    check_subscription(&yes, None).await;
    let late = DownReason::TimedOut { step: Step::Subscribe, after: Duration::from_secs(2) };
    check_subscription(&yes[..1], Some(&late)).await;
    let refused = DownReason::SubscribeRefused("Invalid request (code 2)".to_owned());
    check_subscription(&[r#"{"code":2,"msg":"Invalid request","id":1}"#], Some(&refused)).await;
    check_subscription(&[r#"{"error":{"code":2,"msg":"Invalid request"},"id":1}"#], Some(&refused)).await;
}
