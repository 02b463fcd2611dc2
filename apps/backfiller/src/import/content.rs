//! What is in a file, read and checked in the way of the place that it goes to.

use std::path::Path;

use anyhow::Result;
use market::{Candle, FundingRate, Series, Symbol};

use super::exported;
use super::parse::{Parsed, parse};
use super::row::{CandleFormat, FundingFormat};
use super::unpack;
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
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let file = match &text.sha256 {
        Some(sha256) => format!("{name} sha256:{}", &sha256[..SHA256_DIGITS]),
        None => name.into_owned(),
    };
    let records = match target {
        Target::Candles(series) => {
            let format = CandleFormat::of_trades(series.timeframe, now_ms);
            Records::Candles(series, parse(path, text, format, now_ms)?)
        }
        Target::Marks(series) => {
            let format = CandleFormat::of_marks(series.timeframe, now_ms);
            Records::Marks(series, parse(path, text, format, now_ms)?)
        }
        Target::Funding { exchange, symbol } => {
            Records::Funding(exchange, symbol, parse(path, text, FundingFormat::new(now_ms), now_ms)?)
        }
    };
    Ok(Content { records, file })
}
