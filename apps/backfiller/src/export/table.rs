//! The content of an exported file, out and in: what is written and what is read again are named in one place.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, Result};
use columns::{Column, Numbers, Values};
use files::Out;
use market::{Candle, Candles, FundingRate};

use super::layout::Format;
use crate::args::Kind;

/// The names of the columns of each kind: a time, and numbers.
const CANDLES: (&str, &[&str]) = ("open_time_ms", &["open", "high", "low", "close", "volume"]);
const MARKS: (&str, &[&str]) = ("open_time_ms", &["open", "high", "low", "close"]);
const FUNDING: (&str, &[&str]) = ("time_ms", &["funding_rate"]);

/// What a file holds.
#[derive(Debug, PartialEq)]
pub(crate) enum Table {
    Candles(Candles),
    Marks(Candles),
    Funding(Vec<FundingRate>),
}

impl Table {
    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        match self {
            Table::Candles(candles) | Table::Marks(candles) => candles.len(),
            Table::Funding(rates) => rates.len(),
        }
    }

    /// Writes a file and the folders to it, whole or not at all.
    pub(crate) fn write(&self, path: &Path, format: Format) -> Result<()> {
        files::write_whole(path, |out| match self {
            Table::Candles(c) => {
                write(out, format, CANDLES, &c.open_time_ms, &[&c.open, &c.high, &c.low, &c.close, &c.volume])
            }
            Table::Marks(c) => write(out, format, MARKS, &c.open_time_ms, &[&c.open, &c.high, &c.low, &c.close]),
            Table::Funding(rates) => {
                let times: Vec<i64> = rates.iter().map(|rate| rate.time_ms).collect();
                let values: Vec<f64> = rates.iter().map(|rate| rate.rate).collect();
                write(out, format, FUNDING, &times, &[&values])
            }
        })
    }

    /// Reads a file that was exported.
    pub(crate) fn read(path: &Path, format: Format, kind: Kind) -> Result<Self> {
        let (time, numbers) = match kind {
            Kind::Candles => CANDLES,
            Kind::Mark => MARKS,
            Kind::Funding => FUNDING,
        };
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let read = match format {
            Format::Parquet => columns::read_parquet(file, time, numbers),
            Format::Csv => columns::read_csv(BufReader::new(file), time, numbers),
        };
        let read = read.with_context(|| format!("{} is not as it was exported", path.display()))?;
        Ok(match kind {
            Kind::Candles => Table::Candles(candles(&read)),
            Kind::Mark => Table::Marks(candles(&read)),
            Kind::Funding => {
                let rate = |(&time_ms, &rate): (&i64, &f64)| FundingRate { time_ms, rate };
                Table::Funding(read.times_ms.iter().zip(&read.numbers[0]).map(rate).collect())
            }
        })
    }
}

fn write(
    out: &mut Out,
    format: Format,
    (time, names): (&str, &[&str]),
    times: &[i64],
    numbers: &[&[f64]],
) -> Result<()> {
    let mut columns = vec![Column { name: time, values: Values::Time(times) }];
    columns.extend(names.iter().zip(numbers).map(|(name, values)| Column { name, values: Values::Number(values) }));
    let table = columns::Table::new(columns);
    match format {
        Format::Parquet => table.write_parquet(out)?,
        Format::Csv => table.write_csv(out)?,
    }
    Ok(())
}

/// Candles of the columns that were read; mark prices have no volume.
fn candles(read: &Numbers) -> Candles {
    let Numbers { times_ms, numbers } = read;
    let candle = |(index, &open_time_ms): (usize, &i64)| Candle {
        open_time_ms,
        open: numbers[0][index],
        high: numbers[1][index],
        low: numbers[2][index],
        close: numbers[3][index],
        volume: numbers.get(4).map_or(0.0, |volumes| volumes[index]),
    };
    times_ms.iter().enumerate().map(candle).collect()
}
