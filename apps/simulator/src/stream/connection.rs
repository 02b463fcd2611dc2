//! One client of the streams: a cursor in virtual time that follows the clock.
//!
//! Nothing is queued for a client: what it is told is made from the market when its socket takes it.
//! A slow socket holds the cursor back; one that is too far behind is cut. So no close is ever lost in silence.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::time::{sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{self, Message};

use super::control;
use super::heartbeat::{Beat, Heartbeat};
use super::subscriptions::{Detail, Subscriptions};
use crate::exchange::Exchange;

/// Moments of the market told before the socket is flushed.
const MOMENTS_AT_ONCE: usize = 128;
/// A socket that takes nothing for so long is cut.
const SEND_WITHIN: Duration = Duration::from_secs(10);
/// A client so far behind the clock, in real time, is told of closed candles only.
const THIN_BEHIND: Duration = Duration::from_secs(2);
/// A client so far behind the clock, in real time, is cut.
const CUT_BEHIND: Duration = Duration::from_secs(30);
/// Tickers of 24 hours come at most this often, real time.
const TICKER_EVERY: Duration = Duration::from_secs(1);
/// How long to wait when there is nothing to wait for.
const IDLE: Duration = Duration::from_secs(3_600);

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// Why a connection ends.
#[derive(Debug, thiserror::Error)]
enum End {
    #[error("the client left")]
    Left,
    #[error("{0}")]
    Socket(#[from] tungstenite::Error),
    #[error("the client took nothing for {} s", SEND_WITHIN.as_secs())]
    Stuck,
    #[error("the client was {} s behind", CUT_BEHIND.as_secs())]
    Behind,
    #[error("the client did not echo pings")]
    NoPong,
    #[error("cut on command")]
    Cut,
}

struct Connection {
    exchange: Arc<Exchange>,
    socket: Socket,
    subscriptions: Subscriptions,
    heartbeat: Heartbeat,
    /// Everything up to this virtual time has been told.
    cursor_ms: i64,
    last_ticker: Option<Instant>,
}

/// Serves a client until one side has enough.
pub(crate) async fn serve(exchange: Arc<Exchange>, socket: Socket, subscriptions: Subscriptions) {
    exchange.connections.fetch_add(1, Ordering::Relaxed);
    let mut connection = Connection {
        cursor_ms: exchange.clock.now_ms(),
        exchange: Arc::clone(&exchange),
        socket,
        subscriptions,
        heartbeat: Heartbeat::new(Instant::now()),
        last_ticker: None,
    };
    let end = connection.run().await;
    tracing::debug!("a stream ended: {end}");
    exchange.connections.fetch_sub(1, Ordering::Relaxed);
}

impl Connection {
    async fn run(&mut self) -> End {
        let mut cuts = self.exchange.cuts.subscribe();
        loop {
            let (wake, ping) = (self.next_wake(), self.heartbeat.due());
            let step = tokio::select! {
                message = self.socket.next() => self.receive(message).await,
                () = sleep_until(wake.into()) => self.tell_what_is_due().await,
                () = sleep_until(ping.into()) => self.beat().await,
                _ = cuts.changed() => Err(End::Cut),
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// When there will be something to tell.
    fn next_wake(&self) -> Instant {
        let clock = &self.exchange.clock;
        let idle = Instant::now() + IDLE;
        if self.subscriptions.names().is_empty() {
            return idle;
        }
        let silent_until = self.exchange.faults().silent_until(clock.elapsed());
        if let Some(until) = silent_until {
            return clock.instant_at(until);
        }
        self.next_moment().and_then(|moment_ms| clock.instant_of(moment_ms)).map_or(idle, |wake| wake.min(idle))
    }

    /// The next moment that virtual time will reach.
    fn next_moment(&self) -> Option<i64> {
        let end_ms = self.exchange.clock.settings().end_ms.unwrap_or(i64::MAX);
        self.exchange.market.next_moment(self.cursor_ms).filter(|&moment_ms| moment_ms <= end_ms)
    }

    async fn tell_what_is_due(&mut self) -> Result<(), End> {
        let clock = self.exchange.clock;
        let (now_ms, elapsed) = (clock.now_ms(), clock.elapsed());
        // What happened up to the end of a silence is lost, not late.
        let silent_to = self.exchange.faults().silence_end().min(elapsed);
        self.cursor_ms = self.cursor_ms.max(clock.settings().now_ms(silent_to));
        let mut messages = Vec::new();
        for _ in 0..MOMENTS_AT_ONCE {
            let Some(moment_ms) = self.next_moment().filter(|&moment_ms| moment_ms <= now_ms) else { break };
            let behind = elapsed.saturating_sub(clock.settings().elapsed_at(moment_ms));
            if behind > CUT_BEHIND {
                return Err(End::Behind);
            }
            self.tell(moment_ms, behind, &mut messages);
            self.cursor_ms = moment_ms;
        }
        self.send(messages).await
    }

    fn tell(&mut self, moment_ms: i64, behind: Duration, messages: &mut Vec<Message>) {
        let tickers = self.last_ticker.is_none_or(|last| last.elapsed() >= TICKER_EVERY);
        let exchange = &self.exchange;
        let swapped_volumes = exchange.faults().is_swapping_volumes(exchange.clock.elapsed());
        let detail = Detail { forming: behind < THIN_BEHIND, tickers, swapped_volumes };
        let events = self.subscriptions.events_at(&exchange.market, &exchange.venue_symbol, moment_ms, detail);
        if tickers {
            self.last_ticker = Some(Instant::now());
        }
        for event in events {
            if !(event.is_close && exchange.faults().take_dropped_close()) {
                messages.push(Message::text(event.text));
            }
        }
    }

    async fn receive(&mut self, message: Option<tungstenite::Result<Message>>) -> Result<(), End> {
        match message.ok_or(End::Left)?? {
            Message::Text(text) => {
                if self.subscriptions.names().is_empty() {
                    self.cursor_ms = self.exchange.clock.now_ms();
                }
                let reply = control::handle(&text, &mut self.subscriptions, &self.exchange.market);
                self.send(vec![Message::text(reply)]).await
            }
            Message::Pong(payload) => {
                self.heartbeat.pong(Instant::now(), &payload);
                Ok(())
            }
            // The answers to pings and closes are queued by the protocol's implementation.
            _ => self.send(Vec::new()).await,
        }
    }

    async fn beat(&mut self) -> Result<(), End> {
        let payload = self.exchange.clock.now_ms().to_string();
        match self.heartbeat.beat(Instant::now(), payload) {
            Beat::Ping(payload) => self.send(vec![Message::Ping(payload.into())]).await,
            Beat::Drop => Err(End::NoPong),
        }
    }

    async fn send(&mut self, messages: Vec<Message>) -> Result<(), End> {
        let sending = async {
            for message in messages {
                self.socket.feed(message).await?;
            }
            self.socket.flush().await
        };
        Ok(timeout(SEND_WITHIN, sending).await.map_err(|_| End::Stuck)??)
    }
}
