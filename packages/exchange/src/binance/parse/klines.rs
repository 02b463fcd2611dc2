//! The candles of `/klines`. Binance writes them always alike, and what is written so is read several times as fast as any
//! JSON: a history is thousands of pages.

use std::fmt;

use market::{Candle, Objection, Plain, Rule, format_utc};
use serde::de::{Error, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{LATEST_TIME_MS, Number, json, plausible};
use crate::{Page, Spoilt};

/// A row has some 170 bytes, and hardly ever fewer than this.
const LEAST_ROW_BYTES: usize = 128;

/// The first time that is believed beside others, 2010-01-01: before it there was no market.
const EARLIEST_MS: i64 = 1_262_304_000_000;

/// Characters of a value that are told.
const MOST_TOLD_CHARS: usize = 40;

/// The values of a row, behind its time.
const VALUES: [&str; 5] = ["open", "high", "low", "close", "volume"];

/// The first open time that was asked for, and the first that was not.
type Asked = (Option<i64>, Option<i64>);

/// The page of `/klines` that answers a question for so many candles of a range. Where there are others, somebody on the
/// way has not understood the question, and what is missing in the answer says nothing of the market.
pub(in super::super) fn klines(body: &[u8], asked: Asked, limit: Option<u32>) -> Result<Page, String> {
    let is_asked = |time: i64| (0..LATEST_TIME_MS).contains(&time) && is_within(time, asked);
    let is_usual = |candles: &Vec<Candle>| {
        candles.iter().all(|candle| candle.open_time_ms >= EARLIEST_MS && is_asked(candle.open_time_ms))
    };
    let page = match plain(body).filter(is_usual) {
        Some(candles) => candles.into(),
        None => page(rows(body)?, asked)?,
    };
    match limit.filter(|&limit| page.candles.len() > limit as usize) {
        Some(limit) => Err(format!("{} candles, asked for were {limit} at most", page.candles.len())),
        None => Ok(page),
    }
}

fn is_within(time_ms: i64, (since_ms, until_ms): Asked) -> bool {
    since_ms.is_none_or(|since| since <= time_ms) && until_ms.is_none_or(|until| time_ms < until)
}

/// The page of rows of which some may be spoilt: a value is no number, or the time is in another unit, where other rows
/// show which one is meant.
fn page(rows: Vec<Row<'_>>, asked: Asked) -> Result<Page, String> {
    let is_real = |time: i64| (EARLIEST_MS..LATEST_TIME_MS).contains(&time);
    // A made-up market may be older than any real one; a row beside real ones may not.
    let least = if rows.iter().any(|row| is_real(row.candle.open_time_ms)) { EARLIEST_MS } else { 0 };
    let is_asked = |time: i64| (least..LATEST_TIME_MS).contains(&time) && is_within(time, asked);
    let is_alone = !rows.iter().any(|row| is_asked(row.candle.open_time_ms));
    let mut page = Page { candles: Vec::with_capacity(rows.len()), spoilt: Vec::new() };
    for Row { mut candle, raw, mut objection } in rows {
        let time = candle.open_time_ms;
        if !is_asked(time) {
            let meant = in_other_units(time).into_iter().find(|(_, ms)| is_real(*ms) && is_within(*ms, asked));
            let (unit, time_ms) = meant.filter(|_| !is_alone).ok_or_else(|| not_asked(time))?;
            let why = format!("open time {time} is in {unit}, the rows beside it are in milliseconds");
            candle.open_time_ms = time_ms;
            objection = Some(Objection { rule: Rule::WrongUnit, why });
        }
        let open_time_ms = candle.open_time_ms;
        page.candles.push(candle);
        page.spoilt.extend(objection.map(|objection| Spoilt { open_time_ms, objection, raw: raw.to_owned() }));
    }
    Ok(page)
}

/// What a time would be in milliseconds, were it in one of these units.
fn in_other_units(time: i64) -> [(&'static str, i64); 3] {
    [
        ("seconds", time.saturating_mul(1_000)),
        ("microseconds", time.div_euclid(1_000)),
        ("nanoseconds", time.div_euclid(1_000_000)),
    ]
}

fn not_asked(time: i64) -> String {
    let outside = |_| format!("the candle of {} lies outside of what was asked for", format_utc(time));
    plausible(time).map_or_else(|reason| reason, outside)
}

/// The candles of rows `[time,"open","high","low","close","volume",…]`, in which all that follows is a number too, as text
/// or whole. `None` where anything is written otherwise, with a space or an exponent, and where there are no rows.
pub(super) fn plain(body: &[u8]) -> Option<Vec<Candle>> {
    let mut candles = Vec::with_capacity(body.len() / LEAST_ROW_BYTES);
    let mut rest = body.strip_prefix(b"[")?;
    loop {
        let (candle, behind) = plain_row(rest)?;
        candles.push(candle);
        match behind {
            [b',', next @ ..] => rest = next,
            b"]" => return Some(candles),
            _ => return None,
        }
    }
}

/// The candle of the row that a text begins with, and what is behind the row.
fn plain_row(text: &[u8]) -> Option<(Candle, &[u8])> {
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

/// A row of any JSON.
pub(super) struct Row<'a> {
    /// Where a value is no number, it is NaN.
    pub(super) candle: Candle,
    raw: &'a str,
    /// What is wrong with its values.
    objection: Option<Objection>,
}

/// The same rows in any JSON. One that has no time, or too few values, is no row, and the page is none then.
pub(super) fn rows(body: &[u8]) -> Result<Vec<Row<'_>>, String> {
    let rows: Vec<&RawValue> = json(body)?;
    rows.into_iter().map(row).collect()
}

fn row(raw: &RawValue) -> Result<Row<'_>, String> {
    let Kline(open_time_ms, texts) = json(raw.get().as_bytes())?;
    let [open, high, low, close, volume] = texts.map(value);
    let candle = Candle { open_time_ms, open, high, low, close, volume };
    let mut named = VALUES.into_iter().zip(texts);
    // A candle without a value is refused by rule, and costs no other.
    let objection = named.find(|(_, text)| !value(text).is_finite()).map(|(name, text)| {
        let found: String = text.get().chars().take(MOST_TOLD_CHARS).collect();
        Objection { rule: Rule::NotFinite, why: format!("{name} is {found}; expected a number") }
    });
    Ok(Row { candle, raw: raw.get(), objection })
}

/// The number that a value is, or NaN.
fn value(text: &RawValue) -> f64 {
    serde_json::from_str(text.get()).map_or(f64::NAN, |Number(number)| number)
}

/// A row `[open time, open, high, low, close, volume, …]`; what follows the volume is not used.
struct Kline<'a>(i64, [&'a RawValue; 5]);

impl<'de> Deserialize<'de> for Kline<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KlineVisitor;
        impl<'de> Visitor<'de> for KlineVisitor {
            type Value = Kline<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row of open time, open, high, low, close, volume")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<Kline<'de>, A::Error> {
                let open_time_ms = row.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
                let mut value =
                    |index| row.next_element::<&'de RawValue>()?.ok_or_else(|| A::Error::invalid_length(index, &self));
                let values = [value(1)?, value(2)?, value(3)?, value(4)?, value(5)?];
                while row.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Kline(open_time_ms, values))
            }
        }
        deserializer.deserialize_seq(KlineVisitor)
    }
}
