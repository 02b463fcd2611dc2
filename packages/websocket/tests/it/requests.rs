//! Watches that are wrong from the start are refused at once, with words that help.

use websocket::{Options, Watch, watch, watch_ohlcv, watch_ticker};

use crate::server::{Server, btc, is_up, next};

#[track_caller]
fn check_refused(exchange: &str, watched: Watch, ws_url: Option<&str>, expected: &str) {
    let options = Options { ws_url: ws_url.map(str::to_owned), ..Options::default() };
    let error = watch(exchange, watched, options).expect_err("it is wrong").to_string();
    assert!(error.contains(expected), "{error}");
}

#[tokio::test]
async fn wrong_requests_are_refused() {
    check_refused("bianance", btc(), None, "`bianance`; expected one of: binance");
    check_refused("binance", Watch::default(), None, "nothing to watch");
    let perpetual = Watch { tickers: vec!["BTC/USDT:USDT".parse().unwrap()], ..Watch::default() };
    check_refused("binance", perpetual, None, "BTC/USDT:USDT");
    let many = (0..1_025).map(|index| format!("A{index}/B").parse().unwrap()).collect();
    check_refused("binance", Watch { tickers: many, ..Watch::default() }, None, "1025 streams are too many");
    check_refused("binance", btc(), Some("https://example.com"), "neither ws nor wss");
    check_refused("binance", btc(), Some("example"), "expected ws://host:port");
    check_refused("binance", btc(), Some("ws://"), "no WebSocket address");
}

#[test]
fn a_runtime_is_needed() {
    let error = watch("binance", btc(), Options::default()).expect_err("there is none");
    assert!(error.to_string().contains("runtime"), "{error}");
}

#[tokio::test]
async fn the_address_names_what_is_watched() {
    let server = Server::start().await;
    let symbol = "BTC/USDT".parse().unwrap();
    let mut candles = watch_ohlcv("binance", &symbol, market::Timeframe::Month1, server.options()).unwrap();
    assert_eq!(server.accept().await.path, "/stream?streams=btcusdt@kline_1M");
    is_up(next(&mut candles).await);
    let ws_url = server.options().ws_url.map(|url| url + "/ws/");
    let options = Options { ws_url, ..server.options() };
    let _tickers = watch_ticker("binance", &"这是测试币456/USDT".parse().unwrap(), options).unwrap();
    let mut path = server.accept().await.path;
    while path.contains("btcusdt") {
        path = server.accept().await.path;
    }
    assert_eq!(path, "/stream?streams=%E8%BF%99%E6%98%AF%E6%B5%8B%E8%AF%95%E5%B8%81456usdt@bookTicker");
    let both = websocket::watch("binance", btc(), server.options()).unwrap();
    while path != "/stream?streams=btcusdt@bookTicker/btcusdt@kline_1h" {
        path = server.accept().await.path;
    }
    drop(both);
}
