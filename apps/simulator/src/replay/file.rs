//! Candles from a CSV file, plain or gzipped: every row is checked, the first bad one is named.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, bail};
use csv::StringRecord;
use flate2::read::MultiGzDecoder;
use market::{Candle, Candles, Timeframe, format_utc};

use super::Decimals;

/// The exchange writes no more decimals than this.
const MOST_DECIMALS: u32 = 8;
/// The first two bytes of a gzip file.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Times below are Unix seconds (until the year 5138), those up to the next bound milliseconds.
const SECONDS_BELOW: i64 = 100_000_000_000;
/// Times from here on are Unix microseconds (from 1973 on).
const MICROSECONDS_FROM: i64 = 100_000_000_000_000;

/// Reads `open time, open, high, low, close, volume`, further columns ignored; open time in Unix
/// seconds, milliseconds or microseconds; a header is optional. Gives the decimals seen, too.
///
/// # Errors
/// When the file cannot be read, is empty, or a row is not a candle that follows the one before.
pub(crate) fn read_candles(path: &Path, timeframe: Timeframe) -> anyhow::Result<(Candles, Decimals)> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    parse(BufReader::new(file), timeframe).with_context(|| format!("cannot use {}", path.display()))
}

fn parse(mut file: impl BufRead, timeframe: Timeframe) -> anyhow::Result<(Candles, Decimals)> {
    let gzipped = file.fill_buf()?.starts_with(&GZIP_MAGIC);
    let text: Box<dyn Read + '_> = if gzipped { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let (mut candles, mut decimals) = (Candles::default(), Decimals { price: 0, volume: 0 });
    let mut row = StringRecord::new();
    while rows.read_record(&mut row)? {
        let line = row.position().map_or(0, csv::Position::line);
        if line == 1 && row.get(0).is_some_and(|time| time.parse::<i64>().is_err()) {
            continue;
        }
        let last_ms = candles.open_time_ms.last().copied();
        let candle = candle_of(&row, timeframe, last_ms).with_context(|| format!("line {line}"))?;
        candles.push(candle);
        decimals.price = (1..=4).map(|column| decimals_of(&row[column])).fold(decimals.price, u32::max);
        decimals.volume = decimals.volume.max(decimals_of(&row[5]));
    }
    if candles.is_empty() {
        bail!("there is no candle in it; expected rows of open time, open, high, low, close, volume");
    }
    Ok((candles, decimals))
}

fn candle_of(row: &StringRecord, timeframe: Timeframe, last_ms: Option<i64>) -> anyhow::Result<Candle> {
    if row.len() < 6 {
        bail!("{} columns; expected open time, open, high, low, close, volume", row.len());
    }
    let number = |column: usize, name: &str| {
        let text = row[column].trim();
        text.parse::<f64>().with_context(|| format!("{name} `{text}` is not a number"))
    };
    let candle = Candle {
        open_time_ms: time_ms(row[0].trim())?,
        open: number(1, "open")?,
        high: number(2, "high")?,
        low: number(3, "low")?,
        close: number(4, "close")?,
        volume: number(5, "volume")?,
    };
    candle.check(timeframe)?;
    if let Some(last_ms) = last_ms.filter(|&last_ms| candle.open_time_ms <= last_ms) {
        let (time, last) = (format_utc(candle.open_time_ms), format_utc(last_ms));
        bail!("open time {time} does not come after {last}; candles must be sorted, each once");
    }
    Ok(candle)
}

fn time_ms(text: &str) -> anyhow::Result<i64> {
    let time: i64 = text.parse().with_context(|| {
        format!("open time `{text}` is not a whole number of Unix seconds, milliseconds or microseconds")
    })?;
    Ok(match time {
        ..SECONDS_BELOW => time * 1_000,
        MICROSECONDS_FROM.. if time % 1_000 != 0 => bail!("open time {time} µs is not a whole millisecond"),
        MICROSECONDS_FROM.. => time / 1_000,
        _ => time,
    })
}

fn decimals_of(text: &str) -> u32 {
    let digits = match text.split_once('.') {
        Some((_, fraction)) if fraction.bytes().all(|byte| byte.is_ascii_digit()) => {
            fraction.trim_end_matches('0').len()
        }
        Some(_) => MOST_DECIMALS as usize,
        None => 0,
    };
    u32::try_from(digits).unwrap_or(MOST_DECIMALS).min(MOST_DECIMALS)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    #[track_caller]
    fn check(text: &[u8], times_ms: &[i64]) {
        let (candles, _) = parse(text, Timeframe::H1).unwrap();
        assert_eq!(candles.open_time_ms, times_ms);
    }

    #[track_caller]
    fn refused(text: &str, part: &str) {
        let error = format!("{:#}", parse(text.as_bytes(), Timeframe::H1).unwrap_err());
        assert!(error.contains(part), "{error}");
    }

    #[test]
    fn files_of_every_kind_are_read() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(b"1699999200,1,1,1,1,1\n").unwrap();
        check(&gzip.finish().unwrap(), &[1_699_999_200_000]);
        check(b"1699999200000,1,1,1,1,1,more,columns\n", &[1_699_999_200_000]);
        check(b"1699999200000000,1,1,1,1,1\n", &[1_699_999_200_000]);
        check(b"open_time,open,high,low,close,volume\n1699999200,1,1,1,1,1\n", &[1_699_999_200_000]);
        let rows: &[u8] = b"3600,1.5,2,1,1.25,10\n7200,1.25,2.125,1,2,0.500\n";
        let (_, decimals) = parse(rows, Timeframe::H1).unwrap();
        assert_eq!(decimals, Decimals { price: 3, volume: 1 });
    }

    #[test]
    fn a_bad_row_is_named() {
        refused("", "no candle");
        refused("time,open\n", "no candle");
        refused("3600,1,1,1,1,1\n7200,1,x,1,1,1\n", "line 2: high `x` is not a number");
        refused("3600,1,1,1,1\n", "line 1: 5 columns");
        refused("3600,1,1,1,1,1\n3600,1,1,1,1,1\n", "line 2: open time 1970-01-01T01:00:00Z does not come after");
        refused("3601,1,1,1,1,1\n", "not on the 1h grid");
        refused("3600,1,1,2,1,1\n", "line 1: ");
        refused("3600,1,1,1,1,1\nnow,1,1,1,1,1\n", "line 2: open time `now`");
    }
}
