//! Which candles a run is over, and whether the store has them.

use anyhow::bail;
use db::Store;
use market::{Series, Symbol, Timeframe, format_utc};
use strategy::Description;

/// The range of a run, Unix milliseconds, and what the reader must know of it.
pub(crate) struct Range {
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
    /// Where the stored candles of the range begin and end.
    pub(crate) stored_from_ms: i64,
    pub(crate) stored_to_ms: i64,
    pub(crate) warnings: Vec<String>,
}

/// Finds the range in the store; an error says what is missing and how to get it.
pub(crate) fn find(store: &Store, series: &Series, from: Option<i64>, to: Option<i64>) -> anyhow::Result<Range> {
    let (Some(first_ms), Some(last_ms)) = (store.first_closed_ms(series)?, store.last_closed_ms(series)?) else {
        bail!("{}", missing(store, series, from.unwrap_or(0))?);
    };
    let end_ms = series.timeframe.next_open(last_ms);
    let (from_ms, to_ms) = (from.unwrap_or(first_ms), to.unwrap_or(end_ms));
    if from_ms >= to_ms {
        bail!("the range is empty: --from {} is not before --to {}", format_utc(from_ms), format_utc(to_ms));
    }
    if to_ms <= first_ms || from_ms >= end_ms {
        bail!(
            "no candle of {series} lies from {} to {}: stored are those from {} to {}\n{}",
            format_utc(from_ms),
            format_utc(to_ms),
            format_utc(first_ms),
            format_utc(end_ms),
            fetch_hint(&series.exchange, &series.symbol, series.timeframe, from_ms),
        );
    }
    let mut warnings = Vec::new();
    if from_ms < first_ms {
        warnings.push(format!(
            "The range begins at {}, the stored candles at {}.",
            format_utc(from_ms),
            format_utc(first_ms)
        ));
    }
    if to_ms > end_ms {
        warnings.push(format!(
            "The range ends at {}, the stored candles at {}.",
            format_utc(to_ms),
            format_utc(end_ms)
        ));
    }
    let (stored_from_ms, stored_to_ms) = (from_ms.max(first_ms), to_ms.min(end_ms));
    Ok(Range { from_ms, to_ms, stored_from_ms, stored_to_ms, warnings })
}

/// Refuses a run whose strategy reads other candles that the store does not hold at all.
pub(crate) fn check_others(store: &Store, own: &Series, description: &Description, from_ms: i64) -> anyhow::Result<()> {
    for other in &description.others {
        let symbol = other.symbol.clone().unwrap_or_else(|| own.symbol.clone());
        let series = Series::new(own.exchange.clone(), symbol, other.timeframe);
        if store.first_closed_ms(&series)?.is_none() {
            let since_ms = from_ms - series.timeframe.longest_ms() * (other.warm_up as i64 + 2);
            bail!("the strategy reads {series} candles too: {}", missing(store, &series, since_ms)?);
        }
    }
    Ok(())
}

fn missing(store: &Store, series: &Series, since_ms: i64) -> anyhow::Result<String> {
    let stored = store.series()?;
    let list = match stored.len() {
        0 => "nothing".to_owned(),
        _ => stored.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    let wanted = series.to_string();
    if let Some(near) = stored.iter().find(|known| known.to_string().eq_ignore_ascii_case(&wanted)) {
        return Ok(format!("there are no candles of {series}; did you mean {near}? Capitals count"));
    }
    let hint = fetch_hint(&series.exchange, &series.symbol, series.timeframe, since_ms);
    Ok(format!("there are no candles of {series} in {}\nstored: {list}\n{hint}", store.path().display()))
}

fn fetch_hint(exchange: &str, symbol: &Symbol, timeframe: Timeframe, from_ms: i64) -> String {
    let since =
        if from_ms > 0 { format_utc(Timeframe::D1.open_of(from_ms))[..10].to_owned() } else { "2024-01-01".to_owned() };
    format!(
        "to get them: backfiller fetch --exchange {exchange} --symbol {symbol} --timeframe {timeframe} --since {since}"
    )
}
