//! What is asked of Binance: paths, parameters and weights, without sending anything.

use market::Timeframe;

use crate::request::Request;

/// The most candles that Binance puts on a page.
const PAGE_LIMIT: u32 = 1_000;

/// The clock.
pub(super) fn time() -> Request {
    Request::new("/api/v3/time", 1)
}

/// All symbols; without their permission sets, which are most of the reply and not used.
pub(super) fn exchange_info() -> Request {
    Request::new("/api/v3/exchangeInfo", 20).with("showPermissionSets", &false)
}

/// Best prices and last price: the one endpoint that tells them with a time.
pub(super) fn ticker(id: &str) -> Request {
    Request::new("/api/v3/ticker/24hr", 2).with("symbol", &id)
}

/// A page of candles that open at or after `since_ms` and before `until_ms`.
pub(super) fn klines(
    id: &str,
    timeframe: Timeframe,
    since_ms: Option<i64>,
    until_ms: Option<i64>,
    limit: Option<u32>,
) -> Request {
    let mut request = Request::new("/api/v3/klines", 2).with("symbol", &id).with("interval", &timeframe);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(since_ms: Option<i64>, until_ms: Option<i64>, limit: Option<u32>, expected: &str) {
        let request = klines("BTCUSDT", Timeframe::H1, since_ms, until_ms, limit);
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
        let target = |timeframe| klines("X", timeframe, None, None, None).target();
        assert!(target(Timeframe::Month1).contains("interval=1M&"));
        assert!(target(Timeframe::M1).contains("interval=1m&"));
    }

    #[test]
    fn the_other_questions() {
        assert_eq!(time().target(), "/api/v3/time");
        assert_eq!(exchange_info().target(), "/api/v3/exchangeInfo?showPermissionSets=false");
        assert_eq!(ticker("BTCUSDT").target(), "/api/v3/ticker/24hr?symbol=BTCUSDT");
        assert_eq!([time().weight, exchange_info().weight, ticker("").weight], [1, 20, 2]);
    }
}
