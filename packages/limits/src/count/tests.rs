//! The rules, on a clock that is an argument.

use proptest::prelude::*;

use super::*;

fn data(limits: &mut Limits, weight: u32, now_ms: i64) -> Result<(), i64> {
    limits.admit(weight, Priority::Data, now_ms).map_err(|silence| silence.until_ms)
}

fn trading(limits: &mut Limits, weight: u32, now_ms: i64) -> Result<(), i64> {
    limits.admit(weight, Priority::Trading, now_ms).map_err(|silence| silence.until_ms)
}

/// How much goes out in units of `weight` at one moment.
fn burst(limits: &mut Limits, priority: Priority, weight: u32, now_ms: i64) -> u32 {
    (0..10_000).take_while(|_| limits.admit(weight, priority, now_ms).is_ok()).count() as u32 * weight
}

#[test]
fn data_passes_up_to_its_share_and_then_waits_for_the_minute_to_end() {
    let mut limits = Limits::new(100);
    assert_eq!(burst(&mut limits, Priority::Data, 1, 61_000), 95);
    assert_eq!(data(&mut limits, 1, 61_500), Err(120_000));
    assert_eq!(data(&mut limits, 1, 119_999), Err(120_000));
    assert_eq!(data(&mut limits, 95, 120_000), Ok(()));
    assert_eq!(data(&mut limits, 1, 120_001), Err(180_000));
}

#[test]
fn trading_goes_on_where_data_waits_and_data_leaves_it_more_room() {
    let mut limits = Limits::new(100);
    assert_eq!(burst(&mut limits, Priority::Data, 1, 0), 95);
    assert_eq!(burst(&mut limits, Priority::Trading, 1, 1), 3);
    for (minute, share) in [(1, 80), (2, 95)] {
        assert_eq!(burst(&mut limits, Priority::Data, 1, minute * MINUTE_MS), share, "minute {minute}");
    }
    assert_eq!(trading(&mut limits, 3, 2 * MINUTE_MS), Ok(()));
    assert_eq!(trading(&mut limits, 1, 2 * MINUTE_MS), Err(3 * MINUTE_MS));
}

#[test]
fn what_others_use_counts_and_what_is_under_way_is_not_forgotten() {
    let mut limits = Limits::new(100);
    assert_eq!(data(&mut limits, 2, 0), Ok(()));
    limits.learn_used(93, 0, 10);
    assert_eq!(data(&mut limits, 2, 20), Ok(()));
    limits.learn_used(50, 20, 30);
    assert_eq!(data(&mut limits, 1, 40), Err(60_000));
}

#[test]
fn a_reply_to_the_minute_before_is_no_news() {
    let mut limits = Limits::new(100);
    limits.learn_used(99, 59_990, 60_010);
    assert_eq!(data(&mut limits, 95, 60_020), Ok(()));
}

#[test]
fn a_new_minute_begins_gently_until_the_exchange_has_told_its_count() {
    let mut limits = Limits::new(1_000);
    limits.learn_used(900, 0, 1);
    assert_eq!(burst(&mut limits, Priority::Data, 2, MINUTE_MS), 20);
    assert_eq!(data(&mut limits, 2, MINUTE_MS), Err(MINUTE_MS + LOOK_AGAIN_MS));
    assert_eq!(trading(&mut limits, 100, MINUTE_MS), Ok(()), "trading does not wait for it");
    limits.learn_used(120, MINUTE_MS, MINUTE_MS + 1);
    assert_eq!(burst(&mut limits, Priority::Data, 2, MINUTE_MS + 1), 800 - 120);
    // Nothing is told any more: that does not slow down for ever.
    assert_eq!(burst(&mut limits, Priority::Data, 2, 2 * MINUTE_MS), 20);
    assert_eq!(burst(&mut limits, Priority::Data, 2, 3 * MINUTE_MS), 950);
}

