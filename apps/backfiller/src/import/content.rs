//! What is in a file, read and checked in the way of the place that it goes to.

use std::path::Path;

use anyhow::{Result, bail};
use market::{Candle, FundingRate, Series, Symbol, Timeframe, format_utc};

use super::exported;
use super::name;
use super::parse::{Parsed, parse};
use super::row::{CandleFormat, Format, FundingFormat};
use super::unpack::{self, Text};
use crate::args::Target;
use crate::export::layout;

/// Hexadecimal digits of a SHA-256 that tell a file from all others: no two will ever share them by chance.
const SHA256_DIGITS: usize = 16;

/// What is in a file, and which file it is.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) records: Records,
    /// Its name, and its checksum where that was reckoned, as origins have it.
    pub(crate) file: String,
}

/// The records of a file, and where they go.
#[derive(Debug)]
pub(crate) enum Records {
    Candles(Series, Parsed<Candle>),
    Marks(Series, Parsed<Candle>),
    Funding(String, Symbol, Parsed<FundingRate>),
}

/// Reads a whole file.
pub(crate) fn read(path: &Path, target: Target, now_ms: i64) -> Result<Content> {
    if let Some((_, format)) = layout::read(path)? {
        return Ok(Content { records: exported::read(path, target, format)?, file: layout::name_in_series(path) });
    }
    let text = unpack::read(path)?;
    if let Some(inner) =
        text.inner.as_deref().filter(|inner| name::read(inner).is_some_and(|named| !named.holds(&target)))
    {
        let (path, inner) = (path.display(), inner.display());
        bail!("{path} holds {inner}; expected rows of {target}: it was packed under a wrong name");
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let file = match &text.sha256 {
        Some(sha256) => format!("{name} sha256:{}", &sha256[..SHA256_DIGITS]),
        None => name.into_owned(),
    };
    let records = match target {
        Target::Candles(series) => {
            let format = CandleFormat::of_trades(series.timeframe, now_ms);
            Records::Candles(series, parsed(path, text, format, now_ms)?)
        }
        Target::Marks(series) => {
            let format = CandleFormat::of_marks(series.timeframe, now_ms);
            Records::Marks(series, parsed(path, text, format, now_ms)?)
        }
        Target::Funding { exchange, symbol } => {
            Records::Funding(exchange, symbol, parsed(path, text, FundingFormat::new(now_ms), now_ms)?)
        }
    };
    Ok(Content { records, file })
}

/// Reads the text of a file. Where its name tells of which month or day it is, its rows have to be of that.
fn parsed<F: Format>(path: &Path, text: Text, format: F, now_ms: i64) -> Result<Parsed<F::Record>> {
    let parsed = parse(path, text, format, now_ms)?;
    let times_ms = parsed.found.earliest().zip(parsed.found.records.last());
    if let (Some(named), Some((first, last))) = (name::read(path), times_ms) {
        let ((from_ms, to_ms), first_ms, last_ms) = (named.span_ms, F::time_ms(first), F::time_ms(last));
        // A long candle begins before the month that it is mostly in.
        let begins_ms = from_ms - named.timeframe.map_or(0, Timeframe::longest_ms);
        if first_ms < begins_ms || last_ms >= to_ms {
            let [first, last, from, to] = [first_ms, last_ms, from_ms, to_ms].map(format_utc);
            bail!("{} has rows of {first} … {last}; expected those of {from} … {to}, as its name says", path.display());
        }
    }
    Ok(parsed)
}
