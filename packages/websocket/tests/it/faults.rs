//! A connection that breaks, in whichever way, is noticed, told, and made anew.

use std::time::Duration;

use futures_util::SinkExt;
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use websocket::{DownReason, Event, Options, Step};

use crate::server::{Server, Socket, book_ticker, is_candle, is_down, is_up, kline, next, soon, watch_btc};

/// Ways to end a connection from the exchange's side.
enum Break {
    CloseFrame,
    Fin,
    Reset,
    Garbage,
    HugeFrame,
    ShutdownNotice(&'static str),
}

impl Break {
    async fn apply(self, mut socket: Socket) {
        match self {
            Break::CloseFrame => {
                let frame = CloseFrame { code: 1008.into(), reason: "too many".into() };
                soon(socket.ws.close(Some(frame))).await.unwrap();
            }
            Break::Fin => soon(socket.ws.get_mut().shutdown()).await.unwrap(),
            Break::Reset => socket2::SockRef::from(socket.ws.get_ref()).set_linger(Some(Duration::ZERO)).unwrap(),
            Break::Garbage => soon(socket.ws.get_mut().write_all(&[0xff; 64])).await.unwrap(),
            Break::HugeFrame => {
                // The announcement of 17 MiB is enough; they need not come.
                let mut header = vec![0x81, 127];
                header.extend_from_slice(&(17_u64 << 20).to_be_bytes());
                soon(socket.ws.get_mut().write_all(&header)).await.unwrap();
                sleep(Duration::from_millis(50)).await;
            }
            Break::ShutdownNotice(text) => socket.say(text).await,
        }
    }
}

async fn check_comes_back(how: Break, expected: fn(&DownReason) -> bool) {
    let server = Server::start().await;
    let mut stream = watch_btc(server.options());
    let mut socket = server.accept().await;
    assert_eq!(is_up(next(&mut stream).await), 1);
    socket.say(&kline(0, false)).await;
    assert_eq!(is_candle(next(&mut stream).await), (0, false));
    how.apply(socket).await;
    let reason = is_down(next(&mut stream).await);
    assert!(expected(&reason), "{reason}: {reason:?}");
    let mut socket = server.accept().await;
    assert_eq!(is_up(next(&mut stream).await), 2);
    socket.say(&kline(1, true)).await;
    assert_eq!(is_candle(next(&mut stream).await), (1, true));
    assert_eq!((stream.stats().connects, stream.stats().reconnects), (2, 1));
}

#[tokio::test]
async fn comes_back_after_a_close_frame() {
    check_comes_back(Break::CloseFrame, |reason| reason.to_string().ends_with("code 1008, too many")).await;
}

#[tokio::test]
async fn comes_back_after_an_end_without_a_word() {
    check_comes_back(Break::Fin, |reason| matches!(reason, DownReason::Broken(_) | DownReason::Closed(_))).await;
}

#[tokio::test]
async fn comes_back_after_a_reset() {
    check_comes_back(Break::Reset, |reason| matches!(reason, DownReason::Broken(_))).await;
}

#[tokio::test]
async fn comes_back_after_garbage() {
    check_comes_back(Break::Garbage, |reason| matches!(reason, DownReason::Broken(_))).await;
}

#[tokio::test]
async fn comes_back_after_a_frame_that_is_too_large() {
    check_comes_back(Break::HugeFrame, |reason| *reason == DownReason::TooLarge { max_bytes: 4 << 20 }).await;
}

#[tokio::test]
async fn leaves_a_server_that_announces_its_end() {
    let told = |reason: &DownReason| *reason == DownReason::ServerShutdown;
    check_comes_back(Break::ShutdownNotice(r#"{"e":"serverShutdown","E":1}"#), told).await;
    let wrapped = r#"{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}"#;
    check_comes_back(Break::ShutdownNotice(wrapped), told).await;
}

#[tokio::test]
async fn renews_the_connection_before_the_exchange_cuts_it() {
    let server = Server::start().await;
    let mut stream = watch_btc(Options { rotate_after: Duration::from_millis(100), ..server.options() });
    let mut first = server.accept().await;
    is_up(next(&mut stream).await);
    assert_eq!(is_down(next(&mut stream).await), DownReason::Rotation);
    assert!(matches!(first.hear().await, Some(Message::Close(_))), "it says goodbye");
    let _second = server.accept().await;
    assert_eq!(is_up(next(&mut stream).await), 2);
}

#[tokio::test]
async fn notices_a_silent_socket() {
    let server = Server::start().await;
    let limit = Duration::from_secs(1);
    let mut stream = watch_btc(Options { idle_timeout: limit, ..server.options() });
    let mut socket = server.accept().await;
    is_up(next(&mut stream).await);
    socket.say(&kline(0, false)).await;
    is_candle(next(&mut stream).await);
    assert_eq!(is_down(next(&mut stream).await), DownReason::Idle { after: limit });
    let _socket = server.accept().await;
    is_up(next(&mut stream).await);
}

#[tokio::test]
async fn notices_a_connection_that_never_says_anything() {
    let server = Server::start().await;
    let limit = Duration::from_millis(100);
    let mut stream = watch_btc(Options { first_message_timeout: limit, ..server.options() });
    let _socket = server.accept().await;
    is_up(next(&mut stream).await);
    let expected = DownReason::TimedOut { step: Step::FirstMessage, after: limit };
    assert_eq!(is_down(next(&mut stream).await), expected);
}

/// The book ticker and pings go on, the candles do not.
async fn check_silent_candles(candle_first: bool, expected: &str) {
    let server = Server::start().await;
    let options = Options { silence_timeout: Duration::from_secs(1), ..server.options() };
    let mut stream = watch_btc(options);
    let mut socket = server.accept().await;
    is_up(next(&mut stream).await);
    if candle_first {
        socket.say(&kline(0, false)).await;
    }
    let reason = loop {
        let _ = socket.ws.send(Message::Ping("x".into())).await;
        let _ = socket.ws.send(Message::text(book_ticker(1.0))).await;
        match timeout(Duration::from_millis(10), stream.next()).await {
            Ok(Some(Event::Down { reason, .. })) => break reason,
            _ => continue,
        }
    };
    assert_eq!(reason.to_string(), expected);
    let _socket = server.accept().await;
    is_up(next(&mut stream).await);
}

#[tokio::test]
async fn notices_that_one_stream_is_silent_while_others_live() {
    check_silent_candles(true, "other frames arrive, but BTC/USDT 1h has said nothing for 1s").await;
    let never = "other frames arrive, but BTC/USDT 1h never said anything in 1s; does the exchange trade it?";
    check_silent_candles(false, never).await;
}

#[tokio::test]
async fn answers_pings_with_their_payload_though_nothing_else_is_sent() {
    let server = Server::start().await;
    let stream = watch_btc(server.options());
    let mut socket = server.accept().await;
    for round in 0..3 {
        let payload: Vec<u8> = std::iter::repeat_with(|| fastrand::u8(..)).take(40 * round).collect();
        soon(socket.ws.send(Message::Ping(payload.clone().into()))).await.unwrap();
        assert_eq!(socket.hear().await, Some(Message::Pong(payload.into())));
    }
    assert_eq!(stream.stats().pings, 3);
}

/// Pings whose answers nobody reads fill every buffer, until an answer cannot be sent.
#[tokio::test]
async fn gives_up_a_socket_that_takes_nothing_any_more() {
    let server = Server::start().await;
    socket2::SockRef::from(&server.listener).set_recv_buffer_size(4_096).unwrap();
    let limit = Duration::from_millis(200);
    let mut stream = watch_btc(Options { send_timeout: limit, ..server.options() });
    let mut socket = server.accept().await;
    is_up(next(&mut stream).await);
    let flood = tokio::spawn(async move {
        let ping = Message::Ping(vec![0; 125].into());
        while socket.ws.feed(ping.clone()).await.is_ok() {}
    });
    assert_eq!(is_down(next(&mut stream).await), DownReason::TimedOut { step: Step::Send, after: limit });
    soon(flood).await.unwrap();
    let _socket = server.accept().await;
    is_up(next(&mut stream).await);
}

#[tokio::test]
async fn dropping_the_stream_closes_the_socket() {
    let server = Server::start().await;
    let mut stream = watch_btc(server.options());
    let mut socket = server.accept().await;
    is_up(next(&mut stream).await);
    drop(stream);
    assert!(matches!(socket.hear().await, Some(Message::Close(_))));
    assert!(timeout(Duration::from_millis(60), server.listener.accept()).await.is_err(), "and none is made anew");
}

#[tokio::test]
async fn dropping_the_stream_ends_the_waiting_too() {
    let server = Server::start().await;
    let options = Options { refused_backoff: Duration::from_millis(50), ..server.options() };
    let mut stream = watch_btc(options);
    server.answer_http("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").await;
    is_down(next(&mut stream).await);
    drop(stream);
    assert!(timeout(Duration::from_millis(150), server.listener.accept()).await.is_err());
}

#[tokio::test]
async fn attempts_go_on_while_the_exchange_is_away_and_their_waits_are_capped() {
    let server = Server::start().await;
    let mut stream = watch_btc(server.options());
    let begin = Instant::now();
    for _ in 0..20 {
        drop(server.accept_tcp().await);
        is_down(next(&mut stream).await);
    }
    assert!(begin.elapsed() < Duration::from_secs(5), "waits are at most 20 ms each");
    let _socket = server.accept().await;
    assert_eq!(is_up(next(&mut stream).await), 21);
    assert_eq!(stream.stats().failed_attempts, 20);
}
