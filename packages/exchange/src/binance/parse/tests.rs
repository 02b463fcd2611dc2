//! Tests of reading replies.

use market::Candle;
use proptest::prelude::*;

use super::*;
use crate::Spoilt;

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

/// The candles of a page that answers any question.
fn klines(body: &[u8]) -> Result<Vec<Candle>, String> {
    super::klines(body, (None, None), None).map(|page| page.candles)
}

/// The candles of the rows of any JSON.
fn any(body: &[u8]) -> Result<Vec<Candle>, String> {
    Ok(klines::rows(body)?.iter().map(|row| row.candle).collect())
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

/// A row as it is always written.
const PLAIN: &str = r#"[1499040000000,"0.01634790","0.80000000","0.01575800","0.01577100","148976.11427815",1499644799999,"2434.19055334",308,"1756.87402397","28.46694368","0"]"#;

/// Whether a page is read at once; if so, then to the same candles as any JSON.
#[track_caller]
fn check_plain(body: &str, is_plain: bool) {
    let found = klines::plain(body.as_bytes());
    assert_eq!(found.is_some(), is_plain, "{body}");
    if let Some(candles) = found {
        assert_eq!(Ok(candles), any(body.as_bytes()), "{body}");
    }
}

#[test]
fn plain_pages_are_read_at_once_and_others_are_left() {
    check_plain(&format!("[{PLAIN}]"), true);
    check_plain(&format!("[{PLAIN},{PLAIN}]"), true);
    check_plain(r#"[[7,"1","2.","0.5","1","9"]]"#, true);
    check_plain(r#"[[7,"1","2","3","4","5",6]]"#, true);
    for other in [
        "",
        "[]",
        "[[]]",
        r#"[[7,"1","2","0.5","1"]]"#,
        r#"[[7,"1","2","0.5","1","9"]"#,
        r#"[[7,"1","2","0.5","1","9"]]]"#,
        r#"[[7,"1","2","0.5","1","9"]] "#,
        r#"[[7,"1","2","0.5","1","9"],]"#,
        r#"[[7,"1","2","0.5","1","9",]]"#,
        r#"[[7,"1","2","0.5","1","9",x]]"#,
        r#"[[7,"1","2","0.5","1","9",1.]]"#,
        r#"[[7,"1","2","0.5","1","9",[8]]]"#,
        r#"[[7,"1","2","0.5","1","9","a"]]"#,
        r#"[[7, "1","2","0.5","1","9"]]"#,
        r#"[[7,1,"2","0.5","1","9"]]"#,
        r#"[[7,"1e1","2","0.5","1","9"]]"#,
        r#"[[7,"-1","2","0.5","1","9"]]"#,
        r#"[["7","1","2","0.5","1","9"]]"#,
        r#"[[7.5,"1","2","0.5","1","9"]]"#,
        r#"[[07,"1","2","0.5","1","9"]]"#,
        r#"[[7,"1","2","0.5","1","9007199254740993"]]"#,
    ] {
        check_plain(other, false);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Wherever a byte of a page changes, what is read at once is what any JSON is read to.
    #[test]
    fn pages_are_read_as_any_json_is(at in 0..PLAIN.len() * 2, byte in "[]\\[0-9.,\"e \\-]") {
        let mut page = format!("[{PLAIN},{PLAIN}]");
        page.replace_range(at..=at, &byte);
        if let Some(candles) = klines::plain(page.as_bytes()) {
            prop_assert_eq!(Ok(candles), any(page.as_bytes()));
        }
    }
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

/// Reads a page of hours of 2025-01-01, some of them spoilt, that was asked for from hour 0 to hour 9; gives the hours
/// of its candles, and what is said of those that are spoilt.
fn spoilt(rows: &[&str]) -> Result<(Vec<i64>, Vec<String>), String> {
    let asked = (Some(DAY_MS), Some(DAY_MS + 9 * H));
    let page = super::klines(format!("[{}]", rows.join(", ")).as_bytes(), asked, None)?;
    for Spoilt { open_time_ms, raw, .. } in &page.spoilt {
        assert!(rows.contains(&raw.as_str()) && page.candles.iter().any(|one| one.open_time_ms == *open_time_ms));
    }
    let hours = page.candles.iter().map(|candle| (candle.open_time_ms - DAY_MS) / H).collect();
    let told = page.spoilt.iter().map(|one| format!("{}: {}", one.objection.rule.name(), one.objection.why)).collect();
    Ok((hours, told))
}

/// The middle one of three rows is spoilt, and costs no other.
#[track_caller]
fn check_spoilt(row: &str, expected: &str) {
    assert_eq!(spoilt(&[HOUR_0, row, HOUR_2]), Ok((vec![0, 1, 2], vec![expected.to_owned()])), "{row}");
}

const H: i64 = 3_600_000;
const DAY_MS: i64 = 1_735_689_600_000;
const HOUR_0: &str = r#"[1735689600000,"1","2","0.5","1","9",1]"#;
const HOUR_2: &str = r#"[1735696800000,"1","2","0.5","1","9",1]"#;
const HOUR_1_US: &str = r#"[1735693200000000,"1","2","0.5","1","9",1]"#;

#[test]
fn a_row_that_is_no_candle_costs_no_other() {
    let row = |close: &str| format!(r#"[1735693200000,"1","2","0.5",{close},"9",1]"#);
    check_spoilt(&row("null"), "not_finite: close is null; expected a number");
    check_spoilt(&row(r#""abc""#), r#"not_finite: close is "abc"; expected a number"#);
    check_spoilt(&row(r#""""#), r#"not_finite: close is ""; expected a number"#);
    check_spoilt(&row(r#""NaN""#), r#"not_finite: close is "NaN"; expected a number"#);
    check_spoilt(&row(r#""-inf""#), r#"not_finite: close is "-inf"; expected a number"#);
    check_spoilt(&row("1e999"), "not_finite: close is 1e999; expected a number");
    check_spoilt(&row("true"), "not_finite: close is true; expected a number");
    check_spoilt(&row(r#"{"a":[1]}"#), r#"not_finite: close is {"a":[1]}; expected a number"#);
    check_spoilt(&row(&"9".repeat(400)), &format!("not_finite: close is {}; expected a number", "9".repeat(40)));
    let beside = "the rows beside it are in milliseconds";
    let row = |time: &str| format!(r#"[{time},"1","2","0.5","1","9",1]"#);
    for (time, unit) in
        [("1735693200", "seconds"), ("1735693200000000", "microseconds"), ("1735693200000000000", "nanoseconds")]
    {
        check_spoilt(&row(time), &format!("wrong_unit: open time {time} is in {unit}, {beside}"));
    }
}

#[test]
fn a_page_is_refused_where_no_row_tells_what_another_one_means() {
    let check = |rows: &[&str], expected: &str| {
        let error = spoilt(rows).unwrap_err();
        assert!(error.contains(expected), "{error}");
    };
    let (late_s, late_us) = (r#"[1735725600,1,2,0.5,1,9]"#, r#"[1735725600000000,1,2,0.5,1,9]"#);
    check(&[HOUR_1_US], "1735693200000000 is not a time in milliseconds");
    check(&[HOUR_0, late_us], "1735725600000000 is not a time in milliseconds");
    check(&[HOUR_0, late_s], "the candle of 1970-01-21T02:08:45.600Z lies outside of what was asked for");
    check(&[HOUR_0, "[17,1,2,0.5,1,9]"], "lies outside of what was asked for");
    check(&[HOUR_0, "[-1,1,2,0.5,1,9]"], "-1 is not a time");
    check(&[HOUR_0, "[1735693200000,1,2]"], "invalid length 3");
    check(&[HOUR_0, r#"["1735693200000",1,2,0.5,1,9]"#], "expected i64");
    // Of a question without bounds too, seconds are no time of 1970 beside the others.
    let body = format!("[[1735689600,1,2,0.5,1,9],{HOUR_2}]");
    let page = super::klines(body.as_bytes(), (Some(0), None), None).unwrap();
    assert_eq!((page.candles[0].open_time_ms, page.spoilt.len()), (DAY_MS, 1));
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
    check(klines, &format!("[{PLAIN},{PLAIN}]"));
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
        ("\"minNotional\"", "\"leastNotional\"", "minNotional is missing"),
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

const PERPETUAL: &str = r#"{"symbol":"AB","contractType":"PERPETUAL","status":"TRADING","baseAsset":"A","quoteAsset":"B",
    "marginAsset":"B","filters":[{"filterType":"PRICE_FILTER","tickSize":"0.10"},
    {"filterType":"LOT_SIZE","minQty":"0.001","stepSize":"0.001"},{"filterType":"MARKET_LOT_SIZE","stepSize":"1"},
    {"filterType":"MIN_NOTIONAL","notional":"5"}]}"#;

/// The symbols that are read of `PERPETUAL` with one text replaced.
#[track_caller]
fn check_contract(from: &str, to: &str, expected: &[&str]) {
    assert!(PERPETUAL.contains(from));
    let markets = markets(exchange_info(&PERPETUAL.replace(from, to)).as_bytes()).unwrap();
    assert_eq!(markets.instruments.iter().map(|market| market.symbol.to_string()).collect::<Vec<_>>(), expected);
    assert!(markets.skipped.is_empty(), "it is not broken, only another thing");
}

#[test]
fn only_perpetuals_settled_in_their_quote_are_read() {
    check_contract("PERPETUAL", "PERPETUAL", &["A/B:B"]);
    check_contract("PERPETUAL", "TRADIFI_PERPETUAL", &["A/B:B"]);
    check_contract("PERPETUAL", "CURRENT_QUARTER", &[]);
    check_contract("PERPETUAL", "", &[]);
    check_contract("\"marginAsset\":\"B\"", "\"marginAsset\":\"A\"", &[]);
}

#[test]
fn a_real_list_of_perpetuals_is_read_whole() {
    let Some(path) = testkit::shared("payloads/binance/live/exchangeInfo_usdm_2021.json.gz") else { return };
    let markets = markets(testkit::read_text(&path).as_bytes()).unwrap();
    assert_eq!((markets.skipped.len(), markets.weight_limit), (0, Some(2_400)));
    let find = |symbol: &str| markets.instruments.iter().find(|market| market.symbol.to_string() == symbol).unwrap();
    let btc = find("BTC/USDT:USDT");
    let steps = [btc.tick, btc.lot, btc.min_quantity, btc.min_notional].map(|step| step.to_string());
    assert_eq!(steps, ["0.01", "0.001", "0.001", "5"]);
    assert!(btc.active && markets.instruments.len() > 100);
    assert!(markets.instruments.iter().all(|market| market.symbol.settle() == Some(market.symbol.quote())));
}

fn paid(time_ms: i64, rate: &str, kind: &str) -> String {
    format!(r#"{{"symbol":"AB","fundingRate":"{rate}","fundingTime":{time_ms},"markPrice":"","rateType":"{kind}"}}"#)
}

/// Reads rows of time, rate and kind; gives minutes and rates.
fn read_funding(rows: &[(i64, &str, &str)]) -> Result<Vec<(i64, f64)>, String> {
    let rows: Vec<_> = rows.iter().map(|&(time_ms, rate, kind)| paid(time_ms, rate, kind)).collect();
    let rates = funding(format!("[{}]", rows.join(",")).as_bytes(), "AB")?;
    Ok(rates.iter().map(|rate| (rate.time_ms / 60_000, rate.rate)).collect())
}

#[test]
fn funding_belongs_to_whole_minutes() {
    assert_eq!(read_funding(&[]), Ok(vec![]));
    let rows = [(600_000, "0.5", "Regular"), (1_200_007, "-0.25", "Regular")];
    assert_eq!(read_funding(&rows), Ok(vec![(10, 0.5), (20, -0.25)]));
    // All that is paid in a minute is one payment; the same stamped twice is paid once.
    let rows = [(600_000, "0.5", "Regular"), (600_003, "0.25", "Special"), (660_000, "0.1", "Regular")];
    assert_eq!(read_funding(&rows), Ok(vec![(10, 0.75), (11, 0.1)]));
    let rows = [(600_000, "0.5", "Regular"), (600_003, "0.5", "Regular")];
    assert_eq!(read_funding(&rows), Ok(vec![(10, 0.5)]));
}

#[test]
fn the_last_minute_of_a_full_page_waits_for_the_next_one() {
    let rows = |n: i64| (0..n).map(|minute| (minute * 60_000, "0.5", "Regular")).collect::<Vec<_>>();
    assert_eq!(read_funding(&rows(999)).unwrap().len(), 999);
    assert_eq!(read_funding(&rows(1_000)).unwrap().last(), Some(&(998, 0.5)));
    assert_eq!(read_funding(&vec![(0, "0.5", "Regular"); 1_000]), Ok(vec![(0, 0.5)]), "or nothing would go on");
}

#[test]
fn impossible_funding_is_refused_in_words() {
    let check = |rows: &[(i64, &str, &str)], expected: &str| {
        let error = read_funding(rows).unwrap_err();
        assert!(error.contains(expected), "{error}");
    };
    check(&[(600_000, "0.5", ""), (60_000, "0.5", "")], "60000 is out of order");
    check(&[(600_000, "1.5", "")], "at 600000: rate 1.5 is not between -1 and 1");
    check(&[(600_000, "NaN", "")], "the rate is not a finite number");
    check(&[(-1, "0.5", "")], "-1 is not a time");
    check_refused(|body| funding(body, "AC"), &format!("[{}]", paid(0, "0.1", "")), "it is about AB, asked was AC");
    check_refused(|body| funding(body, "AB"), r#"[{"symbol":"AB","fundingTime":1}]"#, "missing field `fundingRate`");
}

#[test]
fn documented_perpetual_replies_are_read() {
    let read = |name: &str| {
        let path = testkit::shared(&format!("payloads/binance/usds_futures/rest_api/market_data_api/{name}.json"))?;
        Some(testkit::read_text(&path))
    };
    let Some(body) = read("get_funding_rate_history") else { return };
    let rates = funding(body.as_bytes(), "BTCUSDT").unwrap();
    assert_eq!(rates, [FundingRate { time_ms: 1_570_608_000_000, rate: -0.0375 }]);
    let best = ticker(read("symbol_order_book_ticker").unwrap().as_bytes(), "BTCUSDT").unwrap();
    assert_eq!((best.time_ms, best.bid, best.ask_size, best.last), (1_589_437_530_011, 4.0, 9.0, None));
    assert_eq!(time(read("check_server_time").unwrap().as_bytes()), Ok(1_499_827_319_559));
}

#[test]
fn volumes_are_read() {
    let body = r#"[{"symbol":"BTCUSDT","quoteVolume":"1500000.5","x":1},{"symbol":"AB","quoteVolume":"0"}]"#;
    assert_eq!(volumes(body.as_bytes()).unwrap(), [("BTCUSDT".to_owned(), 1_500_000.5), ("AB".to_owned(), 0.0)]);
    check_refused(volumes, r#"[{"symbol":"AB"}]"#, "missing field `quoteVolume`");
}
