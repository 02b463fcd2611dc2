//! `backtester values`: the value of every name of `let` at every candle, as CSV.

use std::io::{ErrorKind, Write};

use anyhow::{Context, anyhow, bail};
use db::Store;
use execution::{Fed, Feed};
use market::{Candle, Series};
use strategy::Inspector;

use crate::args::ValuesArgs;
use crate::{load, output, range};

const CANDLE: [&str; 6] = ["open_time_ms", "open", "high", "low", "close", "volume"];

pub(crate) fn values(args: &ValuesArgs) -> anyhow::Result<()> {
    let (mut inspector, _) = load::inspect(&args.strategy, &args.set)?;
    let series =
        Series::new(args.source.exchange.clone(), args.source.symbol.clone(), inspector.description().timeframe);
    let store = Store::open_existing(&args.source.db)?;
    let range = range::find(&store, &series, args.from, args.to)?;
    range.warnings.iter().for_each(|warning| terminal::tell(&format!("warning: {warning}")));
    range::check_others(&store, &series, inspector.description(), range.from_ms)?;
    let fed = Feed::new(inspector.description(), series.symbol.clone(), range.from_ms)
        .next(&store.of_exchange(&series.exchange), Some(range.to_ms))
        .map_err(|error| anyhow!(error))
        .context("the candles cannot be read")?;
    let Some(Fed { candles, others }) = fed else {
        bail!("no candle of {series} lies in the range: it falls into a hole of the stored candles");
    };
    for (index, other) in others.iter().enumerate() {
        inspector.push_other(index, other.as_slice());
    }
    let mut columns = vec![Vec::with_capacity(candles.len()); inspector.names().len()];
    inspector.run(candles.as_slice(), &mut columns);
    let start = candles.index_at_or_after(range.from_ms);
    let rows =
        (start..candles.len()).map(|index| (candles.get(index), columns.iter().map(move |column| column[index])));
    let to_stdout = args.csv.as_os_str() == "-";
    match output::write_with(&args.csv, |out| write(out, &inspector, rows)) {
        // Whoever reads has read enough, as `head` has.
        Err(error) if to_stdout && is_broken_pipe(&error) => return Ok(()),
        written => written?,
    }
    if !to_stdout {
        let count = candles.len() - start;
        terminal::print(&format!("{count} candles with {} names are in {}", columns.len(), args.csv.display()))?;
    }
    Ok(())
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let of_csv = error.downcast_ref::<csv::Error>().and_then(|error| match error.kind() {
        csv::ErrorKind::Io(error) => Some(error),
        _ => None,
    });
    of_csv.or(error.downcast_ref()).is_some_and(|error: &std::io::Error| error.kind() == ErrorKind::BrokenPipe)
}

fn write<V: Iterator<Item = f64>>(
    out: &mut dyn Write,
    inspector: &Inspector,
    rows: impl Iterator<Item = (Candle, V)>,
) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(CANDLE.into_iter().chain(inspector.names().iter().map(String::as_str)))?;
    for (candle, values) in rows {
        csv.write_field(candle.open_time_ms.to_string())?;
        for number in [candle.open, candle.high, candle.low, candle.close, candle.volume] {
            csv.write_field(number.to_string())?;
        }
        for value in values {
            csv.write_field(if value.is_nan() { String::new() } else { value.to_string() })?;
        }
        csv.write_record(None::<&[u8]>)?;
    }
    csv.flush()?;
    Ok(())
}
