//! The candles of `/klines`. Binance writes them always alike, and what is written so is read several times as fast as any
//! JSON: a history is thousands of pages.

use std::fmt;

use market::{Candle, Plain, format_utc};
use serde::de::{Error, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Number, json, plausible};

/// A row has some 170 bytes, and hardly ever fewer than this.
const LEAST_ROW_BYTES: usize = 128;

/// The candles of `/klines`.
pub(in super::super) fn klines(body: &[u8]) -> Result<Vec<Candle>, String> {
    let candles = plain(body).map_or_else(|| any(body), Ok)?;
    candles.iter().try_for_each(|candle| plausible(candle.open_time_ms).map(|_| ()))?;
    Ok(candles)
}

/// The candles of an answer to a question for so many of a range. Where there are others, somebody on the way has not
/// understood the question, and what is missing in the answer says nothing of the market.
pub(in super::super) fn as_asked(
    candles: Vec<Candle>,
    (since_ms, until_ms): (Option<i64>, Option<i64>),
    limit: Option<u32>,
) -> Result<Vec<Candle>, String> {
    let is_within =
        |open_ms: i64| since_ms.is_none_or(|since| since <= open_ms) && until_ms.is_none_or(|until| open_ms < until);
    if let Some(other) = candles.iter().find(|candle| !is_within(candle.open_time_ms)) {
        return Err(format!("the candle of {} lies outside of what was asked for", format_utc(other.open_time_ms)));
    }
    match limit.filter(|&limit| candles.len() > limit as usize) {
        Some(limit) => Err(format!("{} candles, asked for were {limit} at most", candles.len())),
        None => Ok(candles),
    }
}

/// The candles of rows `[time,"open","high","low","close","volume",…]`, in which all that follows is a number too, as text
/// or whole. `None` where anything is written otherwise, with a space or an exponent, and where there are no rows.
pub(super) fn plain(body: &[u8]) -> Option<Vec<Candle>> {
    let mut candles = Vec::with_capacity(body.len() / LEAST_ROW_BYTES);
    let mut rest = body.strip_prefix(b"[")?;
    loop {
        let (candle, behind) = row(rest)?;
        candles.push(candle);
        match behind {
            [b',', next @ ..] => rest = next,
            b"]" => return Some(candles),
            _ => return None,
        }
    }
}

/// The candle of the row that a text begins with, and what is behind the row.
fn row(text: &[u8]) -> Option<(Candle, &[u8])> {
    let (time, mut rest) = whole(text.strip_prefix(b"[")?)?;
    let mut values = [0.0; 5];
    for value in &mut values {
        let (number, behind) = quoted(rest.strip_prefix(b",")?)?;
        (*value, rest) = (number.nearest()?, behind);
    }
    while let Some(unused) = rest.strip_prefix(b",") {
        rest = if unused.starts_with(b"\"") { quoted(unused)?.1 } else { whole(unused)?.1 };
    }
    let [open, high, low, close, volume] = values;
    Some((Candle { open_time_ms: time, open, high, low, close, volume }, rest.strip_prefix(b"]")?))
}

fn quoted(text: &[u8]) -> Option<(Plain<'_>, &[u8])> {
    let number = Plain::at_start_of(text.strip_prefix(b"\"")?)?;
    Some((number, number.rest.strip_prefix(b"\"")?))
}

/// A whole number; JSON knows none with a zero before it.
fn whole(text: &[u8]) -> Option<(i64, &[u8])> {
    let number = Plain::at_start_of(text)?;
    let is_digit = text.len() - number.rest.len() == 1;
    (is_digit || !text.starts_with(b"0")).then_some((number.whole()?, number.rest))
}

/// The candles of the same rows in any JSON.
pub(super) fn any(body: &[u8]) -> Result<Vec<Candle>, String> {
    let rows: Vec<Kline> = json(body)?;
    Ok(rows.into_iter().map(|Kline(candle)| candle).collect())
}

/// A row `[open time, open, high, low, close, volume, …]`; what follows the volume is not used.
struct Kline(Candle);

impl<'de> Deserialize<'de> for Kline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KlineVisitor;
        impl<'de> Visitor<'de> for KlineVisitor {
            type Value = Kline;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row of open time, open, high, low, close, volume")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<Kline, A::Error> {
                let open_time_ms = row.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
                let mut values = [0.0; 5];
                for (index, value) in values.iter_mut().enumerate() {
                    let number: Option<Number> =
                        row.next_element()?.ok_or_else(|| A::Error::invalid_length(index + 1, &self))?;
                    // A candle without a value is refused by rule, and costs no other.
                    *value = number.map_or(f64::NAN, |Number(number)| number);
                }
                while row.next_element::<IgnoredAny>()?.is_some() {}
                let [open, high, low, close, volume] = values;
                Ok(Kline(Candle { open_time_ms, open, high, low, close, volume }))
            }
        }
        deserializer.deserialize_seq(KlineVisitor)
    }
}
