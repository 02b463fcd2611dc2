//! What goes wrong on the way, and what becomes of it.

use std::io::Write;

use exchange::{ExchangeError, Options, connect};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::server::{Act, LITTLE_PATIENCE, Server, TIME, answer, binance, binance_with, good};

/// Asks for the time; the result must be the time where `ok`, and take so many requests.
#[track_caller]
fn check(acts: Vec<Act>, ok: bool, requests: usize) -> Option<ExchangeError> {
    let told = format!("{acts:.80?}");
    let stalls = acts.iter().any(|act| matches!(act, Act::Stall));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (result, seen) = runtime.block_on(async {
        let server = Server::start(acts).await;
        let (mut binance, _) = binance(&server.base_url);
        if stalls {
            binance = binance_with(&server.base_url, |options| options.timeout = LITTLE_PATIENCE).0;
        }
        (binance.fetch_time().await, server.seen().len())
    });
    assert_eq!(result.is_ok(), ok, "{told}: {result:?}");
    assert_eq!(seen, requests, "{told}: {result:?}");
    if let Ok(time_ms) = result {
        assert_eq!(time_ms, 1_700_000_000_000);
    }
    result.err()
}

#[track_caller]
fn check_error(acts: Vec<Act>, requests: usize, expected: &str) {
    let error = check(acts, false, requests).unwrap().to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn what_may_pass_is_asked_for_again() {
    check(vec![good()], true, 1);
    check(vec![answer(500, "", "{}"), answer(502, "", "<html>"), good()], true, 3);
    check(vec![answer(503, "", r#"{"code":-1008,"msg":"x"}"#), good()], true, 2);
    check(vec![Act::Reset, good()], true, 2);
    check(vec![Act::Stall, good()], true, 2);
    check(vec![Act::Write(vec![]), good()], true, 2);
    check(vec![Act::Write(b"hello".to_vec()), good()], true, 2);
    check(vec![answer(200, "", "<html>sign in</html>"), good()], true, 2);
    check(vec![answer(200, "", "[]"), good()], true, 2);
    check(vec![answer(200, "content-encoding: gzip\n", "not packed"), good()], true, 2);
}

#[test]
fn attempts_are_bounded() {
    check_error(vec![answer(500, "", r#"{"code":-1000,"msg":"sorry"}"#)], 5, "trouble of its own (HTTP 500): sorry");
    check_error(vec![Act::Reset], 5, "cannot reach http://127.0.0.1");
    check_error(vec![Act::Stall], 5, "no complete reply within 300ms");
    check_error(vec![answer(200, "", "<html>sign in</html>")], 5, "expected JSON, got text/html");
    check_error(vec![answer(302, "location: http://x/\n", "")], 5, "HTTP 302");
}

#[test]
fn what_cannot_pass_is_asked_once() {
    check_error(vec![answer(451, "", "<html>")], 1, "does not serve the region");
    check_error(vec![answer(403, "", "<html>")], 1, "the firewall of binance refuses us");
    check_error(vec![answer(400, "", r#"{"code":-1102,"msg":"what?"}"#)], 1, "what? (code -1102)");
}

#[test]
fn an_answer_cut_at_any_byte_is_an_error_and_is_asked_for_again() {
    let Act::Write(whole) = good() else { unreachable!() };
    for n in 0..whole.len() {
        check(vec![Act::Write(whole[..n].to_vec()), good()], true, 2);
    }
}

fn packed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn packed_answers_are_asked_for_and_read_up_to_a_bound() {
    check(vec![answer(200, "content-encoding: gzip\n", packed(TIME.as_bytes()))], true, 1);
    let cut = packed(TIME.as_bytes());
    check(vec![answer(200, "content-encoding: gzip\n", &cut[..cut.len() - 9]), good()], true, 2);
    let bomb = answer(200, "content-encoding: gzip\n", packed(&vec![b' '; 65 << 20]));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let error = runtime.block_on(async {
        let server = Server::start(vec![bomb]).await;
        let (binance, _) = binance_with(&server.base_url, |options| options.max_attempts = 1);
        binance.fetch_time().await.unwrap_err()
    });
    assert!(error.to_string().contains("it has more than 64 MB"), "{error}");
}

#[tokio::test]
async fn a_request_says_who_asks_and_that_it_may_be_packed() {
    let server = Server::start(vec![good()]).await;
    binance(&server.base_url).0.fetch_time().await.unwrap();
    let head = &server.seen()[0];
    assert!(head.starts_with("get /api/v3/time http/1.1\r\n"), "{head}");
    assert!(head.contains("accept-encoding: gzip\r\n") && head.contains("user-agent: chandler/"), "{head}");
}

#[tokio::test]
async fn nobody_there_is_told_with_the_cause() {
    let (listener, server) = Server::listen("http").await;
    drop(listener);
    let (binance, clock) = binance(&server.base_url);
    let error = binance.fetch_time().await.unwrap_err().to_string();
    assert!(error.contains("Connection refused"), "{error}");
    assert!(clock.passed_ms() <= 500 + 1_000 + 2_000 + 4_000, "{} ms", clock.passed_ms());
}

#[tokio::test]
async fn a_call_is_bounded_in_time() {
    let server = Server::start(vec![answer(500, "", "{}")]).await;
    let clock = crate::server::SteppedClock::new();
    let options = Options {
        base_url: Some(server.base_url.clone()),
        call_timeout: std::time::Duration::from_millis(1),
        clock: clock.clone(),
        ..Options::default()
    };
    assert!(connect("binance", &options).unwrap().fetch_time().await.is_err());
    assert!(clock.passed_ms() <= 1, "{} ms", clock.passed_ms());
}

#[tokio::test]
async fn a_symbol_or_a_timeframe_that_is_not_there_is_named() {
    let refusal = |code| answer(400, "", format!(r#"{{"code":{code},"msg":"Invalid."}}"#));
    let server = Server::start(vec![refusal(-1121), refusal(-1121), refusal(-1120)]).await;
    let (binance, _) = binance(&server.base_url);
    let symbol = "FOO/BAR".parse().unwrap();
    let candles = || binance.fetch_ohlcv(&symbol, market::Timeframe::S1, None, None, None);
    assert!(binance.fetch_ticker(&symbol).await.unwrap_err().to_string().contains("binance has no symbol FOO/BAR"));
    assert!(candles().await.unwrap_err().to_string().contains("binance has no symbol FOO/BAR"));
    assert!(candles().await.unwrap_err().to_string().contains("binance has no 1s candles"));
    let perpetual = "FOO/BAR:BAR".parse().unwrap();
    assert!(binance.fetch_ticker(&perpetual).await.unwrap_err().to_string().contains("no symbol FOO/BAR:BAR"));
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn an_address_that_is_none_is_refused() {
    for url in ["", "localhost:80", "ftp://x", "http://", "api.binance.com"] {
        let options = Options { base_url: Some(url.to_owned()), ..Options::default() };
        let error = connect("binance", &options).err().unwrap().to_string();
        assert!(error.contains("is not an address; expected http://"), "{error}");
    }
}
