//! What one connection listens to, and what it is told at every moment of the market. Pure.

use market::Timeframe;

use super::events::Teller;
use crate::replay::{Folding, Market};
use crate::rest::call::TimeUnit;

/// Streams that one connection may listen to.
pub(crate) const MOST_STREAMS: usize = 1_024;

/// The streams of a connection.
#[derive(Debug)]
pub(crate) struct Subscriptions {
    /// Whether events come wrapped with the name of their stream.
    pub(crate) combined: bool,
    unit: TimeUnit,
    /// Every name, as subscribed, known or not.
    names: Vec<String>,
    /// The kline streams and their names, shortest timeframe first.
    klines: Vec<(String, Folding)>,
    /// The ticker streams and their names.
    tickers: Vec<(String, Ticker)>,
}

/// The streams that are not of candles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ticker {
    /// The best prices.
    Book,
    /// The last 24 hours, in short.
    Mini,
    /// The last 24 hours.
    Full,
}

/// What there is to tell at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// The message.
    pub(crate) text: String,
    /// Whether it tells of a closed candle.
    pub(crate) is_close: bool,
}

/// What is left out at a moment, or told wrongly.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Detail {
    /// Whether forming bars and the best prices are told.
    pub(crate) forming: bool,
    /// Whether the tickers of 24 hours are told.
    pub(crate) tickers: bool,
    /// Whether the volumes of bars stand in each other's place.
    pub(crate) swapped_volumes: bool,
}

impl Subscriptions {
    /// No streams yet.
    pub(crate) fn new(combined: bool, unit: TimeUnit) -> Self {
        Subscriptions { combined, unit, names: Vec::new(), klines: Vec::new(), tickers: Vec::new() }
    }

    /// Every name, as subscribed.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Listens to `name`, too. A name that is not known is accepted and never tells anything, as on the exchange.
    /// Gives whether there was room for it.
    pub(crate) fn add(&mut self, name: &str, market: &Market) -> bool {
        if self.names.iter().any(|known| known == name) {
            return true;
        }
        if self.names.len() == MOST_STREAMS {
            return false;
        }
        self.names.push(name.to_owned());
        let symbol = market.venue_symbol().to_lowercase();
        let Some((_, kind)) = name.split_once('@').filter(|(of, _)| *of == symbol) else { return true };
        match kind {
            "bookTicker" => self.tickers.push((name.to_owned(), Ticker::Book)),
            "miniTicker" => self.tickers.push((name.to_owned(), Ticker::Mini)),
            "ticker" => self.tickers.push((name.to_owned(), Ticker::Full)),
            _ => {
                let timeframe = kind.strip_prefix("kline_").and_then(|interval| interval.parse::<Timeframe>().ok());
                let offered = timeframe.filter(|&timeframe| market.offers(timeframe));
                self.klines.extend(offered.map(|timeframe| (name.to_owned(), Folding::new(timeframe))));
                self.klines.sort_by_key(|(_, folding)| folding.timeframe);
            }
        }
        true
    }

    /// Stops listening to `name`.
    pub(crate) fn remove(&mut self, name: &str) {
        self.names.retain(|known| known != name);
        self.klines.retain(|(known, _)| known != name);
        self.tickers.retain(|(known, _)| known != name);
    }

    /// What there is to tell at `time_ms`, a moment of the market: first every bar that closes there, shortest
    /// timeframe first, then what has changed.
    pub(crate) fn events_at(&mut self, market: &Market, symbol: &str, time_ms: i64, detail: Detail) -> Vec<Event> {
        let teller = Teller { market, symbol, unit: self.unit, swapped_volumes: detail.swapped_volumes };
        let mut events = Vec::new();
        self.tell_closes(&teller, time_ms, &mut events);
        if market.is_forming(time_ms) {
            if detail.forming {
                self.tell_forming(&teller, time_ms, &mut events);
            }
            self.tell_tickers(&teller, time_ms, detail, &mut events);
        }
        events
    }

    fn tell_closes(&mut self, teller: &Teller<'_>, time_ms: i64, events: &mut Vec<Event>) {
        for (name, folding) in &mut self.klines {
            let timeframe = folding.timeframe;
            let open_ms = timeframe.open_of(time_ms - 1);
            if timeframe.next_open(open_ms) != time_ms {
                continue;
            }
            if let Some(bar) = folding.at(teller.market, open_ms, time_ms) {
                let text = teller.kline(timeframe, &bar, time_ms, true);
                events.push(Event { text: wrapped(self.combined, name, text), is_close: true });
            }
        }
    }

