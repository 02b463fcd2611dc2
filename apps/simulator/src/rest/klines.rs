//! `GET /api/v3/klines` and `uiKlines`.

use market::Timeframe;

use super::call::{Call, TimeUnit};
use super::error::ApiError;
use crate::number::{push_decimal, push_whole};
use crate::replay::{Bar, Range};

const DEFAULT_ROWS: usize = 500;
const MOST_ROWS: usize = 1_000;
/// Room for a row: most have some 170 bytes.
const ROW_BYTES: usize = 192;

/// Rows of twelve, oldest first, as JSON; the last one may still be forming. A page is long, and its text is written at once.
pub(crate) fn klines(call: &Call<'_>) -> Result<Vec<u8>, ApiError> {
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
    let stale_ms = call.exchange.faults().stale_at(call.exchange.clock.elapsed());
    let bars = call.exchange.market.bars(timeframe, range, stale_ms.unwrap_or(call.now_ms));
    let mut text = Vec::with_capacity(bars.len() * ROW_BYTES + 2);
    for bar in &bars {
        text.push(if text.is_empty() { b'[' } else { b',' });
        push_row(&mut text, bar, timeframe, call.unit);
    }
    text.extend_from_slice(if text.is_empty() { b"[]" } else { b"]" });
    Ok(text)
}

fn push_row(text: &mut Vec<u8>, bar: &Bar, timeframe: Timeframe, unit: TimeUnit) {
    let candle = &bar.candle;
    let (taker_volume, taker_quote_volume) = bar.taker_volumes();
    let close_time = unit.close_time(timeframe.next_open(candle.open_time_ms));
    text.push(b'[');
    // No candle is from before 1970.
    push_whole(text, unit.time(candle.open_time_ms).unsigned_abs());
    push_numbers(text, &[candle.open, candle.high, candle.low, candle.close, candle.volume]);
    text.push(b',');
    push_whole(text, close_time.unsigned_abs());
    push_numbers(text, &[bar.quote_volume]);
    text.push(b',');
    push_whole(text, bar.trades);
    push_numbers(text, &[taker_volume, taker_quote_volume]);
    text.extend_from_slice(b",\"0\"]");
}

fn push_numbers(text: &mut Vec<u8>, values: &[f64]) {
    for &value in values {
        text.extend_from_slice(b",\"");
        push_decimal(text, value);
        text.push(b'"');
    }
}
