//! The frames of Binance's spot market streams, as documented. Unknown fields are ignored.

use std::borrow::Cow;

use serde::Deserialize;

/// `<symbol>@kline_<interval>`.
#[derive(Debug, Deserialize)]
pub(super) struct KlineEvent<'a> {
    /// Event time, ms.
    #[serde(rename = "E")]
    pub(super) event_time_ms: i64,
    /// The candle.
    #[serde(borrow)]
    pub(super) k: Kline<'a>,
}

/// The candle within a [`KlineEvent`].
#[derive(Debug, Deserialize)]
pub(super) struct Kline<'a> {
    /// Open time, ms.
    pub(super) t: i64,
    /// Symbol id, upper case.
    #[serde(borrow)]
    pub(super) s: Cow<'a, str>,
    /// Interval.
    #[serde(borrow)]
    pub(super) i: Cow<'a, str>,
    /// Open.
    #[serde(borrow)]
    pub(super) o: Cow<'a, str>,
    /// High.
    #[serde(borrow)]
    pub(super) h: Cow<'a, str>,
    /// Low.
    #[serde(borrow)]
    pub(super) l: Cow<'a, str>,
    /// Close.
    #[serde(borrow)]
    pub(super) c: Cow<'a, str>,
    /// Volume in base.
    #[serde(borrow)]
    pub(super) v: Cow<'a, str>,
    /// Whether it is final.
    pub(super) x: bool,
}

/// `<symbol>@bookTicker`. On spot it has neither an event type nor a time.
#[derive(Debug, Deserialize)]
pub(super) struct BookTicker<'a> {
    /// Symbol id, upper case.
    #[serde(borrow)]
    pub(super) s: Cow<'a, str>,
    /// Event time, ms, where there is one.
    #[serde(rename = "E")]
    pub(super) event_time_ms: Option<i64>,
    /// Best bid.
    #[serde(borrow)]
    pub(super) b: Cow<'a, str>,
    /// How much at the bid.
    #[serde(rename = "B", borrow)]
    pub(super) bid_size: Cow<'a, str>,
    /// Best ask.
    #[serde(borrow)]
    pub(super) a: Cow<'a, str>,
    /// How much at the ask.
    #[serde(rename = "A", borrow)]
    pub(super) ask_size: Cow<'a, str>,
}
