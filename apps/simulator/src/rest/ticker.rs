//! Tickers and the order book.

use serde_json::{Value, json};

use super::call::{Call, TimeUnit};
use super::error::ApiError;
use crate::book::levels;
use crate::day::Day;
use crate::number::decimal;

const DEFAULT_DEPTH: usize = 100;
const MOST_DEPTH: usize = 5_000;

/// `GET /api/v3/ticker/24hr`.
pub(crate) fn day(call: &Call<'_>) -> Result<Value, ApiError> {
    let full = match call.param("type") {
        None | Some("FULL") => true,
        Some("MINI") => false,
        Some(_) => return Err(ApiError::invalid_data("type")),
    };
    one_or_list(call, |call| {
        let symbol = &call.exchange.venue_symbol;
        let mut ticker =
            Day::at(&call.exchange.market, call.now_ms).map_or(json!({}), |day| mini(symbol, &day, call.unit));
        if full {
            add_full(&mut ticker, call);
        }
        ticker
    })
}

/// `GET /api/v3/ticker/price`.
pub(crate) fn price(call: &Call<'_>) -> Result<Value, ApiError> {
    one_or_list(call, |call| json!({"symbol": call.exchange.venue_symbol, "price": decimal(last_price(call))}))
}

/// `GET /api/v3/ticker/bookTicker`.
pub(crate) fn book(call: &Call<'_>) -> Result<Value, ApiError> {
    one_or_list(call, |call| {
        let mut ticker = json!({"symbol": call.exchange.venue_symbol});
        add_book(&mut ticker, call);
        ticker
    })
}

/// `GET /api/v3/depth`.
pub(crate) fn depth(call: &Call<'_>) -> Result<Value, ApiError> {
    call.require_symbol()?;
    let limit = call.limit(DEFAULT_DEPTH, MOST_DEPTH)?;
    let (bids, asks) = levels(last_price(call), call.now_ms, call.exchange.market.decimals, limit);
    let rows = |side: Vec<(f64, f64)>| -> Value {
        side.into_iter().map(|(price, size)| json!([decimal(price), decimal(size)])).collect()
    };
    Ok(json!({"lastUpdateId": call.now_ms, "bids": rows(bids), "asks": rows(asks)}))
}

fn one_or_list(call: &Call<'_>, ticker: impl Fn(&Call<'_>) -> Value) -> Result<Value, ApiError> {
    let one = call.wants_one_symbol()?;
    let ticker = ticker(call);
    Ok(if one { ticker } else { json!([ticker]) })
}

fn mini(symbol: &str, day: &Day, unit: TimeUnit) -> Value {
    json!({
        "symbol": symbol,
        "openPrice": decimal(day.bar.candle.open),
        "highPrice": decimal(day.bar.candle.high),
        "lowPrice": decimal(day.bar.candle.low),
        "lastPrice": decimal(day.bar.candle.close),
        "volume": decimal(day.bar.candle.volume),
        "quoteVolume": decimal(day.bar.quote_volume),
        "openTime": unit.time(day.open_ms),
        "closeTime": unit.time(day.close_ms),
        "firstId": day.bar.first_trade_id.map_or(json!(-1), |id| json!(id)),
        "lastId": day.bar.last_trade_id().map_or(json!(-1), |id| json!(id)),
        "count": day.bar.trades,
    })
}

fn add_full(ticker: &mut Value, call: &Call<'_>) {
    let Some(day) = Day::at(&call.exchange.market, call.now_ms) else { return };
    ticker["priceChange"] = decimal(day.change()).into();
    ticker["priceChangePercent"] = format!("{:.3}", day.change_percent()).into();
    ticker["weightedAvgPrice"] = decimal(day.average_price()).into();
    ticker["prevClosePrice"] = decimal(day.bar.candle.open).into();
    ticker["lastQty"] = decimal(crate::number::step(call.exchange.market.decimals.volume)).into();
    add_book(ticker, call);
}

fn add_book(ticker: &mut Value, call: &Call<'_>) {
    let (bids, asks) = levels(last_price(call), call.now_ms, call.exchange.market.decimals, 1);
    let (bid, ask) = (bids.first().copied().unwrap_or_default(), asks.first().copied().unwrap_or_default());
    ticker["bidPrice"] = decimal(bid.0).into();
    ticker["bidQty"] = decimal(bid.1).into();
    ticker["askPrice"] = decimal(ask.0).into();
    ticker["askQty"] = decimal(ask.1).into();
}

fn last_price(call: &Call<'_>) -> f64 {
    call.exchange.market.last_price(call.now_ms).unwrap_or_default()
}
