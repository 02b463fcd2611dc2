//! A listener that is slow loses nothing that matters, or is told so.

use std::time::Duration;

use futures_util::SinkExt;
use tokio_tungstenite::tungstenite::Message;
use websocket::{DownReason, Event, Options};

use crate::server::{Server, book_ticker, is_candle, is_down, is_up, kline, next, soon, watch_btc};

const BURST: i64 = 50_000;
const CLOSE_EVERY: i64 = 500;
const CLOSES: i64 = BURST / CLOSE_EVERY;

#[tokio::test]
async fn a_burst_loses_no_close() {
    let server = Server::start().await;
    let mut stream = watch_btc(server.options());
    let mut socket = server.accept().await;
    for index in 0..BURST {
        let text = match index % CLOSE_EVERY {
            0 => kline(index / CLOSE_EVERY, true),
            odd if odd % 2 == 1 => book_ticker(index as f64),
            _ => kline(index / CLOSE_EVERY + 1, false),
        };
        soon(socket.ws.feed(Message::text(text))).await.unwrap();
    }
    soon(socket.ws.flush()).await.unwrap();
    soon(async {
        while stream.stats().frames < BURST as u64 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    is_up(next(&mut stream).await);
    let (mut candles, mut bids) = (Vec::new(), Vec::new());
    while candles.len() + bids.len() < CLOSES as usize + 2 {
        match next(&mut stream).await {
            Event::Ticker { ticker, .. } => bids.push(ticker.bid),
            candle => candles.push(is_candle(candle)),
        }
    }
    let closes = (0..CLOSES).map(|index| (index, true));
    assert_eq!(candles, closes.chain([(CLOSES, false)]).collect::<Vec<_>>());
    assert_eq!(bids, [(BURST - 1) as f64], "the newest ticker alone");
    let stats = stream.stats();
    assert_eq!(stats.coalesced, (BURST - CLOSES - 2) as u64);
    assert_eq!((stats.overflows, stats.unreadable, stats.unknown, stats.impossible), (0, 0, 0, 0));
}

#[tokio::test]
async fn a_full_queue_is_told_and_begun_anew_once_the_listener_caught_up() {
    let server = Server::start().await;
    let mut stream = watch_btc(Options { queue_max: 8, ..server.options() });
    let mut socket = server.accept().await;
    for index in 0..20 {
        socket.say(&kline(index, true)).await;
    }
    assert!(matches!(socket.hear().await, Some(Message::Close(_))));
    let early = tokio::time::timeout(Duration::from_millis(60), server.listener.accept()).await;
    assert!(early.is_err(), "no new connection while nobody takes anything");
    is_up(next(&mut stream).await);
    for index in 0..7 {
        assert_eq!(is_candle(next(&mut stream).await), (index, true));
    }
    assert_eq!(is_down(next(&mut stream).await), DownReason::ListenerTooSlow { queued: 8 });
    let mut socket = server.accept().await;
    assert_eq!(is_up(next(&mut stream).await), 2);
    socket.say(&kline(20, true)).await;
    assert_eq!(is_candle(next(&mut stream).await), (20, true));
    assert_eq!(stream.stats().overflows, 1);
}

#[tokio::test]
async fn a_forming_candle_does_not_follow_its_close() {
    let server = Server::start().await;
    let mut stream = watch_btc(server.options());
    let mut socket = server.accept().await;
    is_up(next(&mut stream).await);
    for (index, closed) in [(1, true), (1, false), (0, false), (1, true), (2, false)] {
        socket.say(&kline(index, closed)).await;
    }
    for expected in [(1, true), (1, true), (2, false)] {
        assert_eq!(is_candle(next(&mut stream).await), expected);
    }
    assert_eq!(stream.stats().stale_forming, 2);
}

#[tokio::test]
async fn bad_frames_are_counted_and_the_stream_goes_on() {
    let server = Server::start().await;
    let mut stream = watch_btc(server.options());
    let mut socket = server.accept().await;
    is_up(next(&mut stream).await);
    socket.say("not JSON").await;
    socket.say(r#"{"e":"kline","E":1}"#).await;
    socket.say(&kline(0, true).replace("3.0", "three")).await;
    socket.say(r#"{"e":"somethingNew","x":[]}"#).await;
    socket.say(&kline(0, true).replace("BTC", "ETH")).await;
    socket.say(&kline(0, true).replace("1h", "4h")).await;
    socket.say(&kline(0, true).replace("3.0", "0.3")).await;
    socket.say(&book_ticker(1.0).replace("\"1\"", "\"0.00000000\"")).await;
    soon(socket.ws.send(Message::Binary(vec![1, 2].into()))).await.unwrap();
    socket.say(&kline(0, true)).await;
    assert_eq!(is_candle(next(&mut stream).await), (0, true));
    let stats = stream.stats();
    assert_eq!((stats.unreadable, stats.unknown, stats.impossible), (3, 4, 2));
}
