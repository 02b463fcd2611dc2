//! Laws of the inbox, over random interleavings of putting and taking.

use fastrand::Rng;
use market::{Candle, Symbol, Ticker, Timeframe};

use super::{Full, Inbox};
use crate::{DownReason, Event};

fn symbol(index: usize) -> Symbol {
    ["BTC/USDT", "ETH/USDT"][index].parse().unwrap()
}

fn candle(stream: usize, open_time_ms: i64, closed: bool, version: i64) -> Event {
    let candle = Candle { open_time_ms, open: 1.0, high: 1.0, low: 1.0, close: 1.0, volume: 1.0 };
    Event::Candle { symbol: symbol(stream), timeframe: Timeframe::M1, candle, closed, event_time_ms: version }
}

fn ticker(stream: usize, version: i64) -> Event {
    let ticker = Ticker { time_ms: version, bid: 1.0, bid_size: 1.0, ask: 1.0, ask_size: 1.0, last: None };
    Event::Ticker { symbol: symbol(stream), ticker }
}

fn down(epoch: u64) -> Event {
    Event::Down { epoch, reason: DownReason::Rotation }
}

fn take(inbox: &Inbox) -> Option<Event> {
    inbox.state().take()
}

fn is_close(event: &Event) -> bool {
    matches!(event, Event::Candle { closed: true, .. })
}

/// What the listener of one connection may rely on.
#[derive(Default)]
struct Listener {
    closes: Vec<Event>,
    /// The newest close, and the newest version of what is forming, by stream.
    closed_ms: [Option<i64>; 2],
    versions: [i64; 2],
}

impl Listener {
    fn hear(&mut self, event: Event) {
        let Event::Candle { symbol: name, candle, closed, event_time_ms, .. } = &event else { return };
        let stream = usize::from(*name == symbol(1));
        if *closed {
            self.closed_ms[stream] = self.closed_ms[stream].max(Some(candle.open_time_ms));
            self.closes.push(event);
        } else {
            assert!(*event_time_ms > self.versions[stream], "what is forming never goes back");
            self.versions[stream] = *event_time_ms;
            assert!(Some(candle.open_time_ms) > self.closed_ms[stream], "no forming candle follows its close");
        }
    }
}

fn check_bounds(inbox: &Inbox) {
    let state = inbox.state();
    assert!(state.kept.len() <= state.max && state.newest.len() <= 4);
}

#[test]
fn no_close_is_lost_and_no_stream_goes_back() {
    for seed in 0..500 {
        let mut rng = Rng::with_seed(seed);
        let inbox = Inbox::new(rng.usize(1..40));
        let (mut accepted, mut listener) = (Vec::new(), Listener::default());
        for version in 1..300 {
            let stream = rng.usize(..2);
            let event = match rng.u8(..5) {
                0 => ticker(stream, version),
                1 => candle(stream, rng.i64(..10), true, version),
                _ => candle(stream, rng.i64(..10), false, version),
            };
            match inbox.put(event.clone()) {
                Ok(()) if is_close(&event) => accepted.push(event),
                Ok(()) => {}
                Err(Full { .. }) => assert!(is_close(&event), "only closes are refused"),
            }
            check_bounds(&inbox);
            while rng.u8(..3) == 0 {
                take(&inbox).into_iter().for_each(|event| listener.hear(event));
            }
        }
        while let Some(event) = take(&inbox) {
            listener.hear(event);
        }
        assert_eq!(listener.closes, accepted, "seed {seed}");
    }
}

#[test]
fn what_was_forming_goes_with_its_connection() {
    let inbox = Inbox::new(8);
    for event in [Event::Up { epoch: 1 }, candle(0, 0, false, 1), ticker(1, 1), candle(1, 0, true, 1), down(1)] {
        inbox.put(event).unwrap();
    }
    inbox.put(Event::Up { epoch: 2 }).unwrap();
    inbox.put(candle(1, 0, false, 2)).unwrap();
    let expected =
        [Event::Up { epoch: 1 }, candle(1, 0, true, 1), down(1), Event::Up { epoch: 2 }, candle(1, 0, false, 2)];
    assert_eq!(std::iter::from_fn(|| take(&inbox)).collect::<Vec<_>>(), expected);
}

#[test]
fn downs_that_nobody_took_are_one() {
    let inbox = Inbox::new(2);
    for epoch in 1..100 {
        inbox.put(down(epoch)).unwrap();
    }
    assert_eq!(std::iter::from_fn(|| take(&inbox)).collect::<Vec<_>>(), [down(99)]);
}

#[tokio::test]
async fn the_end_is_told_after_the_rest() {
    let inbox = Inbox::new(2);
    inbox.put(down(1)).unwrap();
    inbox.end();
    assert_eq!(inbox.take().await, Some(down(1)));
    assert_eq!(inbox.take().await, None);
    assert_eq!(inbox.take().await, None);
}
