//! Says where to connect for a watch, and what Binance's frames mean.

use std::borrow::Cow;
use std::collections::HashMap;

use market::{Candle, Symbol, Ticker, Timeframe};
use serde::Deserialize;
use serde_json::Value;

use super::types::{BookTicker, Kline, KlineEvent};
use super::{DEFAULT_URL, STREAMS_IN_MESSAGE, STREAMS_IN_URL, STREAMS_MAX};
use crate::codec::{Codec, Message};
use crate::{Watch, WebsocketError};

/// The first open time that is believed, 2009-01-01: before it there was no market.
const EARLIEST_MS: i64 = 1_230_768_000_000;
/// The first open time that is believed no more, 2100-01-01.
const LATEST_MS: i64 = 4_102_444_800_000;
/// How far the event time may disagree with a candle's open and close: the stamps are of different machines.
const TOLERANCE_MS: i64 = 1_000;

/// The codec of Binance spot.
#[derive(Debug)]
pub struct Binance {
    url: String,
    subscribe: Vec<String>,
    /// Watched candles by symbol id and interval.
    candles: HashMap<String, Vec<(Symbol, Timeframe)>>,
    /// Watched tickers by symbol id.
    tickers: HashMap<String, Symbol>,
}

impl Binance {
    /// The codec for `watch`, at `base_url` (scheme, host, port) instead of [`DEFAULT_URL`] if given.
    ///
    /// # Errors
    /// When nothing or too much is watched, or a symbol is not spot.
    pub fn new(watch: &Watch, base_url: Option<&str>) -> Result<Self, WebsocketError> {
        let streams = stream_names(watch)?;
        let in_url = &streams[..streams.len().min(STREAMS_IN_URL)];
        let later = &streams[in_url.len()..];
        let mut candles: HashMap<String, Vec<(Symbol, Timeframe)>> = HashMap::new();
        for (symbol, timeframe) in &watch.ohlcv {
            candles.entry(id_of(symbol)).or_default().push((symbol.clone(), *timeframe));
        }
        Ok(Binance {
            url: format!("{}/stream?streams={}", root_of(base_url.unwrap_or(DEFAULT_URL)), escape(&in_url.join("/"))),
            subscribe: subscriptions(later),
            candles,
            tickers: watch.tickers.iter().map(|symbol| (id_of(symbol), symbol.clone())).collect(),
        })
    }

    fn meaning(&self, payload: &Value, received_ms: i64) -> Message {
        match payload.get("e").and_then(Value::as_str) {
            Some("kline") => self.candle(payload).unwrap_or_else(Message::Unreadable),
            Some("bookTicker") => self.ticker(payload, received_ms).unwrap_or_else(Message::Unreadable),
            Some("serverShutdown") => Message::ServerShutdown,
            Some(_) => Message::Unknown,
            // Spot book tickers are known by their update id and symbol alone.
            None if payload.get("u").is_some() && payload.get("s").is_some() => {
                self.ticker(payload, received_ms).unwrap_or_else(Message::Unreadable)
            }
            None => reply(payload),
        }
    }

    fn candle(&self, payload: &Value) -> Result<Message, String> {
        let event = KlineEvent::deserialize(payload).map_err(|error| format!("kline: {error}"))?;
        let kline = event.k;
        let watched = self
            .candles
            .get(kline.s.as_ref())
            .and_then(|streams| streams.iter().find(|(_, timeframe)| timeframe.name() == kline.i));
        let Some((symbol, timeframe)) = watched else { return Ok(Message::Unknown) };
        let candle = candle_of(&kline)?;
        let fault = candle.check(*timeframe).map_err(|fault| fault.to_string());
        if let Err(fault) = fault.and_then(|()| check_time(&kline, *timeframe, event.event_time_ms)) {
            return Ok(Message::Impossible(format!("{symbol} {timeframe} candle of {}: {fault}", kline.t)));
        }
        Ok(Message::Candle {
            symbol: symbol.clone(),
            timeframe: *timeframe,
            candle,
            closed: kline.x,
            event_time_ms: event.event_time_ms,
        })
    }

    fn ticker(&self, payload: &Value, received_ms: i64) -> Result<Message, String> {
        let book = BookTicker::deserialize(payload).map_err(|error| format!("bookTicker: {error}"))?;
        let Some(symbol) = self.tickers.get(book.s.as_ref()) else { return Ok(Message::Unknown) };
        let ticker = Ticker {
            time_ms: book.event_time_ms.unwrap_or(received_ms),
            bid: number("b", &book.b)?,
            bid_size: number("B", &book.bid_size)?,
            ask: number("a", &book.a)?,
            ask_size: number("A", &book.ask_size)?,
            last: None,
        };
        if !is_possible(&ticker) {
            return Ok(Message::Impossible(format!("{symbol} ticker: bid {} or ask {}", book.b, book.a)));
        }
        Ok(Message::Ticker { symbol: symbol.clone(), ticker })
    }
}

impl Codec for Binance {
    fn url(&self) -> &str {
        &self.url
    }

