//! Perpetuals: candles, mark prices and funding over the wire, and what spot says to such questions.

use exchange::{ExchangeError, FetchError, FetchedFunding, Pager, SETTLE_MS, fetch_closed_marks, fetch_funding};
use market::{Candle, FundingRate, Symbol, Timeframe};

use crate::server::{Act, Server, answer, binance, binance_usd_m};

const H: i64 = 3_600_000;

fn symbol() -> Symbol {
    "BTC/USDT:USDT".parse().unwrap()
}

fn time(time_ms: i64) -> Act {
    answer(200, "", format!(r#"{{"serverTime":{time_ms}}}"#))
}

/// A page of hourly candles without volume.
fn klines(hours: &[i64]) -> Act {
    let row = |hour: &i64| format!(r#"[{},"2","3","1","2","0",{},"0",1,"0","0","0"]"#, hour * H, (hour + 1) * H - 1);
    answer(200, "", format!("[{}]", hours.iter().map(row).collect::<Vec<_>>().join(",")))
}

/// A page of rates of 0.01, each stamped five milliseconds late.
fn funding(hours: impl IntoIterator<Item = i64>) -> Act {
    let row = |hour: i64| {
        format!(r#"{{"symbol":"BTCUSDT","fundingRate":"0.01","fundingTime":{},"markPrice":"9"}}"#, hour * H + 5)
    };
    answer(200, "", format!("[{}]", hours.into_iter().map(row).collect::<Vec<_>>().join(",")))
}

#[track_caller]
fn check_asked(server: &Server, paths: &[&str]) {
    let seen = server.seen();
    assert_eq!(seen.len(), paths.len(), "{seen:#?}");
    for (seen, path) in seen.iter().zip(paths) {
        assert!(seen.starts_with(&format!("get {path} http/1.1")), "{seen}");
    }
}

#[tokio::test]
async fn candles_of_trades_and_of_the_mark_price_have_their_own_paths() {
    let server = Server::start(vec![klines(&[1, 2])]).await;
    let (usd_m, _) = binance_usd_m(&server.base_url);
    let candle = |hour: i64| Candle { open_time_ms: hour * H, open: 2.0, high: 3.0, low: 1.0, close: 2.0, volume: 0.0 };
    let range = (Some(H), Some(3 * H));
    let trades = usd_m.fetch_ohlcv(&symbol(), Timeframe::H1, range.0, range.1, Some(2)).await.unwrap();
    let marks = usd_m.fetch_mark_ohlcv(&symbol(), Timeframe::H1, range.0, range.1, None).await.unwrap();
    assert_eq!((trades.candles, marks.candles), (vec![candle(1), candle(2)], vec![candle(1), candle(2)]));
    let query = "symbol=btcusdt&interval=1h&starttime=3600000&endtime=10799999&limit=";
    check_asked(&server, &[&format!("/fapi/v1/klines?{query}2"), &format!("/fapi/v1/markpriceklines?{query}1000")]);
}

#[tokio::test]
async fn marks_are_fetched_as_candles_are() {
    let acts = vec![time(4 * H + SETTLE_MS), klines(&[1, 3, 4]), klines(&[3])];
    let server = Server::start(acts).await;
    let (usd_m, _) = binance_usd_m(&server.base_url);
    let mut hours = Vec::new();
    let on_page = |page: &[Candle], _: &Pager| {
        hours.extend(page.iter().map(|candle| candle.open_time_ms / H));
        Ok(())
    };
    let fetched = fetch_closed_marks(usd_m.as_ref(), &symbol(), Timeframe::H1, H, None, on_page).await.unwrap();
    assert_eq!((hours, fetched.candles, fetched.absent.len()), (vec![1, 3], 2, 1));
    let page = |until: i64| {
        let (since, end) = (if until == 5 { H } else { 2 * H }, until * H - 1);
        format!("/fapi/v1/markpriceklines?symbol=btcusdt&interval=1h&starttime={since}&endtime={end}&limit=1000")
    };
    check_asked(&server, &["/fapi/v1/time", &page(5), &page(4)]);
}

/// Fetches funding from `since` hours on; gives the hours passed on and the result.
async fn fetch(server: &Server, since: i64, until: Option<i64>) -> (Vec<i64>, Result<FetchedFunding, FetchError>) {
    let (usd_m, _) = binance_usd_m(&server.base_url);
    let mut hours = Vec::new();
    let result = fetch_funding(usd_m.as_ref(), &symbol(), since * H, until.map(|hour| hour * H), |page| {
        assert!(!page.is_empty());
        hours.extend(page.iter().map(|rate: &FundingRate| rate.time_ms / H));
        Ok(())
    })
    .await;
    (hours, result)
}

#[tokio::test]
async fn funding_comes_page_by_page_up_to_the_present() {
    let server = Server::start(vec![time(1_500 * H), funding(0..1_000), funding(999..1_400), funding([])]).await;
    let (hours, fetched) = fetch(&server, 0, None).await;
    assert_eq!(hours, (0..1_400).collect::<Vec<_>>());
    let expected = FetchedFunding {
        pages: 4,
        rates: 1_400,
        first_ms: Some(0),
        last_ms: Some(1_399 * H),
        until_ms: 1_500 * H,
        server_time_ms: 1_500 * H,
        absent: vec![(1_399 * H, 1_500 * H)],
    };
    assert_eq!(fetched.unwrap(), expected);
    let page = |since_ms: i64| {
        let end_ms = 1_500 * H - 1;
        format!("/fapi/v1/fundingrate?symbol=btcusdt&starttime={since_ms}&endtime={end_ms}&limit=1000")
    };
    // From the minute after the last one that is passed on; twice where nothing comes.
    let pages = [page(0), page(998 * H + 60_000), page(1_399 * H + 60_000), page(1_399 * H + 60_000)];
    check_asked(&server, &["/fapi/v1/time", &pages[0], &pages[1], &pages[2], &pages[3]]);
}

#[tokio::test]
async fn one_empty_page_is_not_the_end() {
    let server = Server::start(vec![time(100 * H), funding([]), funding([8, 16]), funding([])]).await;
    assert_eq!(fetch(&server, 0, None).await.0, [8, 16]);
}

/// Every eight hours there is a rate from hour 0 on. The answers to the questions from hour 0 to 40 are those hours;
/// what is passed on, and the stretches that are proven to be empty.
async fn check_holes(answers: &[&[i64]], passed_on: &[i64], absent: &[(i64, i64)]) {
    let pages = answers.iter().map(|hours| funding(hours.iter().copied()));
    let server = Server::start([time(100 * H)].into_iter().chain(pages).collect()).await;
    let (hours, fetched) = fetch(&server, 0, Some(41)).await;
    let fetched = fetched.unwrap();
    let found: Vec<_> = fetched.absent.iter().map(|(from_ms, to_ms)| (from_ms / H, to_ms / H)).collect();
    assert_eq!((hours, found, fetched.pages), (passed_on.to_vec(), absent.to_vec(), answers.len() as u64));
}

#[tokio::test]
async fn a_hole_in_funding_is_asked_for_by_itself() {
    // The last question is for what comes behind hour 40, where there is no rate: twice.
    check_holes(&[&[0, 8, 16, 24, 32, 40], &[], &[]], &[0, 8, 16, 24, 32, 40], &[]).await;
    // Never there, and dropped once.
    check_holes(&[&[0, 8, 24, 32, 40], &[], &[], &[]], &[0, 8, 24, 32, 40], &[(8, 24)]).await;
    check_holes(&[&[0, 8, 24, 32, 40], &[16], &[], &[]], &[0, 8, 16, 24, 32, 40], &[]).await;
    // A part of it comes, and what is left of it is asked for again.
    check_holes(&[&[0, 40], &[24], &[], &[], &[], &[]], &[0, 24, 40], &[(0, 24), (24, 40)]).await;
    check_holes(&[&[0, 40], &[16], &[8], &[32], &[24], &[], &[]], &[0, 8, 16, 24, 32, 40], &[]).await;
    // Before the first one, between pages, and after the last one.
    check_holes(&[&[24, 32, 40], &[], &[], &[]], &[24, 32, 40], &[(0, 24)]).await;
    check_holes(&[&[0, 8], &[24, 32, 40], &[16], &[], &[]], &[0, 8, 16, 24, 32, 40], &[]).await;
    check_holes(&[&[0, 8, 16], &[], &[]], &[0, 8, 16], &[(16, 41)]).await;
    check_holes(&[&[], &[]], &[], &[(0, 41)]).await;
}

#[tokio::test]
async fn funding_ends_where_it_is_told_to_and_stops_where_it_leads_nowhere() {
    let server = Server::start(vec![time(100 * H), funding([0, 8, 16, 24])]).await;
    let (hours, fetched) = fetch(&server, 8, Some(24)).await;
    assert_eq!((hours, fetched.unwrap().until_ms), (vec![8, 16], 24 * H));
    let server = Server::start(vec![time(100 * H), funding([0, 8])]).await;
    let (hours, fetched) = fetch(&server, 16, None).await;
    assert_eq!((hours, fetched.unwrap().pages), (vec![], 2), "rates from before are no answer");
    let server = Server::start(vec![time(100 * H)]).await;
    assert_eq!(fetch(&server, 100, None).await.1.unwrap().pages, 0);
}

#[tokio::test]
async fn a_page_that_cannot_be_true_is_asked_for_again() {
    let server = Server::start(vec![time(100 * H), funding([16, 8]), funding([8, 16]), funding([])]).await;
    assert_eq!(fetch(&server, 0, None).await.0, [8, 16]);
}

#[tokio::test]
async fn funding_keeps_to_its_own_limit() {
    let server = Server::start(vec![funding([8])]).await;
    let (usd_m, clock) = binance_usd_m(&server.base_url);
    for _ in 0..500 {
        usd_m.fetch_funding_rate_history(&symbol(), 0, H).await.unwrap();
    }
    assert!(clock.passed_ms() >= 5 * 60_000 - 60_000, "500 in {} ms", clock.passed_ms());
}

#[tokio::test]
async fn spot_has_neither_and_each_has_its_own_symbols() {
    let server = Server::start(vec![klines(&[1])]).await;
    let ((spot, _), (usd_m, _)) = (binance(&server.base_url), binance_usd_m(&server.base_url));
    let btc: Symbol = "BTC/USDT".parse().unwrap();
    let error = spot.fetch_mark_ohlcv(&btc, Timeframe::H1, None, None, None).await.unwrap_err().to_string();
    assert_eq!(error, "binance has no mark prices; expected an exchange of perpetuals, such as binanceusdm");
    let error = spot.fetch_funding_rate_history(&btc, 0, 1).await.unwrap_err();
    assert!(matches!(error, ExchangeError::Unsupported { what: "funding rates", .. }) && !error.is_retryable());
    for (exchange, symbol) in [(&spot, "BTC/USDT:USDT"), (&usd_m, "BTC/USDT"), (&usd_m, "BTC/USD:BTC")] {
        let symbol = symbol.parse().unwrap();
        let error = exchange.fetch_ohlcv(&symbol, Timeframe::H1, None, None, None).await.unwrap_err();
        assert!(matches!(error, ExchangeError::UnknownSymbol { .. }), "{error}");
    }
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn errors_name_the_exchange_that_made_them() {
    let server = Server::start(vec![answer(400, "", r#"{"code":-1121,"msg":"Invalid symbol."}"#)]).await;
    let (usd_m, _) = binance_usd_m(&server.base_url);
    let error = usd_m.fetch_funding_rate_history(&symbol(), 0, 1).await.unwrap_err().to_string();
    assert!(error.starts_with("binanceusdm has no symbol BTC/USDT:USDT; expected one it lists"), "{error}");
}
