//! One row of candles: the kinds of its values, then the values, as SQLite's record format has them.

use std::cmp::Ordering;

use market::Candle;

use super::Unexpected;
use super::page::varint;
use crate::range::Range;

/// What the names of the series begin the kinds and the values of each of its rows with.
#[derive(Debug)]
pub(super) struct Key<'a> {
    names: [&'a str; 3],
    kinds: Vec<u8>,
    texts: Vec<u8>,
    /// How many values follow the time: four prices, and a volume and whether it is closed where the table has these.
    values: usize,
}

/// A row of the series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) time_s: i64,
    pub(super) candle: Candle,
    pub(super) closed: bool,
}

impl<'a> Key<'a> {
    pub(super) fn of(range: &Range<'a>) -> Self {
        let (exchange, symbol, timeframe) = range.names;
        let names = [*exchange, symbol.as_str(), *timeframe];
        let kinds = names.iter().flat_map(|name| kind_of_text(name.len())).collect();
        Key { names, kinds, texts: names.concat().into_bytes(), values: range.table.values }
    }

    /// The row in `record`; `None` when it is of another series.
    pub(super) fn row(&self, record: &[u8]) -> Result<Option<Row>, Unexpected> {
        let (&header, _) = record.split_first().ok_or(Unexpected)?;
        let (kinds, body) = record.split_at_checked(usize::from(header)).ok_or(Unexpected)?;
        let Some(kinds) = kinds.get(1..).and_then(|kinds| kinds.strip_prefix(self.kinds.as_slice())) else {
            return Ok(None);
        };
        let Some(mut body) = body.strip_prefix(self.texts.as_slice()) else { return Ok(None) };
        let [time, kinds @ ..] = kinds else { return Err(Unexpected) };
        let time_s = integer(*time, &mut body)?;
        if kinds.len() != self.values {
            return Err(Unexpected);
        }
        // Where a table has fewer values, its candles have no volume and are all closed.
        let mut values = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
        for (value, &kind) in values.iter_mut().zip(kinds) {
            *value = number(kind, &mut body)?;
        }
        let [open, high, low, close, volume, closed] = values;
        let candle = Candle { open_time_ms: time_s.saturating_mul(1_000), open, high, low, close, volume };
        Ok(Some(Row { time_s, candle, closed: closed == 1.0 }))
    }

    /// How the row in `record` stands to the one of this series at `time_s`.
    pub(super) fn order(&self, record: &[u8], time_s: i64) -> Result<Ordering, Unexpected> {
        let mut kinds = record;
        let header = usize::try_from(varint(&mut kinds)?).map_err(|_| Unexpected)?;
        let mut body = record.get(header..).ok_or(Unexpected)?;
        for name in self.names {
            let text = text(varint(&mut kinds)?, &mut body)?;
            match text.cmp(name.as_bytes()) {
                Ordering::Equal => {}
                unequal => return Ok(unequal),
            }
        }
        let time = u8::try_from(varint(&mut kinds)?).map_err(|_| Unexpected)?;
        Ok(integer(time, &mut body)?.cmp(&time_s))
    }
}

/// The kind of a text of `length` bytes, as a number of one or two bytes. Names are far shorter than those allow.
fn kind_of_text(length: usize) -> Vec<u8> {
    let kind = 13 + 2 * length;
    if kind < 0x80 { vec![kind as u8] } else { vec![(kind >> 7) as u8 | 0x80, kind as u8 & 0x7f] }
}

/// Takes the text of a kind off the front of `body`.
fn text<'a>(kind: u64, body: &mut &'a [u8]) -> Result<&'a [u8], Unexpected> {
    if kind < 13 || kind.is_multiple_of(2) {
        return Err(Unexpected);
    }
    let length = usize::try_from((kind - 13) / 2).map_err(|_| Unexpected)?;
    body.split_off(..length).ok_or(Unexpected)
}

/// Takes the integer of a kind off the front of `body`.
fn integer(kind: u8, body: &mut &[u8]) -> Result<i64, Unexpected> {
    let bytes = match kind {
        1..=4 => usize::from(kind),
        5 => 6,
        6 => 8,
        8 | 9 => return Ok(i64::from(kind == 9)),
        _ => return Err(Unexpected),
    };
    let taken = body.split_off(..bytes).ok_or(Unexpected)?;
    let negative = taken[0] >= 0x80;
    let mut wide = [if negative { 0xff } else { 0 }; 8];
    wide[8 - bytes..].copy_from_slice(taken);
    Ok(i64::from_be_bytes(wide))
}

/// Takes the number of a kind off the front of `body`. SQLite keeps a whole number as an integer.
fn number(kind: u8, body: &mut &[u8]) -> Result<f64, Unexpected> {
    if kind != 7 {
        return Ok(integer(kind, body)? as f64);
    }
    let (bytes, rest) = body.split_first_chunk().ok_or(Unexpected)?;
    *body = rest;
    Ok(f64::from_be_bytes(*bytes))
}
