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

/// The records of a file, and where they go.
#[derive(Debug)]
pub(crate) enum Content {
    Candles(Series, Parsed<Candle>),
    Marks(Series, Parsed<Candle>),
    Funding(String, Symbol, Parsed<FundingRate>),
}

/// Reads a whole file.
pub(crate) fn read(path: &Path, target: Target, now_ms: i64) -> Result<Content> {
    if let Some((_, format)) = layout::read(path)? {
        return exported::read(path, target, format);
    }
    let text = unpack::read(path)?;
    Ok(match target {
        Target::Candles(series) => {
            let format = CandleFormat::of_trades(series.timeframe, now_ms);
            Content::Candles(series, parse(path, text, format, now_ms)?)
        }
        Target::Marks(series) => {
            let format = CandleFormat::of_marks(series.timeframe, now_ms);
            Content::Marks(series, parse(path, text, format, now_ms)?)
        }
        Target::Funding { exchange, symbol } => {
            Content::Funding(exchange, symbol, parse(path, text, FundingFormat::new(now_ms), now_ms)?)
        }
    })
}
