//! Tests of reading replies.

use super::*;

const ROW: &str = r#"[1499040000000,"0.01634790","0.80000000","0.01575800","0.01577100","148976.11427815",
    1499644799999,"2434.19055334",308,"1756.87402397","28.46694368","0"]"#;
const TICKER: &str = r#"{"symbol":"BTCUSDT","lastPrice":"4.5","bidPrice":"4","bidQty":"1","askPrice":"5.0",
    "askQty":"2","openTime":1,"closeTime":1499869899040,"news":{}}"#;
const LISTING: &str = r#"{"symbol":"AB","status":"TRADING","baseAsset":"A","quoteAsset":"B","filters":[
    {"filterType":"PRICE_FILTER","minPrice":"0","tickSize":"0.01000000"},
    {"filterType":"LOT_SIZE","minQty":"0.00010000","stepSize":"0.00001000"},
    {"filterType":"NOTIONAL","minNotional":"5.00000000"},
    {"filterType":"FROM_THE_FUTURE","x":[1]}]}"#;

fn exchange_info(symbols: &str) -> String {
    let limits = r#"{"rateLimitType":"RAW_REQUESTS","interval":"MINUTE","intervalNum":5,"limit":300000},
        {"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":6000}, 7"#;
    format!(r#"{{"timezone":"UTC","rateLimits":[{limits}],"symbols":[{symbols}]}}"#)
}

#[test]
fn a_candle_is_read() {
    let candles = klines(format!("[{ROW}]").as_bytes()).unwrap();
    let expected = Candle {
        open_time_ms: 1_499_040_000_000,
        open: 0.016_347_9,
        high: 0.8,
        low: 0.015_758,
        close: 0.015_771,
        volume: 148_976.114_278_15,
    };
    assert_eq!(candles, [expected]);
    assert_eq!(klines(b"[]"), Ok(vec![]));
    assert_eq!(klines(b"[[0,1,2.5,1,2,\"0\"]]").unwrap()[0].high, 2.5);
}

#[track_caller]
fn check_refused<T>(parse: impl Fn(&[u8]) -> Result<T, String>, body: &str, expected: &str) {
    let error = parse(body.as_bytes()).err().expect("an error");
    assert!(error.contains(expected), "{error}");
}

#[test]
fn other_bodies_are_refused_in_words() {
    check_refused(klines, "<html>", "it begins with `<html>`");
    check_refused(klines, "{}", "expected a sequence");
    check_refused(klines, "[[1,2,3]]", "invalid length 3, expected a row of open time");
    check_refused(klines, r#"[[1,"a","1","1","1","1"]]"#, "`a` is not a number");
    check_refused(klines, r#"[["1","1","1","1","1","1"]]"#, "expected i64");
    check_refused(klines, "[[1735689600000000,1,1,1,1,1]]", "1735689600000000 is not a time in milliseconds");
    check_refused(klines, "[[-1,1,1,1,1,1]]", "-1 is not a time");
    check_refused(time, "{}", "missing field `serverTime`");
    check_refused(time, r#"{"serverTime":1735689600000000}"#, "milliseconds");
    check_refused(|body| ticker(body, "ETHUSDT"), TICKER, "it is about BTCUSDT, asked was ETHUSDT");
    check_refused(|body| ticker(body, "X"), r#"{"symbol":"X"}"#, "missing field");
    check_refused(markets, "[]", "expected struct");
    check_refused(markets, r#"{"rateLimits":[]}"#, "missing field `symbols`");
}

#[test]
fn a_body_cut_anywhere_is_refused() {
    fn check<T>(parse: impl Fn(&[u8]) -> Result<T, String>, body: &str) {
        assert!(parse(body.as_bytes()).is_ok());
        for n in 0..body.len() {
            assert!(parse(&body.as_bytes()[..n]).is_err(), "cut at byte {n}");
        }
    }
    check(klines, &format!("[{ROW},{ROW}]"));
    check(time, r#"{"serverTime":1499827319559}"#);
    check(|body| ticker(body, "BTCUSDT"), TICKER);
    check(markets, &exchange_info(LISTING));
}

#[test]
fn a_ticker_is_read() {
    let expected =
        Ticker { time_ms: 1_499_869_899_040, bid: 4.0, bid_size: 1.0, ask: 5.0, ask_size: 2.0, last: Some(4.5) };
    assert_eq!(ticker(TICKER.as_bytes(), "BTCUSDT"), Ok(expected));
}

#[test]
fn a_market_is_read_with_its_steps() {
    let markets = markets(exchange_info(LISTING).as_bytes()).unwrap();
    let decimal = |text| Decimal::from_str(text).unwrap();
    let expected = Instrument {
        symbol: "A/B".parse().unwrap(),
        tick: decimal("0.01"),
        lot: decimal("0.00001"),
        min_quantity: decimal("0.0001"),
        min_notional: decimal("5"),
        active: true,
    };
    assert_eq!(markets.instruments, [expected]);
    assert_eq!(markets.weight_limit, Some(6_000));
    assert!(markets.skipped.is_empty());
}

/// Reads `LISTING` with one text replaced, between two good ones.
fn changed(from: &str, to: &str) -> Markets {
    assert!(LISTING.contains(from));
    let symbols = format!("{LISTING},{},{LISTING}", LISTING.replace(from, to));
    markets(exchange_info(&symbols).as_bytes()).unwrap()
}

#[test]
fn a_broken_market_costs_no_other() {
    for (from, to, reason) in [
        ("\"0.01000000\"", "\"cheap\"", "tickSize is `cheap`"),
        ("\"0.00001000\"", "\"-1\"", "stepSize is `-1`"),
        ("\"minNotional\"", "\"notional\"", "minNotional is missing"),
        ("\"A\",\"quote", "\"A/\",\"quote", "is not a symbol"),
        ("\"status\"", "\"mood\"", "missing field `status`"),
    ] {
        let markets = changed(from, to);
        assert_eq!(markets.instruments.len(), 2);
        let [(name, said)] = markets.skipped.as_slice() else { panic!("one is skipped") };
        assert!(name == "AB" && said.contains(reason), "{name}: {said}");
    }
}

#[test]
fn what_is_new_is_passed_over_and_only_trading_is_active() {
    let second = |from, to| changed(from, to).instruments[1].clone();
    assert!(!second("TRADING", "BREAK").active);
    assert!(!second("TRADING", "CANCEL_ONLY").active);
    assert!(!second("\"status\"", "\"isSpotTradingAllowed\":false,\"status\"").active);
    assert_eq!(second("NOTIONAL", "MIN_NOTIONAL").min_notional, Decimal::from(5));
    assert_eq!(second("PRICE_FILTER", "NO_PRICE_FILTER").tick, Decimal::ZERO);
}

#[test]
fn a_real_reply_is_read_whole() {
    let Some(path) = testkit::shared("payloads/binance/live/exchangeInfo_spot_2021.json.gz") else { return };
    let markets = markets(testkit::read_text(&path).as_bytes()).unwrap();
    assert_eq!((markets.instruments.len(), markets.skipped.len(), markets.weight_limit), (1_695, 0, Some(1_200)));
    let find = |symbol: &str| markets.instruments.iter().find(|market| market.symbol.to_string() == symbol).unwrap();
    let btc = find("BTC/USDT");
    let steps = [btc.tick, btc.lot, btc.min_quantity, btc.min_notional].map(|step| step.to_string());
    assert_eq!(steps, ["0.01", "0.00001", "0.00001", "10"]);
    assert!(btc.active && !find("BCC/BTC").active);
}

#[test]
fn the_documented_time_is_read() {
    let Some(path) = testkit::shared("payloads/binance/spot/rest_api/general_api/time.json") else { return };
    assert_eq!(time(testkit::read_text(&path).as_bytes()), Ok(1_499_827_319_559));
}
