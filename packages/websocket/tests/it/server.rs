//! The scripted exchange: a test accepts connections and says what it likes on them.

use std::future::Future;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Callback, ErrorResponse, Request, Response};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};
use websocket::{DownReason, Event, Options, Stream, Watch, watch};

/// No step of a test takes longer, or the test has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Candles open at this time, a round hour.
pub(crate) const OPEN_MS: i64 = 1_700_000_000_000 / 3_600_000 * 3_600_000;

pub(crate) struct Server {
    pub(crate) listener: TcpListener,
    pub(crate) port: u16,
}

pub(crate) struct Socket {
    pub(crate) ws: WebSocketStream<TcpStream>,
    /// The path and query that were asked for.
    pub(crate) path: String,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        Server { listener, port }
    }

    /// Impatient options that lead here.
    pub(crate) fn options(&self) -> Options {
        Options {
            ws_url: Some(format!("ws://127.0.0.1:{}", self.port)),
            connect_timeout: Duration::from_secs(2),
            backoff_first: Duration::from_millis(5),
            backoff_max: Duration::from_millis(20),
            refused_backoff: Duration::from_millis(20),
            seed: Some(7),
            ..Options::default()
        }
    }

    pub(crate) async fn accept_tcp(&self) -> TcpStream {
        soon(self.listener.accept()).await.unwrap().0
    }

    pub(crate) async fn accept(&self) -> Socket {
        let tcp = self.accept_tcp().await;
        let mut path = String::new();
        let ws = soon(accept_hdr_async(tcp, NotePath(&mut path))).await.unwrap();
        Socket { ws, path }
    }

    /// Reads the request of the next connection, and answers with `answer`.
    pub(crate) async fn answer_http(&self, answer: &str) {
        let mut tcp = self.accept_tcp().await;
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(soon(tcp.read_u8()).await.unwrap());
        }
        tcp.write_all(answer.as_bytes()).await.unwrap();
        tcp.shutdown().await.unwrap();
    }
}

struct NotePath<'a>(&'a mut String);

impl Callback for NotePath<'_> {
    #[allow(clippy::result_large_err, reason = "the trait's signature")]
    fn on_request(self, request: &Request, response: Response) -> Result<Response, ErrorResponse> {
        *self.0 = request.uri().to_string();
        Ok(response)
    }
}

impl Socket {
    pub(crate) async fn say(&mut self, text: &str) {
        soon(self.ws.send(Message::text(text))).await.unwrap();
    }

    /// The next message from the client; `None` when it is gone.
    pub(crate) async fn hear(&mut self) -> Option<Message> {
        soon(self.ws.next()).await.and_then(Result::ok)
    }
}

/// `future`'s outcome, which must not be long in coming.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("this happens soon")
}

/// Candles and tickers of BTC/USDT.
pub(crate) fn btc() -> Watch {
    let symbol: market::Symbol = "BTC/USDT".parse().unwrap();
    Watch { ohlcv: vec![(symbol.clone(), market::Timeframe::H1)], tickers: vec![symbol] }
}

pub(crate) fn watch_btc(options: Options) -> Stream {
    watch("binance", btc(), options).unwrap()
}

/// A kline frame of BTC/USDT 1h, `index` hours after [`OPEN_MS`].
pub(crate) fn kline(index: i64, closed: bool) -> String {
    let open_ms = OPEN_MS + index * 3_600_000;
    let event_ms = if closed { open_ms + 3_600_000 } else { open_ms };
    format!(
        r#"{{"stream":"btcusdt@kline_1h","data":{{"e":"kline","E":{event_ms},"s":"BTCUSDT","k":{{"t":{open_ms},"T":1,"s":"BTCUSDT","i":"1h","f":1,"L":2,"o":"2.0","c":"2.5","h":"3.0","l":"1.0","v":"10","n":2,"x":{closed},"q":"1","V":"1","Q":"1","B":"0"}}}}}}"#
    )
}

pub(crate) fn book_ticker(bid: f64) -> String {
    format!(r#"{{"u":1,"s":"BTCUSDT","b":"{bid}","B":"3","a":"{}","A":"4"}}"#, bid + 1.0)
}

pub(crate) async fn next(stream: &mut Stream) -> Event {
    soon(stream.next()).await.expect("the keeper lives")
}

/// Takes the next event, an `Up`; gives its epoch.
#[track_caller]
pub(crate) fn is_up(event: Event) -> u64 {
    match event {
        Event::Up { epoch } => epoch,
        other => panic!("expected Up, got {other:?}"),
    }
}

/// Takes a `Down`; gives its reason.
#[track_caller]
pub(crate) fn is_down(event: Event) -> DownReason {
    match event {
        Event::Down { reason, .. } => reason,
        other => panic!("expected Down, got {other:?}"),
    }
}

/// Takes a candle; gives how many hours after [`OPEN_MS`] it opens, and whether it is closed.
#[track_caller]
pub(crate) fn is_candle(event: Event) -> (i64, bool) {
    match event {
        Event::Candle { candle, closed, .. } => ((candle.open_time_ms - OPEN_MS) / 3_600_000, closed),
        other => panic!("expected a candle, got {other:?}"),
    }
}