#[test]
fn an_exchange_whose_minutes_begin_later_is_understood() {
    let mut limits = Limits::new(1_000);
    limits.learn_used(950, 0, 1);
    assert_eq!(burst(&mut limits, Priority::Data, 2, MINUTE_MS), 20);
    // Its minute before is not over yet.
    limits.learn_used(970, MINUTE_MS, MINUTE_MS + 1);
    assert_eq!(data(&mut limits, 2, MINUTE_MS + 1_999), Err(MINUTE_MS + 1_999 + LOOK_AGAIN_MS));
    assert_eq!(burst(&mut limits, Priority::Data, 2, MINUTE_MS + 2_000), 20);
    let mut full = limits.clone();
    limits.learn_used(20, MINUTE_MS + 2_000, MINUTE_MS + 2_001);
    assert_eq!(burst(&mut limits, Priority::Data, 2, MINUTE_MS + 2_002), 950 - 40);
    // Others have used all of it.
    full.learn_used(990, MINUTE_MS + 2_000, MINUTE_MS + 2_001);
    assert_eq!(data(&mut full, 2, MINUTE_MS + 2_002), Err(2 * MINUTE_MS));
}

#[test]
fn the_limit_is_learned_and_a_heavy_request_is_not_shut_out() {
    let mut limits = Limits::new(100);
    limits.learn_limit(10);
    assert_eq!(data(&mut limits, 20, 0), Ok(()));
    assert_eq!(data(&mut limits, 1, 1), Err(60_000));
    limits.learn_limit(0);
    assert_eq!(data(&mut limits, 20, 60_000), Ok(()));
    assert_eq!(data(&mut limits, 1, 60_001), Err(120_000));
}

fn silence(kind: SilenceKind, until_ms: i64) -> Silence {
    Silence { kind, until_ms }
}

#[test]
fn a_ban_holds_until_its_end_and_a_shorter_wish_does_not_end_it() {
    let mut limits = Limits::new(6_000);
    limits.keep_silent(silence(SilenceKind::Banned, 9_000));
    limits.keep_silent(silence(SilenceKind::RateLimited, 2_000));
    let banned = Err(silence(SilenceKind::Banned, 9_000));
    for priority in [Priority::Data, Priority::Trading] {
        assert_eq!(limits.admit(1, priority, 8_999), banned);
    }
    assert_eq!(data(&mut limits, 1, 9_000), Ok(()));
    assert_eq!(data(&mut limits, 1, 3_000), Ok(()), "the past ban is forgotten");
}

#[test]
fn a_clock_that_was_set_right_does_not_stop_all_for_ever() {
    let mut limits = Limits::new(100);
    let wrong_ms = 400 * 86_400_000;
    assert_eq!(data(&mut limits, 95, wrong_ms), Ok(()));
    limits.keep_silent(silence(SilenceKind::Banned, wrong_ms + 1_000));
    assert_eq!(data(&mut limits, 95, 0), Ok(()));
    assert_eq!(data(&mut limits, 1, 0), Err(60_000));
}

#[test]
fn what_was_noted_elsewhere_is_added() {
    let mut limits = Limits::new(100);
    assert_eq!(data(&mut limits, 10, 0), Ok(()));
    let mut other = Limits::new(100);
    assert_eq!(trading(&mut other, 30, 0), Ok(()));
    other.keep_silent(silence(SilenceKind::Blocked, 5));
    limits.absorb(&other);
    assert_eq!((limits.used_weight, limits.traded_minute), (30, Some(0)));
    assert_eq!(data(&mut limits, 1, 1), Err(5));
    limits.absorb(&Limits::new(100));
    assert_eq!((limits.used_at(9), limits.used_at(MINUTE_MS)), (30, 0));
}

proptest! {
    /// Whatever is asked when, what goes out in a minute stays below the limit; one request may be heavier than it.
    #[test]
    fn no_minute_gets_more_than_its_limit(asked in prop::collection::vec((1_u32..40, 0_i64..20_000, any::<bool>()), 1..200)) {
        let mut limits = Limits::new(200);
        let (mut now_ms, mut minute, mut sent) = (0, 0, 0);
        for (weight, pause_ms, trades) in asked {
            now_ms += pause_ms;
            if now_ms / MINUTE_MS != minute {
                (minute, sent) = (now_ms / MINUTE_MS, 0);
            }
            let priority = if trades { Priority::Trading } else { Priority::Data };
            if limits.admit(weight, priority, now_ms).is_ok() {
                sent += weight;
                limits.learn_used(sent, now_ms, now_ms);
            }
            prop_assert!(sent <= 196);
        }
    }
}
