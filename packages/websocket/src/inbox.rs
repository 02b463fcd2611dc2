//! What waits between keeper and listener: bounded, and nothing that matters is lost silently.
//!
//! Closes, ups and downs wait in order, at most a set number of them; one more close than that
//! is refused, and the keeper begins anew. Of forming candles and tickers only the newest of
//! each stream waits, at the place of the one it replaces, so a fast stream cannot starve others.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use market::{Symbol, Timeframe};
use tokio::sync::Notify;

use crate::{Event, Stats};

/// A stream whose updates replace each other: candles of a timeframe, or (`None`) the ticker.
type Key = (Symbol, Option<Timeframe>);

/// The listener has left the queue full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full {
    /// How many events wait.
    pub(crate) queued: usize,
}

/// The queue between one keeper and one listener.
#[derive(Debug)]
pub(crate) struct Inbox {
    state: Mutex<State>,
    arrived: Notify,
    drained: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Closes, ups and downs, each with its place in the order.
    kept: VecDeque<(u64, Event)>,
    /// The newest update of each stream, with its place in the order.
    newest: HashMap<Key, (u64, Event)>,
    /// Open time of the newest close of this connection, by stream.
    closed_ms: HashMap<Key, i64>,
    next_place: u64,
    max: usize,
    gone: bool,
    stats: Stats,
}

impl Inbox {
    /// An empty inbox that holds up to `max` closes.
    pub(crate) fn new(max: usize) -> Self {
        let state = State { max: max.max(1), ..State::default() };
        Inbox { state: Mutex::new(state), arrived: Notify::new(), drained: Notify::new() }
    }

    /// Puts an event in; a close is refused when the queue is full, everything else always fits.
    pub(crate) fn put(&self, event: Event) -> Result<(), Full> {
        let put = self.state().put(event);
        self.arrived.notify_one();
        put
    }

    /// Waits for the event whose turn it is; `None` when the keeper is gone and all is taken.
    pub(crate) async fn take(&self) -> Option<Event> {
        loop {
            {
                let mut state = self.state();
                let event = state.take();
                if !state.is_crowded() {
                    self.drained.notify_one();
                }
                if event.is_some() || state.gone {
                    return event;
                }
            }
            self.arrived.notified().await;
        }
    }

    /// Waits until no more than half of the places for closes are taken.
    pub(crate) async fn room(&self) {
        while self.state().is_crowded() {
            self.drained.notified().await;
        }
    }

    /// Lets the listener know that nothing more will come.
    pub(crate) fn end(&self) {
        self.state().gone = true;
        self.arrived.notify_one();
    }

    /// The figures so far.
    pub(crate) fn stats(&self) -> Stats {
        self.state().stats
    }

    /// Counts something.
    pub(crate) fn count(&self, add: impl FnOnce(&mut Stats)) {
        add(&mut self.state().stats);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves the queue whole: no step below can panic half way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_crowded(&self) -> bool {
        self.kept.len() > self.max / 2
    }

    fn put(&mut self, event: Event) -> Result<(), Full> {
        match &event {
            Event::Up { .. } => {
                self.closed_ms.clear();
                self.keep(event);
            }
            Event::Down { .. } => self.put_down(event),
            Event::Ticker { symbol, .. } => self.replace((symbol.clone(), None), event),
            Event::Candle { symbol, timeframe, candle, closed, .. } => {
                let key = (symbol.clone(), Some(*timeframe));
                let open_time_ms = candle.open_time_ms;
                if *closed {
                    return self.put_close(key, open_time_ms, event);
                }
                if self.closed_ms.get(&key).is_some_and(|&closed_ms| open_time_ms <= closed_ms) {
                    self.stats.stale_forming += 1;
                } else {
                    self.replace(key, event);
                }
            }
        }
        Ok(())
    }

    fn put_close(&mut self, key: Key, open_time_ms: i64, event: Event) -> Result<(), Full> {
        if self.kept.len() >= self.max {
            return Err(Full { queued: self.kept.len() });
        }
        if self.newest.get(&key).is_some_and(|(_, waiting)| open_time_of(waiting) <= open_time_ms) {
            self.newest.remove(&key);
            self.stats.coalesced += 1;
        }
        let closed_ms = self.closed_ms.entry(key).or_insert(open_time_ms);
        *closed_ms = open_time_ms.max(*closed_ms);
        self.keep(event);
        Ok(())
    }

    /// What was forming when the connection went is worth nothing after it.
    fn put_down(&mut self, event: Event) {
        self.stats.coalesced += self.newest.len() as u64;
        self.newest.clear();
        if matches!(self.kept.back(), Some((_, Event::Down { .. }))) {
            self.kept.pop_back();
        }
        self.keep(event);
    }

    fn keep(&mut self, event: Event) {
        let place = self.place();
        self.kept.push_back((place, event));
    }

    fn replace(&mut self, key: Key, event: Event) {
        if let Some((_, waiting)) = self.newest.get_mut(&key) {
            *waiting = event;
            self.stats.coalesced += 1;
            return;
        }
        let place = self.place();
        self.newest.insert(key, (place, event));
    }

    fn place(&mut self) -> u64 {
        self.next_place += 1;
        self.next_place
    }

    fn take(&mut self) -> Option<Event> {
        let oldest = self.newest.iter().map(|(key, (place, _))| (*place, key)).min_by_key(|(place, _)| *place);
        match (self.kept.front(), oldest) {
            (Some((kept, _)), Some((place, key))) if place < *kept => {
                let key = key.clone();
                self.newest.remove(&key).map(|(_, event)| event)
            }
            (None, Some((_, key))) => {
                let key = key.clone();
                self.newest.remove(&key).map(|(_, event)| event)
            }
            _ => self.kept.pop_front().map(|(_, event)| event),
        }
    }
}

fn open_time_of(event: &Event) -> i64 {
    match event {
        Event::Candle { candle, .. } => candle.open_time_ms,
        _ => i64::MIN,
    }
}

#[cfg(test)]
mod tests;
