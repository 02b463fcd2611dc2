//! A server that answers as told, one request a connection, and a clock that is stepped by waiting on it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use exchange::{Clock, Exchange, Options};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// When the tests' clock starts: ten seconds into a minute.
pub(crate) const START_MS: i64 = 1_700_000_050_000;
pub(crate) const TIME: &str = r#"{"serverTime":1700000000000}"#;

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Writes these bytes and ends the connection.
    Write(Vec<u8>),
    /// Breaks the connection off without a word.
    Reset,
    /// Says nothing for longer than anyone waits.
    Stall,
}

/// A whole answer: status, headers as lines (each ended by `\n`), body.
pub(crate) fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Act {
    let body = body.as_ref();
    let content_type = if body.starts_with(b"<") { "text/html" } else { "application/json" };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\ncontent-type: {content_type}\ncontent-length: {length}\nconnection: close\n{headers}\n"
    );
    Act::Write([head.replace('\n', "\r\n").as_bytes(), body].concat())
}

/// The good answer to `fetch_time`.
pub(crate) fn good() -> Act {
    answer(200, "", TIME)
}

/// A running server; it ends with the test.
pub(crate) struct Server {
    pub(crate) base_url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Does the acts in turn; the last one for ever.
    pub(crate) async fn start(acts: Vec<Act>) -> Server {
        let (listener, server) = Server::listen("http").await;
        let seen = server.seen.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (acts, seen) = (acts.clone(), seen.clone());
                tokio::spawn(async move {
                    if serve(&mut stream, &acts, &seen).await.is_none() {
                        // Closed with linger zero, a connection is reset.
                        stream.set_zero_linger().unwrap();
                    }
                });
            }
        });
        server
    }

    /// A port, and what tests see of it.
    pub(crate) async fn listen(scheme: &str) -> (TcpListener, Server) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("{scheme}://127.0.0.1:{}", listener.local_addr().unwrap().port());
        (listener, Server { base_url, seen: Arc::default() })
    }

    /// The heads of the requests that came.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// Reads a request and does the act that is due; `None` where the connection is to be reset.
pub(crate) async fn serve<S>(stream: &mut S, acts: &[Act], seen: &Mutex<Vec<String>>) -> Option<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let turn = {
        let mut seen = seen.lock().unwrap();
        seen.push(String::from_utf8(head).unwrap().to_lowercase());
        seen.len() - 1
    };
    match &acts[turn.min(acts.len() - 1)] {
        Act::Write(bytes) => {
            stream.write_all(bytes).await.ok()?;
            stream.shutdown().await.ok()?;
            // The client closes when it has read all.
            while stream.read_u8().await.is_ok() {}
            Some(())
        }
        Act::Reset => None,
        Act::Stall => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Some(())
        }
    }
}

/// A clock that passes only while it is waited on.
#[derive(Debug)]
pub(crate) struct SteppedClock(AtomicI64);

impl SteppedClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(SteppedClock(AtomicI64::new(START_MS)))
    }

    /// How much time has passed.
    pub(crate) fn passed_ms(&self) -> i64 {
        self.now_ms() - START_MS
    }

    pub(crate) fn step_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for SteppedClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    async fn sleep(&self, duration: Duration) {
        self.step_ms(i64::try_from(duration.as_millis()).unwrap());
        tokio::task::yield_now().await;
    }
}

/// How long nothing may come where a test is about that.
pub(crate) const LITTLE_PATIENCE: Duration = Duration::from_millis(300);
/// How long a reply may take elsewhere, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Binance at `base_url`, on a stepped clock.
pub(crate) fn binance(base_url: &str) -> (Box<dyn Exchange>, Arc<SteppedClock>) {
    binance_with(base_url, |options| options.timeout = PATIENCE)
}

/// Binance at `base_url`, on a stepped clock, with other options.
pub(crate) fn binance_with(
    base_url: &str,
    change: impl FnOnce(&mut Options),
) -> (Box<dyn Exchange>, Arc<SteppedClock>) {
    connect("binance", base_url, change)
}

/// Binance's perpetuals at `base_url`, on a stepped clock.
pub(crate) fn binance_usd_m(base_url: &str) -> (Box<dyn Exchange>, Arc<SteppedClock>) {
    connect("binanceusdm", base_url, |options| options.timeout = PATIENCE)
}

fn connect(name: &str, base_url: &str, change: impl FnOnce(&mut Options)) -> (Box<dyn Exchange>, Arc<SteppedClock>) {
    let clock = SteppedClock::new();
    let mut options = Options { base_url: Some(base_url.to_owned()), clock: clock.clone(), ..Options::default() };
    change(&mut options);
    (exchange::connect(name, &options).unwrap(), clock)
}
