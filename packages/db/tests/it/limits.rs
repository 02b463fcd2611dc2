//! The limits of exchanges in the store.

use std::thread;

use ::limits::{Limits, Priority, Shared, SharedError, Silence, SilenceKind};
use db::{LimitsStatus, SharedLimits, Store};

use crate::new_store;

const ADDRESS: &str = "http://x";

#[test]
fn what_is_kept_comes_back() {
    let (_folder, mut store) = new_store();
    let silences = SilenceKind::ALL.map(|kind| Some(Silence { kind, until_ms: 9_000 }));
    for silence in silences.into_iter().chain([None]) {
        let kept = Limits { told_minute: Some(7), traded_minute: Some(8), silence, ..Limits::new(6_000) };
        let mut keep = |limits: &mut Limits| *limits = kept.clone();
        store.update_limits("binance", ADDRESS, &Limits::new(1), &mut keep).unwrap();
        let status = LimitsStatus { exchange: "binance".to_owned(), address: ADDRESS.to_owned(), limits: kept.clone() };
        assert_eq!(store.limits().unwrap(), [status]);
    }
}

#[test]
fn addresses_have_limits_of_their_own() {
    let (_folder, mut store) = new_store();
    for (exchange, address, weight) in [("binance", "a", 1), ("binance", "b", 2), ("binanceusdm", "a", 3)] {
        let mut use_up = |limits: &mut Limits| limits.admit(weight, Priority::Data, 0).unwrap();
        store.update_limits(exchange, address, &Limits::new(100), &mut use_up).unwrap();
    }
    let used: Vec<u32> = store.limits().unwrap().iter().map(|status| status.limits.used_weight).collect();
    assert_eq!(used, [1, 2, 3]);
}

#[test]
fn no_request_of_many_processes_is_counted_twice_or_never() {
    let (_folder, store) = new_store();
    let path = store.path();
    let admitted: u32 = thread::scope(|scope| {
        let count = || {
            let shared = SharedLimits::new(path);
            let mut admitted = 0;
            for _ in 0..100 {
                let mut ask = |limits: &mut Limits| {
                    admitted += u32::from(limits.admit(1, Priority::Data, 0).is_ok());
                };
                shared.update("binance", ADDRESS, &Limits::new(200), &mut ask).unwrap();
            }
            admitted
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(count)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!((admitted, store.limits().unwrap()[0].limits.used_weight), (190, 190));
}

#[test]
fn no_store_is_made_only_to_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let shared = SharedLimits::new(&path);
    let update = |shared: &SharedLimits| shared.update("binance", ADDRESS, &Limits::new(1), &mut |_| {});
    assert_eq!(update(&shared), Err(SharedError::NotThere));
    assert!(!path.exists());
    std::fs::write(&path, "no database, but a text that is long enough to be one").unwrap();
    assert!(matches!(update(&shared), Err(SharedError::Failed(reason)) if reason.contains("not a SQLite database")));
    std::fs::remove_file(&path).unwrap();
    drop(Store::open(&path).unwrap());
    assert_eq!(update(&shared), Ok(()));
}
