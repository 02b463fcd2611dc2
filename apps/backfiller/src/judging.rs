//! By what the first candle of a file, a page or a place is judged.

use db::{Data, DbError, Store};
use market::{Candle, Judge, Series};

/// A judge of candles in rising time, who knows what is stored beside the first one.
///
/// # Errors
/// When the database refuses.
pub(crate) fn judge_at(store: &Store, series: &Series, data: Data, candles: &[Candle]) -> Result<Judge, DbError> {
    let judge = match data {
        Data::Mark => Judge::of_marks(series.timeframe),
        _ => Judge::of_trades(series.timeframe),
    };
    let Some(first) = candles.first() else { return Ok(judge) };
    Ok(judge.begin(candles, store.closes_near(series, data, first.open_time_ms)?))
}
