//! Replies, without a socket.

use market::{Candle, Timeframe};

use super::*;
use crate::clock::{Clock, RunningClock};
use crate::replay::{Decimals, Market, Tape};

const HOUR: i64 = 3_600_000;
const START: i64 = 1_699_999_200_000;

fn exchange() -> Exchange {
    let candle = |hour: i64| {
        let open = 30_000.5 + hour as f64;
        let open_time_ms = START + hour * HOUR;
        Candle { open_time_ms, open, high: open + 9.0, low: open - 9.0, close: open + 1.0, volume: 0.1 + 0.2 }
    };
    let tape = Tape::Stored((0..1_200).map(candle).collect());
    let decimals = Decimals { price: 2, volume: 5 };
    let market = Market::new("BTC/USDT".parse().unwrap(), Timeframe::H1, tape, decimals, 1.0);
    Exchange::new(market, RunningClock::start(Clock { start_ms: START, speed: 1.0, end_ms: None }))
}

/// The reply to a request like `klines?symbol=BTCUSDT` under `/api/v3/`, one and a half hours after the start of hour 1000.
fn ask(request: &str, unit: TimeUnit) -> Result<Value, ApiError> {
    let uri: Uri = format!("/api/v3/{}", request.replace('"', "%22")).parse().unwrap();
    let params = Query::try_from_uri(&uri).unwrap().0;
    let reply = ROUTES.iter().find(|route| route.0 == uri.path()).unwrap().3;
    let text = reply.text(&Call { exchange: &exchange(), params, now_ms: START + 1_000 * HOUR + HOUR / 2, unit })?;
    Ok(serde_json::from_slice(&text).unwrap())
}

#[track_caller]
fn rows(query: &str, count: usize, first_hour: i64) {
    let reply = ask(&format!("klines?symbol=BTCUSDT&interval=1h{query}"), TimeUnit::Milliseconds).unwrap();
    let rows = reply.as_array().unwrap();
    let first = rows.first().map_or(first_hour, |row| (row[0].as_i64().unwrap() - START) / HOUR);
    assert_eq!((rows.len(), first), (count, first_hour), "{query}");
}

#[track_caller]
fn refused(request: &str, code: i32) {
    let error = ask(request, TimeUnit::Milliseconds).unwrap_err();
    assert_eq!((error.code, error.status), (code, 400), "{request}: {error}");
}

#[test]
fn a_kline_row_is_the_exchanges() {
    let row = |unit| ask("klines?symbol=BTCUSDT&interval=1h&startTime=0&limit=1", unit).unwrap()[0].clone();
    let expected = json!([
        START,
        "30000.50000000",
        "30009.50000000",
        "29991.50000000",
        "30001.50000000",
        "0.30000000000000004",
        START + HOUR - 1,
        "9000.22500000",
        100,
        "0.15000000",
        "4500.11250000",
        "0",
    ]);
    assert_eq!(row(TimeUnit::Milliseconds), expected);
    let row = row(TimeUnit::Microseconds);
    assert_eq!((&row[0], &row[6]), (&json!(START * 1_000), &json!((START + HOUR) * 1_000 - 1)));
}

#[test]
fn pages_of_klines() {
    rows("", 500, 501);
    rows("&limit=5000", 1_000, 1);
    rows("&limit=3", 3, 998);
    rows("&startTime=0", 500, 0);
    rows(&format!("&startTime={}&limit=2", START + 1), 2, 1);
    rows(&format!("&startTime={}&limit=2", (START + HOUR) * 1_000), 2, 1);
    rows(&format!("&startTime={}", START + 2_000 * HOUR), 0, 0);
    rows(&format!("&startTime={}&endTime={}", START + 5 * HOUR, START + 7 * HOUR), 3, 5);
    rows(&format!("&endTime={}&limit=2", START + 7 * HOUR - 1), 2, 5);
    rows("&startTime=99999999999999999999", 0, 0);
}

#[test]
fn bad_requests_get_the_exchanges_codes() {
    refused("klines", -1102);
    refused("klines?symbol=BTCUSDT", -1102);
    refused("klines?symbol=&interval=1h", -1102);
    refused("klines?symbol=ETHUSDT&interval=1h", -1121);
    refused("klines?symbol=BTC/USDT&interval=1h", -1100);
    refused("klines?symbol=BTCUSDT&interval=1H", -1120);
    refused("klines?symbol=BTCUSDT&interval=1m", -1120);
    refused("klines?symbol=BTCUSDT&interval=1h&limit=ten", -1100);
    refused("klines?symbol=BTCUSDT&interval=1h&limit=0", -1130);
    refused("klines?symbol=BTCUSDT&interval=1h&startTime=-1", -1100);
    refused("exchangeInfo?symbol=ETHUSDT", -1121);
    refused("exchangeInfo?symbols=[\"ETHUSDT\"]", -1121);
    refused("ticker/price?symbols=BTCUSDT", -1100);
    refused("ticker/price?symbol=BTCUSDT&symbols=[\"BTCUSDT\"]", -1128);
    assert_eq!(TimeUnit::parse("second").unwrap_err().code, -1194);
}

#[test]
fn the_day_and_the_book_agree_with_the_klines() {
    let get = |request| ask(request, TimeUnit::Milliseconds).unwrap();
    let last = get("klines?symbol=BTCUSDT&interval=1h&limit=1")[0][4].clone();
    assert_eq!(get("ticker/price?symbol=BTCUSDT"), json!({"symbol": "BTCUSDT", "price": last}));
    assert_eq!(get("ticker/price?symbols=[\"BTCUSDT\"]"), json!([{"symbol": "BTCUSDT", "price": last}]));
    let day = get("ticker/24hr?symbol=BTCUSDT");
    assert_eq!((&day["lastPrice"], &day["openPrice"]), (&last, &json!("30977.50000000")));
    let depth = get("depth?symbol=BTCUSDT&limit=5");
    let book = get("ticker/bookTicker");
    assert_eq!((&depth["bids"][0][0], &depth["asks"][0][0]), (&book[0]["bidPrice"], &book[0]["askPrice"]));
    assert_eq!(depth["bids"].as_array().map(Vec::len), Some(5));
}

/// Every field that the documented reply has is there, with the same kind of value.
#[track_caller]
fn same_fields(request: &str, documented: &str) {
    let Some(path) = testkit::shared(&format!("payloads/binance/spot/rest_api/{documented}")) else { return };
    let documented: Value = serde_json::from_str(&testkit::read_text(&path)).unwrap();
    let reply = ask(request, TimeUnit::Milliseconds).unwrap();
    for (key, value) in documented.as_object().unwrap() {
        let kind = |value: &Value| std::mem::discriminant(value);
        assert_eq!(reply.get(key).map(kind), Some(kind(value)), "{request}: {key}");
    }
}

#[test]
fn replies_have_the_documented_fields() {
    same_fields("time", "general_api/time.json");
    same_fields("depth?symbol=BTCUSDT", "market_api/depth.json");
    same_fields("ticker/price?symbol=BTCUSDT", "market_api/ticker_price.json");
    same_fields("ticker/bookTicker?symbol=BTCUSDT", "market_api/ticker_book_ticker.json");
    same_fields("ticker/24hr?symbol=BTCUSDT", "market_api/ticker24hr.json");
}
