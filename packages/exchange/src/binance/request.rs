//! What is asked of Binance: paths, parameters and weights, without sending anything.

use market::Timeframe;

use super::server::{Endpoint, Server};
use crate::request::Request;

/// The most candles or rates that are asked for on a page. Of candles, it is the most that spot gives.
pub(super) const PAGE_LIMIT: u32 = 1_000;

fn to(endpoint: &Endpoint) -> Request {
    Request::new(endpoint.path, endpoint.weight)
}

/// The clock.
pub(super) fn time(server: &Server) -> Request {
    to(&server.time)
}

/// All symbols; of spot without their permission sets, which are most of the reply and not used.
pub(super) fn markets(server: &Server) -> Request {
    let request = to(&server.markets);
    if server.perpetual.is_none() { request.with("showPermissionSets", &false) } else { request }
}

/// Best prices, and the last price where they are told together.
pub(super) fn ticker(server: &Server, id: &str) -> Request {
    to(&server.ticker).with("symbol", &id)
}

/// What was traded in 24 hours, of all symbols; spot leaves out what is not used when asked to.
pub(super) fn volumes(server: &Server) -> Request {
    let request = to(&server.volumes);
    if server.perpetual.is_none() { request.with("type", &"MINI") } else { request }
}

/// A page of candles that open at or after `since_ms` and before `until_ms`.
pub(super) fn klines(
    endpoint: &Endpoint,
    id: &str,
    timeframe: Timeframe,
    since_ms: Option<i64>,
    until_ms: Option<i64>,
    limit: Option<u32>,
) -> Request {
    let mut request = to(endpoint).with("symbol", &id).with("interval", &timeframe);
    if let Some(since_ms) = since_ms {
        // Times below zero are no times to Binance; so only a symbol can be written wrongly here.
        request = request.with("startTime", &since_ms.max(0));
    }
    if let Some(until_ms) = until_ms {
        // Binance's end time still belongs to the range.
        request = request.with("endTime", &until_ms.saturating_sub(1).max(0));
    }
    request.with("limit", &limit.unwrap_or(PAGE_LIMIT).clamp(1, PAGE_LIMIT))
}

/// A page of funding rates at or after `since_ms` and before `until_ms`.
pub(super) fn funding(endpoint: &Endpoint, id: &str, since_ms: i64, until_ms: i64) -> Request {
    let last_ms = until_ms.saturating_sub(1).max(0);
    let request = to(endpoint).with("symbol", &id).with("startTime", &since_ms.max(0)).with("endTime", &last_ms);
    request.with("limit", &PAGE_LIMIT)
}

#[cfg(test)]
mod tests {
    use super::super::server::{SPOT, USD_M};
    use super::*;

    #[track_caller]
    fn check(since_ms: Option<i64>, until_ms: Option<i64>, limit: Option<u32>, expected: &str) {
        let request = klines(&SPOT.candles, "BTCUSDT", Timeframe::H1, since_ms, until_ms, limit);
        assert_eq!(request.target(), format!("/api/v3/klines?symbol=BTCUSDT&interval=1h&{expected}"));
    }

    #[test]
    fn candles_are_asked_for() {
        check(None, None, None, "limit=1000");
        check(Some(1_000), None, Some(500), "startTime=1000&limit=500");
        check(None, Some(1_000), Some(1), "endTime=999&limit=1");
        check(Some(0), Some(3_600_000), Some(5_000), "startTime=0&endTime=3599999&limit=1000");
        check(None, None, Some(0), "limit=1");
        check(Some(-5), Some(-5), Some(1), "startTime=0&endTime=0&limit=1");
    }

    #[test]
    fn a_month_and_a_minute_are_not_confused() {
        let target = |timeframe| klines(&SPOT.candles, "X", timeframe, None, None, None).target();
        assert!(target(Timeframe::Month1).contains("interval=1M&"));
        assert!(target(Timeframe::M1).contains("interval=1m&"));
    }

    #[test]
    fn the_other_questions() {
        assert_eq!(time(&SPOT).target(), "/api/v3/time");
        assert_eq!(markets(&SPOT).target(), "/api/v3/exchangeInfo?showPermissionSets=false");
        assert_eq!(volumes(&SPOT).target(), "/api/v3/ticker/24hr?type=MINI");
        assert_eq!(volumes(&USD_M).target(), "/fapi/v1/ticker/24hr");
        assert_eq!(ticker(&SPOT, "BTCUSDT").target(), "/api/v3/ticker/24hr?symbol=BTCUSDT");
        assert_eq!([time(&SPOT).weight, markets(&SPOT).weight, ticker(&SPOT, "").weight], [1, 20, 2]);
    }

    #[test]
    fn perpetuals_are_asked_for_elsewhere() {
        let perpetual = USD_M.perpetual.as_ref().unwrap();
        let page = |endpoint| klines(endpoint, "BTCUSDT", Timeframe::H1, Some(0), Some(1_000), None);
        let query = "symbol=BTCUSDT&interval=1h&startTime=0&endTime=999&limit=1000";
        for (endpoint, path) in [(&USD_M.candles, "klines"), (&perpetual.marks, "markPriceKlines")] {
            assert_eq!(page(endpoint).target(), format!("/fapi/v1/{path}?{query}"));
            assert_eq!(page(endpoint).weight, 5);
        }
        let rates = funding(&perpetual.funding, "BTCUSDT", -7, 1_000);
        assert_eq!(rates.target(), "/fapi/v1/fundingRate?symbol=BTCUSDT&startTime=0&endTime=999&limit=1000");
        assert!(500 * rates.weight >= 5 * USD_M.weight_limit, "no more than 500 in five minutes");
        assert_eq!(markets(&USD_M).target(), "/fapi/v1/exchangeInfo");
        assert_eq!(time(&USD_M).target(), "/fapi/v1/time");
        assert_eq!(ticker(&USD_M, "BTCUSDT").target(), "/fapi/v1/ticker/bookTicker?symbol=BTCUSDT");
    }
}
