//! `GET /api/v3/klines` and `uiKlines`.

use std::fmt::Write;

use market::Timeframe;

use super::call::{Call, TimeUnit};
use super::error::ApiError;
use crate::number::push_decimal;
use crate::replay::{Bar, Range};

const DEFAULT_ROWS: usize = 500;
const MOST_ROWS: usize = 1_000;
/// Room for a row: most have some 170 bytes.
const ROW_BYTES: usize = 192;

/// Rows of twelve, oldest first, as JSON; the last one may still be forming. A page is long, and its text is written at once.
pub(crate) fn klines(call: &Call<'_>) -> Result<String, ApiError> {
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
    let mut text = String::with_capacity(bars.len() * ROW_BYTES + 2);
    for bar in &bars {
        text.push(if text.is_empty() { '[' } else { ',' });
        push_row(&mut text, bar, timeframe, call.unit);
    }
    text.push_str(if text.is_empty() { "[]" } else { "]" });
    Ok(text)
}

fn push_row(text: &mut String, bar: &Bar, timeframe: Timeframe, unit: TimeUnit) {
    let candle = &bar.candle;
    let (taker_volume, taker_quote_volume) = bar.taker_volumes();
    let close_time = unit.close_time(timeframe.next_open(candle.open_time_ms));
    // Writing to a string cannot fail.
    let _ = write!(text, "[{}", unit.time(candle.open_time_ms));
    push_numbers(text, &[candle.open, candle.high, candle.low, candle.close, candle.volume]);
    let _ = write!(text, ",{close_time}");
    push_numbers(text, &[bar.quote_volume]);
    let _ = write!(text, ",{}", bar.trades);
    push_numbers(text, &[taker_volume, taker_quote_volume]);
    text.push_str(",\"0\"]");
}

fn push_numbers(text: &mut String, values: &[f64]) {
    for &value in values {
        text.push_str(",\"");
        push_decimal(text, value);
        text.push('"');
    }
}
