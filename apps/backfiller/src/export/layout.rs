//! Where an exported file lies, and what its place tells: `exchange=binance/symbol=BTC%2FUSDT/timeframe=1h/month=2025-01`.
//!
//! This is what Hive began and every reader of many files knows. It takes the names from the folders, and so they are
//! not in the files too: pandas refuses a column that is in both.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use market::{Series, Symbol, Timeframe, format_utc};

use crate::args::{Kind, Target, parse_exchange};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Apache Parquet
    Parquet,
    /// Comma-separated values, with a header
    Csv,
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Format::Parquet => "parquet",
            Format::Csv => "csv",
        }
    }
}

/// The file of a month that begins at `month_ms`, Unix milliseconds.
pub(crate) fn path(out: &Path, place: &Target, month_ms: i64, format: Format) -> PathBuf {
    let mut folder = out.join(format!("exchange={}", encoded(place.exchange())));
    folder.push(format!("symbol={}", encoded(&place.symbol().to_string())));
    if let Some(timeframe) = place.timeframe() {
        // Some file systems do not tell letters by their size, and a minute is no month.
        folder.push(format!("timeframe={}", timeframe.name().replace('M', "%4D")));
    }
    // The first seven letters of a time are its year and month.
    folder.push(format!("month={}", &format_utc(month_ms)[..7]));
    folder.join(format!("{}.{}", place.kind().name(), format.name()))
}

/// What an exported file is and holds; `None` where its name and folders are not those of one.
///
/// # Errors
/// When they are, and name something that is none.
pub(crate) fn read(path: &Path) -> Result<Option<(Target, Format)>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some((kind, format)) = name.split_once('.') else { return Ok(None) };
    let kind = [Kind::Candles, Kind::Mark, Kind::Funding].into_iter().find(|known| known.name() == kind);
    let format = [Format::Parquet, Format::Csv].into_iter().find(|known| known.name() == format);
    let (Some(kind), Some(format)) = (kind, format) else { return Ok(None) };
    let named = |key: &str| {
        let folders = path.parent().into_iter().flat_map(Path::ancestors).filter_map(|folder| folder.file_name());
        let mut folders = folders.map(|folder| folder.to_string_lossy().into_owned());
        folders.find_map(|folder| decoded(folder.strip_prefix(key)?.strip_prefix('=')?))
    };
    let (Some(exchange), Some(symbol)) = (named("exchange"), named("symbol")) else { return Ok(None) };
    let wrong = || format!("the folders of {} do not name what is in it", path.display());
    let exchange = parse_exchange(&exchange).map_err(anyhow::Error::msg).with_context(wrong)?;
    let symbol: Symbol = symbol.parse().with_context(wrong)?;
    if kind == Kind::Funding {
        return Ok(Some((Target::Funding { exchange, symbol }, format)));
    }
    let Some(timeframe) = named("timeframe") else { return Ok(None) };
    let series = Series::new(exchange, symbol, timeframe.parse::<Timeframe>().with_context(wrong)?);
    Ok(Some((if kind == Kind::Mark { Target::Marks(series) } else { Target::Candles(series) }, format)))
}

/// What tells an exported file from the others of its series: its month and its name.
pub(crate) fn name_in_series(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    if folder.starts_with("month=") { format!("{folder}/{name}") } else { name.into_owned() }
}

/// A text as part of a name that every file system takes, as URLs have it.
fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// The text that was encoded; `None` where none could have been.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut digit = || char::from(rest.next()?).to_digit(16);
        bytes.push(if byte == b'%' { (digit()? * 16 + digit()?) as u8 } else { byte });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(target: &Target, format: Format, expected: &str) {
        let path = path(Path::new("a=b/out"), target, 1_738_368_000_000, format);
        assert_eq!(path, Path::new("a=b/out").join(expected));
        assert_eq!(name_in_series(&path), expected[expected.find("month=").unwrap()..]);
        assert_eq!(read(&path).unwrap(), Some((target.clone(), format)));
    }

    fn series(exchange: &str, symbol: &str, timeframe: &str) -> Series {
        Series::new(exchange, symbol.parse().unwrap(), timeframe.parse().unwrap())
    }

    #[test]
    fn a_place_is_found_again() {
        use Target::{Candles, Marks};
        let spot = series("binance", "BTC/USDT", "1h");
        check(
            &Candles(spot),
            Format::Parquet,
            "exchange=binance/symbol=BTC%2FUSDT/timeframe=1h/month=2025-02/candles.parquet",
        );
        let perpetual = series("binanceusdm", "BTC/USDT:USDT", "1M");
        check(
            &Marks(perpetual),
            Format::Csv,
            "exchange=binanceusdm/symbol=BTC%2FUSDT%3AUSDT/timeframe=1%4D/month=2025-02/mark.csv",
        );
        let funding = Target::Funding { exchange: "bybit".to_owned(), symbol: "1É%/U-SD".parse().unwrap() };
        check(&funding, Format::Csv, "exchange=bybit/symbol=1%C3%89%25%2FU-SD/month=2025-02/funding.csv");
    }

    #[test]
    fn other_files_are_none_of_these() {
        assert_eq!(name_in_series(Path::new("symbol=X/candles.csv")), "candles.csv");
        let told = |path: &str| read(Path::new(path)).map(|found| found.is_some()).ok();
        assert_eq!(told("BTCUSDT-1h-2024-12.zip"), Some(false));
        assert_eq!(told("candles.csv"), Some(false));
        assert_eq!(told("exchange=binance/symbol=BTC%2FUSDT/timeframe=1h/other.csv"), Some(false));
        assert_eq!(told("exchange=binance/symbol=BTC%2FUSDT/timeframe=1h/candles.csv.gz"), Some(false));
        assert_eq!(told("exchange=binance/symbol=BTC%2/timeframe=1h/candles.csv"), Some(false));
        assert_eq!(told("exchange=binance/symbol=BTCUSDT/timeframe=1h/candles.csv"), None);
        assert_eq!(told("exchange=binance/symbol=BTC%2FUSDT/timeframe=7h/candles.csv"), None);
        assert_eq!(told("exchange=Bin/symbol=BTC%2FUSDT/timeframe=1h/candles.csv"), None);
    }
}
