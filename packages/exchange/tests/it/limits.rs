//! Weights, silence and bans, on a stepped clock.

use exchange::ExchangeError;

use crate::server::{START_MS, Server, answer, binance, good};

const WEIGHT: &str = r#"{"code":-1003,"msg":"Too much request weight used"}"#;

/// The first call is answered with `status` and `headers`, then all is well: how long does it take in all?
#[track_caller]
fn check_wait(status: u16, headers: &str, body: &str, expected_ms: i64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Server::start(vec![answer(status, headers, body), good()]).await;
        let (binance, clock) = binance(&server.base_url);
        binance.fetch_time().await.unwrap();
        assert_eq!((clock.passed_ms(), server.seen().len()), (expected_ms, 2));
    });
}

#[test]
fn silence_is_kept_as_long_as_the_exchange_wants() {
    check_wait(429, "retry-after: 7\n", WEIGHT, 7_000);
    check_wait(429, "retry-after: 0\n", WEIGHT, 1_000);
    check_wait(418, "retry-after: 0\n", WEIGHT, 10_000);
    check_wait(429, "", WEIGHT, 60_000);
    check_wait(429, "retry-after: soon\n", "<html>", 60_000);
    check_wait(418, "retry-after: 130\n", WEIGHT, 130_000);
    check_wait(418, "", WEIGHT, 120_000);
    let until = format!(r#"{{"code":-1003,"msg":"IP banned until {}. Please"}}"#, START_MS + 150_000);
    check_wait(418, "retry-after: 130\n", &until, 150_000);
    let past = format!(r#"{{"code":-1003,"msg":"IP banned until {}. Please"}}"#, START_MS - 1);
    check_wait(418, "", &past, 10_000);
}

#[tokio::test]
async fn no_wait_at_all_is_no_leave_for_a_burst() {
    let server = Server::start(vec![answer(429, "retry-after: 0\n", WEIGHT)]).await;
    let (binance, clock) = binance(&server.base_url);
    assert!(matches!(binance.fetch_time().await, Err(ExchangeError::RateLimited { .. })));
    let pauses = server.seen().len() as i64 - 1;
    assert!(pauses > 1 && clock.passed_ms() >= pauses * 1_000, "{pauses} pauses in {} ms", clock.passed_ms());
}

#[tokio::test]
async fn a_long_ban_silences_the_whole_client_until_it_ends() {
    let server = Server::start(vec![answer(418, "retry-after: 3600\n", WEIGHT), good()]).await;
    let (binance, clock) = binance(&server.base_url);
    for _ in 0..3 {
        let error = binance.fetch_time().await.unwrap_err();
        assert!(matches!(error, ExchangeError::Banned { until_ms, .. } if until_ms == START_MS + 3_600_000), "{error}");
    }
    let error = binance.load_markets().await.unwrap_err().to_string();
    assert!(error.contains("banned this address until 2023-11-14T23:14:10Z"), "{error}");
    assert_eq!((clock.passed_ms(), server.seen().len()), (0, 1));
    clock.step_ms(3_500_000);
    binance.fetch_time().await.unwrap();
    assert_eq!((clock.passed_ms(), server.seen().len()), (3_600_000, 2));
}

#[tokio::test]
async fn a_firewall_is_left_alone_for_minutes() {
    let server = Server::start(vec![answer(403, "", "<html>"), good()]).await;
    let (binance, clock) = binance(&server.base_url);
    for _ in 0..3 {
        assert!(matches!(binance.fetch_time().await, Err(ExchangeError::Blocked { .. })));
    }
    assert_eq!(server.seen().len(), 1);
    clock.step_ms(300_000);
    binance.fetch_time().await.unwrap();
}

#[tokio::test]
async fn weight_used_by_others_counts() {
    let server = Server::start(vec![answer(200, "X-MBX-USED-WEIGHT-1M: 5699\n", crate::server::TIME), good()]).await;
    let (binance, clock) = binance(&server.base_url);
    binance.fetch_time().await.unwrap();
    binance.fetch_time().await.unwrap();
    assert_eq!(clock.passed_ms(), 0, "5700 of 6000 may be used");
    binance.fetch_time().await.unwrap();
    assert_eq!(clock.passed_ms(), 50_000, "then the minute has to end");
}

#[tokio::test]
async fn the_limit_is_learned_from_the_exchange() {
    let limit = r#"{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":100}"#;
    let markets = answer(200, "", format!(r#"{{"rateLimits":[{limit}],"symbols":[]}}"#));
    let server = Server::start(vec![markets, good()]).await;
    let (binance, clock) = binance(&server.base_url);
    binance.load_markets().await.unwrap();
    for _ in 0..75 {
        binance.fetch_time().await.unwrap();
    }
    assert_eq!(clock.passed_ms(), 0, "20 and 75 are 95 of 100");
    binance.fetch_time().await.unwrap();
    assert_eq!(clock.passed_ms(), 50_000);
}

#[tokio::test]
async fn calls_at_the_same_time_share_one_budget() {
    let server = Server::start(vec![answer(200, "X-MBX-USED-WEIGHT-1M: 5690\n", crate::server::TIME), good()]).await;
    let (binance, clock) = binance(&server.base_url);
    binance.fetch_time().await.unwrap();
    let five = async || {
        let (a, b, c, d, e) = tokio::join!(
            binance.fetch_time(),
            binance.fetch_time(),
            binance.fetch_time(),
            binance.fetch_time(),
            binance.fetch_time()
        );
        a.is_ok() && b.is_ok() && c.is_ok() && d.is_ok() && e.is_ok()
    };
    assert!(five().await && five().await);
    assert_eq!(clock.passed_ms(), 0);
    assert!(five().await);
    assert!(clock.passed_ms() >= 50_000);
}
