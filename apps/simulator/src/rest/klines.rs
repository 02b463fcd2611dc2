//! `GET /api/v3/klines` and `uiKlines`.

use market::Timeframe;
use serde_json::{Value, json};

use super::call::{Call, TimeUnit};
use super::error::ApiError;
use crate::number::decimal;
use crate::replay::{Bar, Range};

const DEFAULT_ROWS: usize = 500;
const MOST_ROWS: usize = 1_000;

/// Rows of twelve, oldest first; the last one may still be forming.
pub(crate) fn klines(call: &Call<'_>) -> Result<Value, ApiError> {
    call.require_symbol()?;
    let interval = call.param("interval").ok_or_else(|| ApiError::missing("interval"))?;
    let timeframe: Timeframe = interval.parse().map_err(|_| ApiError::invalid_interval())?;
    if !call.exchange.market.offers(timeframe) {
        return Err(ApiError::invalid_interval());
    }
    if call.param("timeZone").is_some_and(|zone| zone != "0") {
        return Err(ApiError::invalid_data("timeZone"));
    }
    let mut limit = call.limit(DEFAULT_ROWS, MOST_ROWS)?;
    if call.exchange.faults().take_short_page() {
        limit = (limit - 1).max(1);
    }
    let range = Range { start_ms: call.time_ms("startTime", true)?, end_ms: call.time_ms("endTime", false)?, limit };
    let bars = call.exchange.market.bars(timeframe, range, call.now_ms);
    Ok(bars.iter().map(|bar| row(bar, timeframe, call.unit)).collect())
}

fn row(bar: &Bar, timeframe: Timeframe, unit: TimeUnit) -> Value {
    let candle = &bar.candle;
    let (taker_volume, taker_quote_volume) = bar.taker_volumes();
    json!([
        unit.time(candle.open_time_ms),
        decimal(candle.open),
        decimal(candle.high),
        decimal(candle.low),
        decimal(candle.close),
        decimal(candle.volume),
        unit.close_time(timeframe.next_open(candle.open_time_ms)),
        decimal(bar.quote_volume),
        bar.trades,
        decimal(taker_volume),
        decimal(taker_quote_volume),
        "0",
    ])
}