    fn tell_forming(&mut self, teller: &Teller<'_>, time_ms: i64, events: &mut Vec<Event>) {
        for (name, folding) in &mut self.klines {
            let timeframe = folding.timeframe;
            if let Some(bar) = folding.at(teller.market, timeframe.open_of(time_ms), time_ms) {
                let text = teller.kline(timeframe, &bar, time_ms, false);
                events.push(Event { text: wrapped(self.combined, name, text), is_close: false });
            }
        }
    }

    fn tell_tickers(&self, teller: &Teller<'_>, time_ms: i64, detail: Detail, events: &mut Vec<Event>) {
        for (name, ticker) in &self.tickers {
            let text = match ticker {
                Ticker::Book if detail.forming => teller.book_ticker(time_ms),
                Ticker::Mini if detail.tickers => teller.mini_ticker(time_ms),
                Ticker::Full if detail.tickers => teller.ticker(time_ms),
                _ => None,
            };
            events.extend(text.map(|text| Event { text: wrapped(self.combined, name, text), is_close: false }));
        }
    }
}

fn wrapped(combined: bool, name: &str, data: String) -> String {
    if combined { format!(r#"{{"stream":"{name}","data":{data}}}"#) } else { data }
}

#[cfg(test)]
mod tests {
    use market::{Candle, Candles};
    use serde_json::Value;

    use super::*;
    use crate::replay::{Decimals, Tape};

    const MINUTE: i64 = 60_000;
    const FULL: Detail = Detail { forming: true, tickers: true, swapped_volumes: false };

    /// One-minute candles at minutes 0 to 6 and at 20.
    fn market() -> Market {
        let candle = |minute: i64| Candle {
            open_time_ms: minute * MINUTE,
            open: 10.0,
            high: 12.0,
            low: 9.0,
            close: 11.0,
            volume: 1.0,
        };
        let candles: Candles = (0..=6).chain([20]).map(candle).collect();
        let decimals = Decimals { price: 2, volume: 2 };
        Market::new("BTC/USDT".parse().unwrap(), Timeframe::M1, Tape::Stored(candles), decimals, 1e6)
    }

    #[track_caller]
    fn check(names: &[&str], minute: i64, detail: Detail, expected: &[&str]) {
        let market = market();
        let mut subscriptions = Subscriptions::new(true, TimeUnit::Milliseconds);
        assert!(names.iter().all(|name| subscriptions.add(name, &market)));
        let events = subscriptions.events_at(&market, "BTCUSDT", minute * MINUTE, detail);
        let told = |event: &Event| {
            let message: Value = serde_json::from_str(&event.text).unwrap();
            assert_eq!(event.is_close, message["data"]["k"]["x"] == true);
            let name = message["stream"].as_str().unwrap().trim_start_matches("btcusdt@").to_owned();
            if event.is_close { format!("{name} closes") } else { name }
        };
        assert_eq!(events.iter().map(told).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn closes_come_first_and_shortest_first() {
        let names =
            ["btcusdt@kline_5m", "btcusdt@ticker", "btcusdt@kline_1m", "btcusdt@bookTicker", "btcusdt@kline_1M"];
        let closes = ["kline_1m closes", "kline_5m closes"];
        let rest = ["kline_1m", "kline_5m", "kline_1M", "ticker", "bookTicker"];
        check(&names, 5, FULL, &[closes.as_slice(), &rest].concat());
        check(&names, 5, Detail { forming: false, tickers: false, swapped_volumes: false }, &closes);
    }

    #[test]
    fn a_hole_closes_what_was_open_and_nothing_else() {
        let names = ["btcusdt@kline_1m", "btcusdt@kline_5m", "btcusdt@kline_15m", "btcusdt@bookTicker"];
        check(&names, 7, FULL, &["kline_1m closes"]);
        check(&names, 10, FULL, &["kline_5m closes"]);
        check(&names, 15, FULL, &["kline_15m closes"]);
        check(&names, 20, FULL, &["kline_1m", "kline_5m", "kline_15m", "bookTicker"]);
    }

    #[test]
    fn names_that_are_not_known_are_accepted_and_silent() {
        check(&["ethusdt@kline_1m", "btcusdt@kline_7m", "btcusdt@kline_1s", "BTCUSDT@kline_1m", "!"], 5, FULL, &[]);
    }

    #[test]
    fn there_is_room_for_so_many_streams() {
        let (market, mut subscriptions) = (market(), Subscriptions::new(false, TimeUnit::Milliseconds));
        assert!((0..MOST_STREAMS).all(|number| subscriptions.add(&number.to_string(), &market)));
        assert!(!subscriptions.add("one more", &market));
        subscriptions.remove("7");
        assert!(subscriptions.add("one more", &market));
    }
}