    fn subscribe(&self) -> &[String] {
        &self.subscribe
    }

    /// Takes frames as they are and wrapped in `{"stream":…,"data":…}`: which comes depends on
    /// the address, and a property that can change while connected.
    fn decode(&self, frame: &str, received_ms: i64) -> Vec<Message> {
        let value: Value = match serde_json::from_str(frame) {
            Ok(value) => value,
            Err(error) => return vec![Message::Unreadable(format!("no JSON: {error}"))],
        };
        let payload = match value.get("data") {
            Some(data) if value.get("stream").is_some() => data,
            _ => &value,
        };
        match payload {
            Value::Array(payloads) => payloads.iter().map(|payload| self.meaning(payload, received_ms)).collect(),
            payload => vec![self.meaning(payload, received_ms)],
        }
    }
}

/// What a frame without an event type is: the answer to a request, or something else.
fn reply(payload: &Value) -> Message {
    if payload.get("result").is_some_and(Value::is_null) && payload.get("id").is_some() {
        return Message::Subscribed;
    }
    // Documented as `{"code":2,"msg":"…","id":1}`; other services of Binance nest it in `error`.
    let error = payload.get("error").unwrap_or(payload);
    match (error.get("code"), error.get("msg").and_then(Value::as_str)) {
        (Some(code), Some(message)) => Message::SubscribeRefused(format!("{message} (code {code})")),
        _ => Message::Unknown,
    }
}

fn candle_of(kline: &Kline<'_>) -> Result<Candle, String> {
    Ok(Candle {
        open_time_ms: kline.t,
        open: number("o", &kline.o)?,
        high: number("h", &kline.h)?,
        low: number("l", &kline.l)?,
        close: number("c", &kline.c)?,
        volume: number("v", &kline.v)?,
    })
}

/// Whether a candle, checked by itself, can be told of at `event_time_ms`. One that is taken for closed too
/// early would stay wrong for ever, and one of the far future would end all trading.
fn check_time(kline: &Kline<'_>, timeframe: Timeframe, event_time_ms: i64) -> Result<(), String> {
    let open_ms = kline.t;
    if !(EARLIEST_MS..LATEST_MS).contains(&open_ms) {
        return Err("it opens before 2009 or after 2099".to_owned());
    }
    let latest_ms = event_time_ms.saturating_add(TOLERANCE_MS);
    if open_ms > latest_ms {
        return Err(format!("it opens after the event at {event_time_ms}"));
    }
    if kline.x && timeframe.next_open(open_ms) > latest_ms {
        return Err(format!("it is told closed before its close, at {event_time_ms}"));
    }
    Ok(())
}

fn number(field: &str, text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| format!("field {field} is no number: {text:?}"))
}

/// An empty side of the book is told as a price of zero: nothing to act on.
fn is_possible(ticker: &Ticker) -> bool {
    let Ticker { bid, bid_size, ask, ask_size, .. } = *ticker;
    let prices = [bid, ask].iter().all(|price| price.is_finite() && *price > 0.0);
    prices && [bid_size, ask_size].iter().all(|size| size.is_finite() && *size >= 0.0)
}

fn id_of(symbol: &Symbol) -> String {
    format!("{}{}", symbol.base(), symbol.quote()).to_uppercase()
}

fn stream_names(watch: &Watch) -> Result<Vec<String>, WebsocketError> {
    let mut names = Vec::new();
    for (symbol, timeframe) in &watch.ohlcv {
        names.push(format!("{}@kline_{timeframe}", stream_id(symbol)?));
    }
    for symbol in &watch.tickers {
        names.push(format!("{}@bookTicker", stream_id(symbol)?));
    }
    names.sort();
    names.dedup();
    match names.len() {
        0 => Err(WebsocketError::NothingToWatch),
        count if count > STREAMS_MAX => Err(WebsocketError::TooManyStreams { count, max: STREAMS_MAX }),
        _ => Ok(names),
    }
}

fn stream_id(symbol: &Symbol) -> Result<String, WebsocketError> {
    if symbol.is_spot() {
        return Ok(id_of(symbol).to_lowercase());
    }
    Err(WebsocketError::UnsupportedSymbol { exchange: "binance".to_owned(), symbol: symbol.clone() })
}

fn subscriptions(streams: &[String]) -> Vec<String> {
    let message = |(index, params): (usize, &[String])| {
        serde_json::json!({"method": "SUBSCRIBE", "params": params, "id": index + 1}).to_string()
    };
    streams.chunks(STREAMS_IN_MESSAGE).enumerate().map(message).collect()
}

/// Addresses are often given with the path of the documentation's examples.
fn root_of(url: &str) -> &str {
    let url = url.trim_end_matches('/');
    url.strip_suffix("/stream").or_else(|| url.strip_suffix("/ws")).unwrap_or(url)
}

/// Percent-encodes what an address cannot hold: some symbols are not ASCII.
fn escape(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Cow::Borrowed(text);
    }
    let escaped = text.bytes().map(|byte| match byte {
        byte if byte.is_ascii_graphic() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    Cow::Owned(escaped.collect())
}
