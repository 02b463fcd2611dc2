//! Gates over one place that can be made to fail.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

/// A place in memory. It fails as a full disk does: after the change was made, and nothing of it is kept.
#[derive(Debug, Default)]
struct Place {
    limits: Mutex<Option<Limits>>,
    fails: AtomicBool,
}

impl Shared for Place {
    fn update(&self, _: &str, _: &str, new: &Limits, change: &mut dyn FnMut(&mut Limits)) -> Result<(), SharedError> {
        let mut kept = self.limits.lock().unwrap();
        let mut limits = kept.clone().unwrap_or_else(|| new.clone());
        change(&mut limits);
        if self.fails.load(Ordering::Relaxed) {
            return Err(SharedError::Failed("full".to_owned()));
        }
        *kept = Some(limits);
        Ok(())
    }
}

fn gate(priority: Priority, place: Option<&Arc<Place>>) -> Gate {
    let shared = place.map(|place| Arc::clone(place) as Arc<dyn Shared>);
    Gate::new("binance", "http://x".to_owned(), 100, priority, shared)
}

/// How many requests of weight 1 go out.
fn burst(gate: &mut Gate, now_ms: i64) -> usize {
    (0..1_000).take_while(|_| gate.admit(1, now_ms).is_ok()).count()
}

const BAN: ExchangeError = ExchangeError::Banned { exchange: "binance", until_ms: 9_000 };

#[test]
fn a_spent_budget_is_a_rate_limit() {
    let mut gate = gate(Priority::Data, None);
    assert_eq!(burst(&mut gate, 0), 95);
    let error = gate.admit(1, 1).unwrap_err();
    assert!(matches!(error, ExchangeError::RateLimited { until_ms: 60_000, .. }), "{error}");
}

#[test]
fn only_what_asks_for_silence_closes_the_gate() {
    let mut gate = gate(Priority::Data, None);
    gate.note(&ExchangeError::Region { exchange: "binance" }, 0);
    assert!(gate.admit(1, 0).is_ok());
    gate.note(&BAN, 0);
    assert!(matches!(gate.admit(1, 8_999), Err(ExchangeError::Banned { until_ms: 9_000, .. })));
}

#[test]
fn gates_over_one_place_are_one_gate() {
    let place = Arc::default();
    let (mut a, mut b) = (gate(Priority::Data, Some(&place)), gate(Priority::Data, Some(&place)));
    assert_eq!(burst(&mut a, 0) + burst(&mut b, 0), 95);
    assert_eq!(burst(&mut gate(Priority::Trading, Some(&place)), 0), 3);
    b.learn_limit(200, 1);
    assert_eq!(burst(&mut a, 1), 62, "up to 160: somebody trades");
    b.note(&BAN, 2);
    let error = a.admit(1, 3).unwrap_err();
    assert!(matches!(error, ExchangeError::Banned { until_ms: 9_000, .. }), "{error}");
    assert!(gate(Priority::Trading, Some(&place)).admit(1, 8_999).is_err(), "also who starts later");
}

#[test]
fn where_sharing_fails_each_counts_alone_and_nothing_is_lost() {
    let place: Arc<Place> = Arc::default();
    let mut a = gate(Priority::Data, Some(&place));
    assert!(a.admit(10, 0).is_ok());
    place.fails.store(true, Ordering::Relaxed);
    assert!(a.admit(20, 1).is_ok());
    assert_eq!(a.own.used_weight, 30, "counted once");
    a.note(&BAN, 2);
    assert!(a.admit(1, 3).is_err());
    place.fails.store(false, Ordering::Relaxed);
    let mut b = gate(Priority::Data, Some(&place));
    assert!(b.admit(1, 4).is_ok(), "it cannot know yet");
    assert!(a.admit(1, 5 + SHARED_PAUSE_MS).is_err());
    assert!(b.admit(1, 6 + SHARED_PAUSE_MS).is_err(), "now all know of the ban");
    assert_eq!(place.limits.lock().unwrap().as_ref().unwrap().used_weight, 30);
}

#[test]
fn a_silence_is_told_once_and_a_spent_budget_never() {
    let place = Arc::default();
    let (mut a, mut b) = (gate(Priority::Data, Some(&place)), gate(Priority::Data, Some(&place)));
    burst(&mut a, 0);
    assert!(a.admit(1, 1).is_err() && !a.note_told(1), "a minute that is used up");
    b.note(&BAN, 2);
    assert!(!a.note_told(2), "it cannot know yet");
    for gate in [&mut a, &mut b] {
        assert!(gate.admit(1, 3).is_err());
        assert_eq!([3, 4, 8_999, 9_000].map(|now_ms| gate.note_told(now_ms)), [true, false, false, false]);
    }
    b.note(&ExchangeError::Banned { exchange: "binance", until_ms: 20_000 }, 9_000);
    assert_eq!([9_000, 9_001].map(|now_ms| b.note_told(now_ms)), [true, false], "another ban");
}
