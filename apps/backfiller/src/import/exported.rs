//! Files that `export` wrote: what is in them was in a store, and is believed as it is.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use market::{Candle, FundingRate, Timeframe, format_utc};

use super::content::Records;
use super::parse::Parsed;
use super::row::Record;
use crate::args::Target;
use crate::export::layout::Format;
use crate::export::table::Table;

/// Reads a whole file. The rules by which others are judged are left out, except that a store must be able to hold it:
/// what was stored once, moves without volume and jumps that were confirmed among it, is stored again.
pub(crate) fn read(path: &Path, target: Target, format: Format) -> Result<Records> {
    let table = Table::read(path, format, target.kind())?;
    Ok(match (target, table) {
        (Target::Candles(series), Table::Candles(candles)) => {
            let parsed = candles_of(path, candles.iter().collect(), series.timeframe)?;
            Records::Candles(series, parsed)
        }
        (Target::Marks(series), Table::Marks(marks)) => {
            let parsed = candles_of(path, marks.iter().collect(), series.timeframe)?;
            Records::Marks(series, parsed)
        }
        (Target::Funding { exchange, symbol }, Table::Funding(rates)) => {
            let check = |rate: &FundingRate| Ok(rate.check()?);
            let raw = |rate: &FundingRate| format!("{},{}", rate.time_ms, rate.rate);
            Records::Funding(exchange, symbol, parsed(path, rates, |rate| rate.time_ms, check, raw)?)
        }
        _ => bail!("{} is not as it was exported", path.display()),
    })
}

fn candles_of(path: &Path, candles: Vec<Candle>, timeframe: Timeframe) -> Result<Parsed<Candle>> {
    let check = |candle: &Candle| Ok(candle.check(timeframe)?);
    let raw = |candle: &Candle| {
        let Candle { open_time_ms, open, high, low, close, volume } = candle;
        format!("{open_time_ms},{open},{high},{low},{close},{volume}")
    };
    parsed(path, candles, |candle| candle.open_time_ms, check, raw)
}

/// The records of a file, each checked, with the text that is set aside where the store has another one.
fn parsed<R: Record>(
    path: &Path,
    records: Vec<R>,
    time_ms: impl Fn(&R) -> i64,
    check: impl Fn(&R) -> Result<()>,
    raw: impl Fn(&R) -> String,
) -> Result<Parsed<R>> {
    let mut text = String::new();
    let mut places = Vec::with_capacity(records.len());
    let mut last_ms = i64::MIN;
    for record in &records {
        let now_ms = time_ms(record);
        let at = || format!("{}, the row of {}", path.display(), format_utc(now_ms));
        if now_ms <= last_ms {
            bail!("{} is not behind the one before it; an export has rising times: export it again", at());
        }
        check(record).with_context(at)?;
        last_ms = now_ms;
        places.push(u32::try_from(text.len()).with_context(|| format!("{} is too large", path.display()))?);
        writeln!(text, "{}", raw(record))?;
    }
    Ok(Parsed::of_believed(path, text.into_bytes(), records, places))
}
