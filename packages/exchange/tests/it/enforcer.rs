//! An exchange that enforces its limits, and a clock that it shares with its clients: time passes only while all of
//! them wait, for a limit or for a reply.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use exchange::Clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::server::{START_MS, Server};

/// Weight that may be used in a minute.
pub(crate) const LIMIT: u32 = 600;
const MINUTE_MS: i64 = 60_000;
/// How long a request is under way, and its reply again.
const UNDER_WAY: Duration = Duration::from_millis(20);

/// A clock for a number of clients that each wait at most once at a time.
#[derive(Debug)]
pub(crate) struct CommonClock {
    clients: usize,
    state: Mutex<(i64, Waiting)>,
}

/// Those who wait, by when they are woken.
type Waiting = BTreeMap<i64, Vec<oneshot::Sender<()>>>;

impl CommonClock {
    pub(crate) fn of(clients: usize) -> Arc<Self> {
        Arc::new(CommonClock { clients, state: Mutex::new((START_MS, BTreeMap::new())) })
    }
}

#[async_trait]
impl Clock for CommonClock {
    fn now_ms(&self) -> i64 {
        self.state.lock().unwrap().0
    }

    async fn sleep(&self, duration: Duration) {
        let (wake, woken) = oneshot::channel();
        {
            let (now_ms, waiting) = &mut *self.state.lock().unwrap();
            let until_ms = *now_ms + i64::try_from(duration.as_millis()).unwrap();
            waiting.entry(until_ms).or_default().push(wake);
            if waiting.values().map(Vec::len).sum::<usize>() == self.clients {
                let (until_ms, first) = waiting.pop_first().unwrap();
                *now_ms = until_ms;
                first.into_iter().for_each(|wake| wake.send(()).unwrap());
            }
        }
        woken.await.unwrap();
    }
}

/// How an enforcing exchange differs from what its clients believe.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Odd {
    /// By how much its clock is behind.
    pub(crate) behind_ms: i64,
    /// What a page of candles weighs.
    pub(crate) weight: u32,
}

/// What an exchange has counted.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    /// Weight by minute of its clock.
    pub(crate) used: BTreeMap<i64, u32>,
    /// How often it had to refuse.
    pub(crate) refused: u32,
}

/// Opens an exchange that answers every question with an empty list, within its limits.
pub(crate) async fn open(clock: Arc<CommonClock>, odd: Odd) -> (String, Arc<Mutex<Counted>>) {
    let (listener, server) = Server::listen("http").await;
    let counted = Arc::<Mutex<Counted>>::default();
    let counts = Arc::clone(&counted);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream, Arc::clone(&clock), odd, Arc::clone(&counts)));
        }
    });
    (server.base_url, counted)
}

async fn serve(mut stream: TcpStream, clock: Arc<CommonClock>, odd: Odd, counted: Arc<Mutex<Counted>>) -> Option<()> {
    stream.set_nodelay(true).unwrap();
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        clock.sleep(UNDER_WAY).await;
        let now_ms = clock.now_ms() - odd.behind_ms;
        let (status, used) = {
            let mut counted = counted.lock().unwrap();
            let used = counted.used.entry(now_ms.div_euclid(MINUTE_MS)).or_default();
            *used += odd.weight;
            let used = *used;
            counted.refused += u32::from(used > LIMIT);
            (if used > LIMIT { 429 } else { 200 }, used)
        };
        clock.sleep(UNDER_WAY).await;
        let head = format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: 2\r\n");
        stream.write_all(format!("{head}x-mbx-used-weight-1m: {used}\r\n\r\n[]").as_bytes()).await.ok()?;
    }
}
