//! The life of one connection: from the subscriptions to its end.

use std::convert::Infallible;
use std::future::Future;
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::{SinkExt, StreamExt};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message as Frame};

use crate::codec::{Codec, Message};
use crate::connect::Socket;
use crate::inbox::{Full, Inbox};
use crate::watchdog::Watchdog;
use crate::{DownReason, Event, Options, Stats, Step};

/// One connection, with what it needs to be listened to.
pub(crate) struct Session<'a> {
    pub(crate) socket: Socket,
    pub(crate) watchdog: Watchdog,
    pub(crate) codec: &'a dyn Codec,
    pub(crate) inbox: &'a Inbox,
    pub(crate) options: &'a Options,
    pub(crate) epoch: u64,
    pub(crate) is_up: bool,
}

impl Session<'_> {
    /// Listens until the connection ends, and says why it did.
    pub(crate) async fn run(&mut self) -> DownReason {
        match self.listen().await {
            Err(reason) => reason,
            Ok(never) => match never {},
        }
    }

    /// Says goodbye, as far as that is quickly done.
    pub(crate) async fn close(&mut self) {
        let _ = timeout(self.options.send_timeout, self.socket.close(None)).await;
    }

    async fn listen(&mut self) -> Result<Infallible, DownReason> {
        for request in self.codec.subscribe() {
            let send = self.socket.send(Frame::text(request.as_str()));
            sent(self.options, send).await?;
        }
        loop {
            self.come_up_when_subscribed();
            tokio::select! {
                frame = self.socket.next() => self.frame(frame).await?,
                () = sleep_until(self.watchdog.next_deadline()) => {}
            }
            if let Some(reason) = self.watchdog.overdue(Instant::now()) {
                return Err(reason);
            }
        }
    }

    fn come_up_when_subscribed(&mut self) {
        if self.is_up || !self.watchdog.is_subscribed() {
            return;
        }
        self.is_up = true;
        self.inbox.count(|stats| {
            stats.reconnects += u64::from(stats.connects > 0);
            stats.connects += 1;
        });
        // Only closes can be refused.
        let _ = self.inbox.put(Event::Up { epoch: self.epoch });
    }

    async fn frame(&mut self, frame: Option<Result<Frame, Error>>) -> Result<(), DownReason> {
        let frame = match frame {
            Some(frame) => frame.map_err(|error| self.broken(&error))?,
            None => return Err(DownReason::Closed("without a word".to_owned())),
        };
        self.watchdog.frame(Instant::now());
        match frame {
            Frame::Text(text) => self.text(&text),
            Frame::Ping(_) => {
                self.inbox.count(|stats| stats.pings += 1);
                // The answer, with the same payload, waits in the socket; nothing else may come to push it out.
                sent(self.options, self.socket.flush()).await
            }
            Frame::Close(farewell) => {
                let _ = timeout(self.options.send_timeout, self.socket.flush()).await;
                Err(DownReason::Closed(describe(farewell.as_ref())))
            }
            Frame::Binary(_) => {
                self.inbox.count(|stats| stats.unknown += 1);
                Ok(())
            }
            Frame::Pong(_) | Frame::Frame(_) => Ok(()),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), DownReason> {
        self.inbox.count(|stats| stats.frames += 1);
        for message in self.codec.decode(text, now_ms()) {
            self.message(message)?;
        }
        Ok(())
    }

    fn message(&mut self, message: Message) -> Result<(), DownReason> {
        match message {
            Message::Candle { symbol, timeframe, candle, closed, event_time_ms } => {
                self.watchdog.candle(&symbol, timeframe, Instant::now());
                self.tell(Event::Candle { symbol, timeframe, candle, closed, event_time_ms })?;
            }
            Message::Ticker { symbol, ticker } => self.tell(Event::Ticker { symbol, ticker })?,
            Message::Subscribed => self.watchdog.answered(),
            Message::SubscribeRefused(answer) => return Err(DownReason::SubscribeRefused(answer)),
            Message::ServerShutdown => return Err(DownReason::ServerShutdown),
            Message::Unknown => self.inbox.count(|stats| stats.unknown += 1),
            Message::Impossible(what) => self.complain("impossible", &what, |stats| &mut stats.impossible),
            Message::Unreadable(what) => self.complain("unreadable", &what, |stats| &mut stats.unreadable),
        }
        Ok(())
    }

    /// What comes before all subscriptions are answered is not told: the fill after `Up` covers it.
    fn tell(&self, event: Event) -> Result<(), DownReason> {
        if !self.is_up {
            return Ok(());
        }
        self.inbox.put(event).map_err(|Full { queued }| {
            self.inbox.count(|stats| stats.overflows += 1);
            DownReason::ListenerTooSlow { queued }
        })
    }

    /// Counts, and warns the 1st, 2nd, 4th, 8th … time: a flood must not fill the log.
    fn complain(&self, kind: &str, what: &str, counter: fn(&mut Stats) -> &mut u64) {
        let mut count = 0;
        self.inbox.count(|stats| {
            let total = counter(stats);
            *total += 1;
            count = *total;
        });
        if count.is_power_of_two() {
            tracing::warn!(count, "dropped an {kind} message: {what}");
        }
    }

    fn broken(&self, error: &Error) -> DownReason {
        match error {
            Error::Capacity(_) => DownReason::TooLarge { max_bytes: self.options.max_message_bytes },
            error => DownReason::Broken(error.to_string()),
        }
    }
}

async fn sent(options: &Options, send: impl Future<Output = Result<(), Error>>) -> Result<(), DownReason> {
    match timeout(options.send_timeout, send).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(DownReason::Failed { step: Step::Send, error: error.to_string() }),
        Err(_) => Err(DownReason::TimedOut { step: Step::Send, after: options.send_timeout }),
    }
}

fn describe(farewell: Option<&CloseFrame>) -> String {
    match farewell {
        None => "without a reason".to_owned(),
        Some(CloseFrame { code, reason }) if reason.is_empty() => format!("code {code}"),
        Some(CloseFrame { code, reason }) => format!("code {code}, {reason}"),
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
