//! Notices a connection that has gone quiet, and one that grows old. Pure: it is told the time.

use std::time::Duration;

use tokio::time::Instant;

use crate::{DownReason, Options, Step, Watch};

/// Deadlines of one connection.
#[derive(Debug)]
pub(crate) struct Watchdog {
    limits: Limits,
    started: Instant,
    /// When the last frame of any kind came; `None` before the first.
    last_frame: Option<Instant>,
    /// Subscriptions that are not answered yet.
    unanswered: usize,
    /// When each candle stream last said something; `None` before the first time.
    candles: Vec<CandleStream>,
}

#[derive(Debug)]
struct Limits {
    first_message: Duration,
    subscribe: Duration,
    idle: Duration,
    silence: Duration,
    rotate: Duration,
}

#[derive(Debug)]
struct CandleStream {
    symbol: market::Symbol,
    timeframe: market::Timeframe,
    last: Option<Instant>,
}

impl Watchdog {
    /// A watchdog over a connection made at `now`, to be renewed after `rotate`.
    pub(crate) fn new(watch: &Watch, options: &Options, rotate: Duration, unanswered: usize, now: Instant) -> Self {
        let limits = Limits {
            first_message: options.first_message_timeout,
            subscribe: options.send_timeout,
            idle: options.idle_timeout,
            silence: options.silence_timeout,
            rotate,
        };
        let stream = |(symbol, timeframe): &(market::Symbol, market::Timeframe)| CandleStream {
            symbol: symbol.clone(),
            timeframe: *timeframe,
            last: None,
        };
        let candles = watch.ohlcv.iter().map(stream).collect();
        Watchdog { limits, started: now, last_frame: None, unanswered, candles }
    }

    /// A frame of any kind came.
    pub(crate) fn frame(&mut self, now: Instant) {
        self.last_frame = Some(now);
    }

    /// A subscription was answered.
    pub(crate) fn answered(&mut self) {
        self.unanswered = self.unanswered.saturating_sub(1);
    }

    /// Whether all subscriptions were answered.
    pub(crate) fn is_subscribed(&self) -> bool {
        self.unanswered == 0
    }

    /// A candle of a stream came.
    pub(crate) fn candle(&mut self, symbol: &market::Symbol, timeframe: market::Timeframe, now: Instant) {
        for stream in &mut self.candles {
            if stream.timeframe == timeframe && stream.symbol == *symbol {
                stream.last = Some(now);
            }
        }
    }

    /// Whether the connection proved good: every candle stream spoke, or, where none is watched, anything did.
    pub(crate) fn is_proved(&self) -> bool {
        self.last_frame.is_some() && self.candles.iter().all(|stream| stream.last.is_some())
    }

    /// What is overdue at `now`.
    pub(crate) fn overdue(&self, now: Instant) -> Option<DownReason> {
        self.deadlines().find(|(deadline, _)| *deadline <= now).map(|(_, alarm)| self.reason(alarm))
    }

    /// When to look again.
    pub(crate) fn next_deadline(&self) -> Instant {
        self.deadlines().map(|(deadline, _)| deadline).min().unwrap_or(self.started + self.limits.rotate)
    }

    fn deadlines(&self) -> impl Iterator<Item = (Instant, Alarm)> + '_ {
        let first = match self.last_frame {
            None => (self.started + self.limits.first_message, Alarm::FirstMessage),
            Some(last) => (last + self.limits.idle, Alarm::Idle),
        };
        let answer = (!self.is_subscribed()).then(|| (self.started + self.limits.subscribe, Alarm::Subscribe));
        let silence =
            self.candles.iter().enumerate().map(|(index, stream)| {
                (stream.last.unwrap_or(self.started) + self.limits.silence, Alarm::Silence(index))
            });
        let rotate = (self.started + self.limits.rotate, Alarm::Rotate);
        answer.into_iter().chain([first]).chain(silence).chain([rotate])
    }

    fn reason(&self, alarm: Alarm) -> DownReason {
        let limits = &self.limits;
        match alarm {
            Alarm::FirstMessage => DownReason::TimedOut { step: Step::FirstMessage, after: limits.first_message },
            Alarm::Subscribe => DownReason::TimedOut { step: Step::Subscribe, after: limits.subscribe },
            Alarm::Idle => DownReason::Idle { after: limits.idle },
            Alarm::Rotate => DownReason::Rotation,
            Alarm::Silence(index) => {
                let CandleStream { symbol, timeframe, last } = &self.candles[index];
                let stream = format!("{symbol} {timeframe}");
                DownReason::Silent { stream, after: limits.silence, since_start: last.is_none() }
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Alarm {
    Subscribe,
    FirstMessage,
    Idle,
    Silence(usize),
    Rotate,
}
