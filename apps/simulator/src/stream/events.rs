//! Stream events in the exchange's JSON. Pure.

use market::Timeframe;
use serde::Serialize;

use crate::day::Day;
use crate::number::{decimal, step};
use crate::replay::{Bar, Market};
use crate::rest::call::TimeUnit;

/// What events are about, and in which unit they tell times.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Teller<'a> {
    /// The market.
    pub(crate) market: &'a Market,
    /// The exchange's own name for the symbol.
    pub(crate) symbol: &'a str,
    /// Unit of times.
    pub(crate) unit: TimeUnit,
    /// Whether volumes in base and in quote stand in each other's place.
    pub(crate) swapped_volumes: bool,
}

#[derive(Serialize)]
struct KlineEvent<'a> {
    e: &'static str,
    #[serde(rename = "E")]
    event_time: i64,
    s: &'a str,
    k: Kline<'a>,
}

#[derive(Serialize)]
struct Kline<'a> {
    t: i64,
    #[serde(rename = "T")]
    close_time: i64,
    s: &'a str,
    i: &'static str,
    f: i64,
    #[serde(rename = "L")]
    last_trade_id: i64,
    o: String,
    c: String,
    h: String,
    l: String,
    v: String,
    n: u64,
    x: bool,
    q: String,
    #[serde(rename = "V")]
    taker_volume: String,
    #[serde(rename = "Q")]
    taker_quote_volume: String,
    #[serde(rename = "B")]
    ignored: &'static str,
}

#[derive(Serialize)]
struct BookTicker<'a> {
    u: i64,
    s: &'a str,
    b: String,
    #[serde(rename = "B")]
    bid_size: String,
    a: String,
    #[serde(rename = "A")]
    ask_size: String,
}

#[derive(Serialize)]
struct MiniTicker<'a> {
    e: &'static str,
    #[serde(rename = "E")]
    event_time: i64,
    s: &'a str,
    c: String,
    o: String,
    h: String,
    l: String,
    v: String,
    q: String,
}

#[derive(Serialize)]
struct FullTicker<'a> {
    #[serde(flatten)]
    mini: MiniTicker<'a>,
    p: String,
    #[serde(rename = "P")]
    change_percent: String,
    w: String,
    x: String,
    #[serde(rename = "Q")]
    last_size: String,
    b: String,
    #[serde(rename = "B")]
    bid_size: String,
    a: String,
    #[serde(rename = "A")]
    ask_size: String,
    #[serde(rename = "O")]
    open_time: i64,
    #[serde(rename = "C")]
    close_time: i64,
    #[serde(rename = "F")]
    first_trade_id: i64,
    #[serde(rename = "L")]
    last_trade_id: i64,
    n: u64,
}

impl Teller<'_> {
    /// A bar of `timeframe` at `time_ms`, for the last time when it `closes`.
    pub(crate) fn kline(&self, timeframe: Timeframe, bar: &Bar, time_ms: i64, closes: bool) -> String {
        let candle = &bar.candle;
        let (volume, quote_volume) = self.volumes((candle.volume, bar.quote_volume));
        let (taker_volume, taker_quote_volume) = self.volumes(bar.taker_volumes());
        text(&KlineEvent {
            e: "kline",
            event_time: self.unit.time(time_ms),
            s: self.symbol,
            k: Kline {
                t: self.unit.time(candle.open_time_ms),
                close_time: self.unit.close_time(timeframe.next_open(candle.open_time_ms)),
                s: self.symbol,
                i: timeframe.name(),
                f: id(bar.first_trade_id),
                last_trade_id: id(bar.last_trade_id()),
                o: decimal(candle.open),
                c: decimal(candle.close),
                h: decimal(candle.high),
                l: decimal(candle.low),
                v: decimal(volume),
                n: bar.trades,
                x: closes,
                q: decimal(quote_volume),
                taker_volume: decimal(taker_volume),
                taker_quote_volume: decimal(taker_quote_volume),
                ignored: "0",
            },
        })
    }

    /// In base and in quote, as they are told.
    fn volumes(&self, (base, quote): (f64, f64)) -> (f64, f64) {
        if self.swapped_volumes { (quote, base) } else { (base, quote) }
    }

    /// The best bid and ask.
    pub(crate) fn book_ticker(&self, time_ms: i64) -> Option<String> {
        let ((b, bid_size), (a, ask_size)) = self.best(time_ms)?;
        Some(text(&BookTicker {
            u: time_ms,
            s: self.symbol,
            b: decimal(b),
            bid_size: decimal(bid_size),
            a: decimal(a),
            ask_size: decimal(ask_size),
        }))
    }

    /// The last 24 hours, in short.
    pub(crate) fn mini_ticker(&self, time_ms: i64) -> Option<String> {
        let day = Day::at(self.market, time_ms)?;
        Some(text(&self.mini("24hrMiniTicker", &day)))
    }

    /// The last 24 hours.
    pub(crate) fn ticker(&self, time_ms: i64) -> Option<String> {
        let day = Day::at(self.market, time_ms)?;
        let ((b, bid_size), (a, ask_size)) = self.best(time_ms)?;
        Some(text(&FullTicker {
            mini: self.mini("24hrTicker", &day),
            p: decimal(day.change()),
            change_percent: format!("{:.3}", day.change_percent()),
            w: decimal(day.average_price()),
            x: decimal(day.bar.candle.open),
            last_size: decimal(step(self.market.decimals.volume)),
            b: decimal(b),
            bid_size: decimal(bid_size),
            a: decimal(a),
            ask_size: decimal(ask_size),
            open_time: self.unit.time(day.open_ms),
            close_time: self.unit.time(day.close_ms),
            first_trade_id: id(day.bar.first_trade_id),
            last_trade_id: id(day.bar.last_trade_id()),
            n: day.bar.trades,
        }))
    }

    fn mini(&self, e: &'static str, day: &Day) -> MiniTicker<'_> {
        let candle = &day.bar.candle;
        MiniTicker {
            e,
            event_time: self.unit.time(day.close_ms),
            s: self.symbol,
            c: decimal(candle.close),
            o: decimal(candle.open),
            h: decimal(candle.high),
            l: decimal(candle.low),
            v: decimal(candle.volume),
            q: decimal(day.bar.quote_volume),
        }
    }

    fn best(&self, time_ms: i64) -> Option<(crate::book::Level, crate::book::Level)> {
        let last_price = self.market.last_price(time_ms)?;
        let (bids, asks) = crate::book::levels(last_price, time_ms, self.market.decimals, 1);
        Some((*bids.first()?, *asks.first()?))
    }
}

fn id(id: Option<u64>) -> i64 {
    id.and_then(|id| i64::try_from(id).ok()).unwrap_or(-1)
}

fn text(event: &impl Serialize) -> String {
    serde_json::to_string(event).expect("events have text keys and finite numbers")
}
