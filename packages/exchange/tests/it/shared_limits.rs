//! Several processes on one store keep to an exchange's limits together: each client here has a connection of its own
//! to the store, as a process would.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use db::{SharedLimits, Store};
use exchange::{Clock, Exchange, ExchangeError, Options};
use limits::Priority;
use market::Timeframe;

use crate::enforcer::{self, CommonClock, LIMIT, Odd};
use crate::server::{START_MS, Server, SteppedClock, answer, good};

/// Whole minutes that are looked at.
const MINUTES: i64 = 4;
const FIRST_MINUTE: i64 = START_MS / 60_000 + 1;

fn client(db: &Path, base_url: &str, clock: Arc<dyn Clock>, priority: Priority) -> Box<dyn Exchange> {
    let options = Options { base_url: Some(base_url.to_owned()), clock, ..Options::default() };
    let options = options.sharing(Arc::new(SharedLimits::new(db)), priority);
    exchange::connect("binance", &options).unwrap()
}

/// So many clients ask for as much as they may, for some minutes.
#[track_caller]
fn check(clients: usize, odd: Odd) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let mut store = Store::open(&db).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let counted = runtime.block_on(async {
        let clock = CommonClock::of(clients);
        let (base_url, counted) = enforcer::open(Arc::clone(&clock), odd).await;
        let of_limit = &mut |limits: &mut limits::Limits| limits.learn_limit(LIMIT);
        store.update_limits("binance", &base_url, &limits::Limits::new(LIMIT), of_limit).unwrap();
        for _ in 0..clients {
            let binance = client(&db, &base_url, clock.clone(), Priority::Data);
            let btc = "BTC/USDT".parse().unwrap();
            tokio::spawn(async move {
                loop {
                    let page = binance.fetch_ohlcv(&btc, Timeframe::H1, None, None, None);
                    page.await.unwrap();
                }
            });
        }
        while clock.now_ms().div_euclid(60_000) < FIRST_MINUTE + MINUTES + 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        counted
    });
    let counted = counted.lock().unwrap();
    assert_eq!(counted.refused, 0, "{counted:?}");
    for minute in FIRST_MINUTE..FIRST_MINUTE + MINUTES {
        let used = counted.used.get(&minute).copied().unwrap_or(0);
        assert!(used * 10 >= LIMIT * 9, "{used} of {LIMIT} in minute {minute} with {clients} clients and {odd:?}");
    }
}

#[test]
fn nine_tenths_of_the_limit_are_used_and_never_more_than_all() {
    check(1, Odd { behind_ms: 0, weight: 2 });
    check(4, Odd { behind_ms: 0, weight: 2 });
}

#[test]
fn forty_that_start_at_once_stay_below_the_limit() {
    check(40, Odd { behind_ms: 0, weight: 2 });
}

#[test]
fn a_clock_that_is_not_the_exchanges_costs_nothing() {
    check(4, Odd { behind_ms: 400, weight: 2 });
    check(4, Odd { behind_ms: 1_500, weight: 2 });
    check(4, Odd { behind_ms: -1_500, weight: 2 });
}

#[test]
fn weights_that_changed_overnight_are_learned() {
    check(2, Odd { behind_ms: 0, weight: 4 });
}

/// One client hears `status`; then all are silent until `until_ms`, also those that start later.
#[track_caller]
fn check_silence(status: u16, headers: &str, until_ms: i64) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    drop(Store::open(&db).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Server::start(vec![good(), answer(status, headers, "{}"), good()]).await;
        let clock = SteppedClock::new();
        let other = client(&db, &server.base_url, clock.clone(), Priority::Trading);
        other.fetch_time().await.unwrap();
        let first = client(&db, &server.base_url, clock.clone(), Priority::Data);
        assert!(first.fetch_time().await.is_err());
        drop(first);
        let later = client(&db, &server.base_url, clock.clone(), Priority::Trading);
        for client in [&other, &later] {
            let error = client.fetch_time().await.unwrap_err();
            assert_eq!(error.silent_until_ms(), Some(until_ms), "{error}");
        }
        assert_eq!(server.seen().len(), 2, "nobody asks on");
        // Another address has limits of its own.
        let elsewhere = Server::start(vec![good()]).await;
        client(&db, &elsewhere.base_url, clock.clone(), Priority::Data).fetch_time().await.unwrap();
        clock.step_ms(until_ms - clock.now_ms());
        other.fetch_time().await.unwrap();
        later.fetch_time().await.unwrap();
    });
}

#[test]
fn what_silences_one_process_silences_all_also_after_a_restart() {
    check_silence(418, "retry-after: 3600\n", START_MS + 3_600_000);
    check_silence(429, "retry-after: 600\n", START_MS + 600_000);
    check_silence(403, "", START_MS + 300_000);
}

#[tokio::test]
async fn a_trader_does_not_wait_for_a_store_that_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let mut store = Store::open(&db).unwrap();
    let server = Server::start(vec![good()]).await;
    let trader = client(&db, &server.base_url, SteppedClock::new(), Priority::Trading);
    trader.fetch_time().await.unwrap();
    let (locked, is_locked) = std::sync::mpsc::sync_channel(1);
    let (done, is_done) = std::sync::mpsc::sync_channel::<()>(1);
    let holder = std::thread::spawn(move || {
        let hold = &mut |_: &mut limits::Limits| {
            locked.send(()).unwrap();
            is_done.recv().unwrap();
        };
        store.update_limits("x", "x", &limits::Limits::new(1), hold).unwrap();
    });
    is_locked.recv().unwrap();
    let started = Instant::now();
    for _ in 0..5 {
        trader.fetch_time().await.unwrap();
    }
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    done.send(()).unwrap();
    holder.join().unwrap();
}

#[tokio::test]
async fn without_a_store_each_counts_alone_and_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let server = Server::start(vec![answer(418, "retry-after: 3600\n", "{}")]).await;
    let alone = client(&db, &server.base_url, SteppedClock::new(), Priority::Data);
    for _ in 0..2 {
        assert!(matches!(alone.fetch_time().await, Err(ExchangeError::Banned { .. })));
    }
    assert_eq!(server.seen().len(), 1);
    assert!(!db.exists());
    // As soon as there is one, it learns what was known before.
    drop(Store::open(&db).unwrap());
    assert!(alone.fetch_time().await.is_err());
    let other = client(&db, &server.base_url, SteppedClock::new(), Priority::Trading);
    assert!(matches!(other.fetch_time().await, Err(ExchangeError::Banned { .. })));
    assert_eq!(server.seen().len(), 1);
}
