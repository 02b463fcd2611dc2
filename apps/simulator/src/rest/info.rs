//! Ping, time, exchange information, and what clients ask of other product lines while they start.

use serde_json::{Value, json};

use super::call::Call;
use super::error::ApiError;
use super::limiter::WEIGHT_A_MINUTE;
use crate::number::{decimal, step};

/// `GET /api/v3/ping`.
pub(crate) fn ping(_: &Call<'_>) -> Result<Value, ApiError> {
    Ok(json!({}))
}

/// `GET /api/v3/time`.
pub(crate) fn time(call: &Call<'_>) -> Result<Value, ApiError> {
    Ok(json!({"serverTime": call.unit.time(call.now_ms)}))
}

/// `GET /api/v3/exchangeInfo`.
pub(crate) fn exchange_info(call: &Call<'_>) -> Result<Value, ApiError> {
    call.wants_one_symbol()?;
    Ok(json!({
        "timezone": "UTC",
        "serverTime": call.unit.time(call.now_ms),
        "rateLimits": [
            {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": WEIGHT_A_MINUTE},
            {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 100},
            {"rateLimitType": "ORDERS", "interval": "DAY", "intervalNum": 1, "limit": 200_000},
            {"rateLimitType": "RAW_REQUESTS", "interval": "MINUTE", "intervalNum": 5, "limit": 300_000},
        ],
        "exchangeFilters": [],
        "symbols": [symbol(call)],
        "sors": [],
    }))
}

/// Exchange information of futures and options: there are none here.
pub(crate) fn no_symbols(call: &Call<'_>) -> Result<Value, ApiError> {
    Ok(json!({
        "timezone": "UTC",
        "serverTime": call.unit.time(call.now_ms),
        "rateLimits": [],
        "exchangeFilters": [],
        "symbols": [],
    }))
}

/// A list with nothing in it: currencies and margin pairs.
pub(crate) fn nothing(_: &Call<'_>) -> Result<Value, ApiError> {
    Ok(json!([]))
}

/// `GET /sapi/v1/system/status`.
pub(crate) fn system_status(_: &Call<'_>) -> Result<Value, ApiError> {
    Ok(json!({"status": 0, "msg": "normal"}))
}

fn symbol(call: &Call<'_>) -> Value {
    let market = &call.exchange.market;
    json!({
        "symbol": call.exchange.venue_symbol,
        "status": "TRADING",
        "baseAsset": market.symbol.base(),
        "baseAssetPrecision": 8,
        "quoteAsset": market.symbol.quote(),
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": [
            "LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT",
        ],
        "icebergAllowed": true,
        "ocoAllowed": true,
        "otoAllowed": true,
        "opoAllowed": true,
        "quoteOrderQtyMarketAllowed": true,
        "allowTrailingStop": true,
        "cancelReplaceAllowed": true,
        "amendAllowed": true,
        "pegInstructionsAllowed": true,
        "isSpotTradingAllowed": true,
        "isMarginTradingAllowed": false,
        "filters": filters(step(market.decimals.price), step(market.decimals.volume)),
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"],
    })
}

fn filters(tick: f64, lot: f64) -> Value {
    json!([
        {"filterType": "PRICE_FILTER", "minPrice": decimal(tick), "maxPrice": "1000000.00000000", "tickSize": decimal(tick)},
        {"filterType": "LOT_SIZE", "minQty": decimal(lot), "maxQty": "9000.00000000", "stepSize": decimal(lot)},
        {"filterType": "ICEBERG_PARTS", "limit": 100},
        {"filterType": "MARKET_LOT_SIZE", "minQty": "0.00000000", "maxQty": "900.00000000", "stepSize": "0.00000000"},
        {
            "filterType": "TRAILING_DELTA", "minTrailingAboveDelta": 10, "maxTrailingAboveDelta": 2_000,
            "minTrailingBelowDelta": 10, "maxTrailingBelowDelta": 2_000,
        },
        {
            "filterType": "PERCENT_PRICE_BY_SIDE", "bidMultiplierUp": "5", "bidMultiplierDown": "0.2",
            "askMultiplierUp": "5", "askMultiplierDown": "0.2", "avgPriceMins": 5,
        },
        {
            "filterType": "NOTIONAL", "minNotional": "5.00000000", "applyMinToMarket": true,
            "maxNotional": "9000000.00000000", "applyMaxToMarket": false, "avgPriceMins": 5,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 200},
        {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": 20},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 5},
        {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": 10},
    ])
}
